"""What the doctor found."""

from typing import Literal

import msgspec

Level = Literal["ok", "note", "warning", "error"]


class Finding(msgspec.Struct, frozen=True):
    """One finding: where, how bad, what, and what to do about it (empty when nothing is to be done).

    With an `error` a run fails or writes what nobody wants; with a `warning` it leaves something out.
    """

    level: Level
    area: str
    text: str
    todo: str = ""
