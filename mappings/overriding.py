"""What one pair may decide otherwise about who owns a field: how a right is spelled, and which cannot be, with reasons.

A right is spelled by its owner: `wheniwork`, `wonolo` or `nobody`. With `, ask` every change waits for a yes, with
`, ask for fewer` only a number that falls does. Rights stand in sections: one per stage, and `worker` for contact data.
"""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from mappings.model import Stage
from mappings.ownership import CONTACT_FIELDS, FIELDS, OWNERSHIP, TIME_FIELDS, Ownership, Right

Rights = Mapping[str, Right]

WORKER = "worker"
"""The section of contact data, which knows no stages."""

_RIGHTS = {
    "wheniwork": Right("wheniwork"),
    "wheniwork, ask": Right("wheniwork", "always"),
    "wheniwork, ask for fewer": Right("wheniwork", "down"),
    "wonolo": Right("wonolo"),
    "wonolo, ask": Right("wonolo", "always"),
    "wonolo, ask for fewer": Right("wonolo", "down"),
    "nobody": Right(None),
}
_SPELLINGS = {right: spelling for spelling, right in _RIGHTS.items()}

_EVERYTHING = frozenset((*FIELDS, *TIME_FIELDS, *CONTACT_FIELDS))
_SECTIONS = frozenset((*Stage, WORKER))
_ONLY_NOBODY = frozenset(_RIGHTS) - {"nobody"}
_NO_CHOICE = frozenset(_RIGHTS) - {"wonolo", "nobody"}
_FEWER = frozenset(spelling for spelling in _RIGHTS if "fewer" in spelling)
_ASKED_OF_WONOLO = frozenset(spelling for spelling in _RIGHTS if spelling.startswith("wonolo"))

_IMPOSSIBLE: tuple[tuple[Collection[str], Collection[str], Collection[str], str], ...] = (
    ({Stage.SETTLED}, _EVERYTHING, _ONLY_NOBODY, "the hours are approved and being paid, so nobody may change it"),
    ({Stage.DONE}, set(FIELDS) - {"workers"}, _ONLY_NOBODY, "the work is over: what still counts are the hours worked"),
    ({Stage.RUNNING}, {"place", "skill", "start"}, _ONLY_NOBODY, "the workers are there, and it has begun"),
    ({Stage.RUNNING}, TIME_FIELDS, _NO_CHOICE, "while somebody works, only the clock in Wonolo counts"),
    (_SECTIONS, {"workers"}, _NO_CHOICE, "who came or left on either side counts, so there is nothing to overrule"),
    (_SECTIONS, {"break_minutes"}, _ASKED_OF_WONOLO, "Wonolo has no field for an unpaid break"),
    ({WORKER}, CONTACT_FIELDS, _NO_CHOICE, "workers tell Wonolo themselves, and nothing of it is written there"),
    (_SECTIONS, _EVERYTHING - {"headcount"}, _FEWER, "only headcount can get fewer"),
)
"""Sections, fields, the rights that cannot be there, and why."""


def sections(ownership: Ownership = OWNERSHIP) -> dict[str, dict[str, Right]]:
    """The whole table by section and field, stages in their order, then the worker's contact data."""
    rows: dict[str, dict[str, Right]] = {WORKER: _row(ownership.contacts)}
    return {stage: _row(ownership.demand[stage]) | _row(ownership.times.get(stage, {})) for stage in Stage} | rows


def _row(rights: Mapping[Any, Right]) -> dict[str, Right]:
    return dict(rights)


def spelled(right: Right) -> str:
    """A right as the configuration spells it."""
    return _SPELLINGS[right]


def possible(section: str, field: str) -> list[str]:
    """The rights that a field may have in a section, as they are spelled."""
    return [spelling for spelling in _RIGHTS if not _obstacle(section, field, spelling)]


def _obstacle(section: str, field: str, spelling: str) -> str:
    return next(
        (why for where, what, bad, why in _IMPOSSIBLE if section in where and field in what and spelling in bad), ""
    )


def overridden(section: str, given: Mapping[str, str]) -> dict[str, Right]:
    """The rights of one section with some decided otherwise; ValueError says everything that is wrong with those."""
    default = sections()[section]
    problems = [problem for field, text in given.items() if (problem := _problem(section, field, _tidy(text)))]
    if problems:
        raise ValueError("; ".join(problems))
    return default | {field: _RIGHTS[_tidy(text)] for field, text in given.items()}


def _tidy(text: str) -> str:
    return ", ".join(part.strip() for part in text.split(","))


def _problem(section: str, field: str, text: str) -> str:
    fields = sections()[section]
    if field not in fields:
        near = get_close_matches(field, fields, 1)
        return f"there is no field {field}; " + (
            f"did you mean {near[0]}?" if near else f"there are {', '.join(fields)}"
        )
    choices = possible(section, field)
    if text in _RIGHTS and text not in choices:
        return f"{field} cannot be {text!r}: {_obstacle(section, field, text)}"
    near = get_close_matches(text, choices, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return "" if text in choices else f"{field} is {text!r}, but must be {' or '.join(map(repr, choices))}{hint}"


def assembled(rows: Mapping[str, Rights]) -> Ownership:
    """The table whose sections these are."""
    return Ownership(
        demand={stage: {field: rows[stage][field] for field in FIELDS} for stage in Stage},
        times={stage: {field: rows[stage][field] for field in TIME_FIELDS} for stage in OWNERSHIP.times},
        contacts={field: rows[WORKER][field] for field in CONTACT_FIELDS},
    )
