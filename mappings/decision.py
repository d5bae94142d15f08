"""What a person decided: about a change that waited for it, or about two records that may be the same."""

from datetime import datetime

import msgspec

YES = "yes"
NO = "no"
UNDONE = "undone"
"""Not said about a change that waited, but done to one that was made: it was taken back."""


KEYS = 2
"""The version of keys and facts, raised when the way they are made changes; those of 1 held sentences."""


class Decision(msgspec.Struct, frozen=True):
    """One answer of a person.

    `key` names what was decided (a change, or a match); `facts` is a digest of all the person saw, so that the answer
    counts for nothing else; `choice` is `yes`, `no`, or the code of one of the choices. `subject` says in words what
    it was about, `words` what was chosen. `keys` is the version by which key and facts were made.

    Of what was taken back the facts are the marks of all that was (`sync.plan.model.Change.marks`).
    """

    key: str
    facts: str
    choice: str
    who: str
    at: datetime
    why: str = ""
    subject: str = ""
    words: str = ""
    keys: int = KEYS

    @property
    def said(self) -> str:
        """The decision, in words."""
        return self.words or self.choice
