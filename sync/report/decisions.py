"""Decisions as lines that a person reads."""

from collections.abc import Iterable

from mappings.decision import KEYS, UNDONE, YES
from sync.mirror.decisions import Kept

_ENDS = {
    "": "waits for a reconcile",
    "heeded": "heeded, and stays in force",
    "void": "void: the facts changed",
    "replaced": "replaced by a later one",
}


def as_text(kept: Iterable[Kept]) -> str:
    """One line for each decision: when (UTC), who, what, about what, why, and what became of it."""
    return "\n".join(_line(row) for row in kept) or "Nobody has decided anything yet."


def _line(row: Kept) -> str:
    said = row.decision
    why = f" ({said.why})" if said.why else ""
    return f"{said.at:%Y-%m-%d %H:%M} UTC  {said.who}: {said.said} - {said.subject}{why}  [{_end(row)}]"


def _end(row: Kept) -> str:
    if row.ended == "used":
        return f"carried out by run {row.run}"
    if row.decision.keys < KEYS and row.ended == "void":
        return "void: decided under a key of an earlier version; decide anew"
    if row.decision.choice == UNDONE and not row.ended:
        return "not done again"
    if row.decision.choice == YES and row.ended == "withdrawn":
        return "took an earlier answer back"
    return _ENDS.get(row.ended, row.ended)
