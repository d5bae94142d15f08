"""What a person decided: about a change that waited for it, or about two records that may be the same."""

from datetime import datetime

import msgspec

YES = "yes"
NO = "no"
UNDONE = "undone"
"""Not said about a change that waited, but done to one that was made: it was taken back."""


class Decision(msgspec.Struct, frozen=True):
    """One answer of a person.

    `key` names what was decided (a change, or a match); `facts` is a digest of all the person saw, so that the answer
    counts for nothing else; `choice` is `yes`, `no`, or one of the choices in its own words. `subject` says in words
    what it was about.
    """

    key: str
    facts: str
    choice: str
    who: str
    at: datetime
    why: str = ""
    subject: str = ""
