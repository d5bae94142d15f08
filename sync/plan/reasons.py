"""The reason something waits, is blocked or is left out: a code and values, formatted as a sentence last. Pure.

A new reason is a code in `Code` and its sentence in `SENTENCES`, where the values stand by their names.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

Code = Literal[
    "",
    "busy",
    "unmapped",
    "unspoken",
    "undecided match",
    "left alone",
    "unknown to wonolo",
    "taken elsewhere",
    "no user",
    "may not come",
    "twice booked",
    "work begun",
    "work over",
    "work done",
    "edited and deleted",
    "too many workers",
    "both differ",
    "stray",
    "double",
    "no free slot",
    "no user for hours",
    "job reopened",
    "several times",
    "period unknown",
    "nothing worked",
    "too short",
    "live otherwise",
    "kept otherwise",
    "may be the same",
    "asked about later",
    "waits to be linked",
    "copied",
    "repeated",
    "there twice",
    "unread",
    "left behind",
    "not shown",
    "time of another",
    "hours closed",
    "hours final",
    "time deleted",
    "not configured",
    "stays",
]
"""The reason something is not done: part of the key, so that its spelling never changes."""

Value = str | int | datetime | tuple[str, ...]
"""A value of a reason: `who` are keys of workers, and instants are shown on the wall of the place."""

SENTENCES: Mapping[Code, str] = {
    "left behind": "we posted it once, with a database that is lost, and no shift is like it: nothing is made of it "
    "until you decide",
    "may be the same": "it may be on the other side already, where it is not looked at: nothing is made of it "
    "until you decide",
    "asked about later": "it may be {other} as well, and {first} is asked about first: nothing is made of it "
    "until then",
    "copied": "somebody may have copied a request of ours, or it was posted twice",
    "repeated": "it may be there twice, as shifts {first} and {second}, or somebody copied it to ask for more people",
    "work begun": "work has begun in Wonolo, so nothing is cancelled",
    "work over": "the work is over, so both sides stay as they are",
    "work done": "{who} has done the work, so the Job stays",
    "edited and deleted": "an edited record is never deleted silently",
    "too many workers": "there would be more workers than seats",
    "both differ": "both sides differ, and nobody may overrule the other at this stage",
    "stray": "Wonolo cannot move one worker of a JobRequest",
    "double": "{who} holds two seats of it in When I Work and can fill one; "
    "Wonolo is asked for somebody else meanwhile",
    "no free slot": "the JobRequest has no free slot for {who}; settle first what else waits in it",
    "unknown to wonolo": "Wonolo knows nothing of {who}'s shift; if it is work for Wonolo, make it an open shift for "
    "{who} to accept",
    "undecided match": "they may be the same: decide with `shiftbridge match`",
    "no user for hours": "no user in When I Work is this worker, so no hours are entered",
    "job reopened": "Wonolo now calls the Job {state}: delete {what} in When I Work if nobody worked",
    "time of another": "the Time is somebody else's now: give it back to {who} in When I Work, or delete it",
    "time deleted": "hours that somebody deleted are not entered again silently",
    "not configured": "{skill} at {place} is not configured any more",
}
"""The sentence of each reason that is not worded where it arises (`said`)."""


class Reason(msgspec.Struct, frozen=True):
    """The reason something is not done: its code, and the values that distinguish it from others of the kind.

    `said` is the sentence where another module words it already; it is never part of a key.
    """

    code: Code
    values: Mapping[str, Value] = {}
    said: str = ""


def because(code: Code, said: str = "", **values: Value) -> Reason:
    """Return the reason of this code with its values, worded by `SENTENCES` or as it is said."""
    return Reason(code, values, said)
