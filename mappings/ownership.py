"""Who owns a field, at which stage: whose value wins, and what needs a person's yes."""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from mappings.model import Stage, System

Field = Literal["place", "skill", "start", "end", "break_minutes", "title", "headcount", "workers"]
TimeField = Literal["actual_start", "actual_end", "actual_break"]
ContactField = Literal["name", "email", "phone"]

FIELDS: tuple[Field, ...] = get_args(Field)
TIME_FIELDS: tuple[TimeField, ...] = get_args(TimeField)
CONTACT_FIELDS: tuple[ContactField, ...] = get_args(ContactField)


class Right(msgspec.Struct, frozen=True):
    """What a field may do at a stage: its owner (None: nobody, it may not be written) and whether a change waits.

    `needs_yes` is "always", "down" (only a number that falls) or "never".
    """

    owner: System | None
    needs_yes: Literal["always", "down", "never"] = "never"


class Ownership(msgspec.Struct, frozen=True):
    """One right for every field: of a demand and of the hours worked by stage, of a worker's contact data for good.

    Hours worked exist from `running` on. As everywhere, an edit on the side that does not own a field is copied while
    the owner's side is as agreed: an edited Time flows back until the Job is approved.
    """

    demand: Mapping[Stage, Mapping[Field, Right]]
    times: Mapping[Stage, Mapping[TimeField, Right]]
    contacts: Mapping[ContactField, Right]


_DESCRIPTION: tuple[Field, ...] = ("place", "skill", "start", "end", "break_minutes", "title")
_ON_A_YES = Right("wheniwork", "always")
_FROZEN = Right(None)
_WHENIWORK, _WONOLO = Right("wheniwork"), Right("wonolo")


def _row(description: Right, headcount: Right, workers: Right) -> Mapping[Field, Right]:
    return dict.fromkeys(_DESCRIPTION, description) | {"headcount": headcount, "workers": workers}


OWNERSHIP = Ownership(
    demand={
        Stage.OPEN: _row(_WHENIWORK, _WHENIWORK, _WONOLO),
        Stage.LOCKED: _row(_ON_A_YES, Right("wheniwork", "down"), _WONOLO),
        Stage.RUNNING: _row(_FROZEN, _FROZEN, _WONOLO),
        Stage.DONE: _row(_FROZEN, _FROZEN, _WONOLO),
        Stage.SETTLED: _row(_FROZEN, _FROZEN, _FROZEN),
    },
    times={
        Stage.RUNNING: dict.fromkeys(TIME_FIELDS, _WONOLO),
        Stage.DONE: dict.fromkeys(TIME_FIELDS, _WONOLO),
        Stage.SETTLED: dict.fromkeys(TIME_FIELDS, _FROZEN),
    },
    contacts=dict.fromkeys(CONTACT_FIELDS, _WONOLO),
)
