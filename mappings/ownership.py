"""Who owns a field, at which stage of a demand's life: whose value wins, and what needs a person's yes."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from mappings.model import Stage, System

Field = Literal["start", "end", "place", "skill", "break_minutes", "title", "headcount", "workers"]
FIELDS: tuple[Field, ...] = ("place", "skill", "start", "end", "break_minutes", "title", "headcount", "workers")


class Right(msgspec.Struct, frozen=True):
    """What a field may do at a stage: its owner (None: nobody, it may not be written) and whether a change waits.

    `needs_yes` is "always", "down" (only a number that falls) or "never".
    """

    owner: System | None
    needs_yes: Literal["always", "down", "never"] = "never"


Ownership = Mapping[Stage, Mapping[Field, Right]]

_DESCRIPTION: tuple[Field, ...] = ("place", "skill", "start", "end", "break_minutes", "title")
_WRITABLE = Right("wheniwork")
_ON_A_YES = Right("wheniwork", "always")
_FROZEN = Right(None)
_WORKERS = Right("wonolo")


def _row(description: Right, headcount: Right, workers: Right) -> Mapping[Field, Right]:
    return dict.fromkeys(_DESCRIPTION, description) | {"headcount": headcount, "workers": workers}


OWNERSHIP: Ownership = {
    Stage.OPEN: _row(_WRITABLE, _WRITABLE, _WORKERS),
    Stage.LOCKED: _row(_ON_A_YES, Right("wheniwork", "down"), _WORKERS),
    Stage.RUNNING: _row(_FROZEN, _FROZEN, _WORKERS),
    Stage.DONE: _row(_FROZEN, _FROZEN, _WORKERS),
    Stage.SETTLED: _row(_FROZEN, _FROZEN, Right(None)),
}
