"""The lines of a history: who, what, why and on which evidence, from what runs wrote and what pulls noticed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from mappings.convert import identifier, instant
from sync.history.words import Names, edits, person, system_of
from sync.mirror.decisions import Kept
from sync.mirror.sightings import Sighting
from sync.plan.made import Made
from sync.plan.model import FieldChange
from sync.plan.wording import wall

_NOUNS = {"job_request": "request", "location": "place", "position": "skill"}
_DID = {
    ("create", "job_request"): "posted request",
    ("delete", "job_request"): "cancelled request",
    ("assign", "job"): "gave a seat, job",
    ("release", "job"): "took back the seat, job",
    ("create", "shift"): "added shift",
    ("assign", "shift"): "filled shift",
    ("release", "shift"): "reopened shift",
    ("create", "user"): "added user",
    ("link", "user"): "recognised user",
    ("unlink", "user"): "no longer takes for the worker user",
    ("link", "job_request"): "linked request",
    ("unlink", "job_request"): "ended the link of request",
}
_PLAIN = {"update": "changed", "delete": "deleted", "create": "entered", "link": "recognised", "unlink": "let go of"}


class Event(msgspec.Struct, frozen=True):
    """One line: when, who, what (field by field where fields differ), why, and what proves it."""

    at: datetime
    who: str
    what: str
    fields: tuple[FieldChange, ...] = ()
    why: str = ""
    evidence: str = ""


def timeline(
    made: Iterable[Made], seen: Iterable[Sighting], said: Iterable[Kept], names: Names, zone: str
) -> tuple[Event, ...]:
    """All lines, oldest first; what we created ourselves and then saw is told once."""
    wrote = list(made)
    ours = {(kind, number) for row in wrote if row.change.action == "create" for kind, number in [row.ref]}
    noticed = [row for row in seen if row.before is not None or (row.kind, str(row.record)) not in ours]
    rows = (
        [_saw(row, names, zone) for row in noticed] + [_decided(row) for row in said] + [_wrote(row) for row in wrote]
    )
    return tuple(sorted(rows, key=lambda event: event.at))


def noun(kind: str, record: object) -> str:
    """A record as people name it: `request 12`."""
    return f"{_NOUNS.get(kind, kind)} {record}"


def _wrote(row: Made) -> Event:
    change = row.change
    verb = (
        _DID.get((change.action, change.kind))
        or f"{_PLAIN.get(change.action, change.action)} {_NOUNS.get(change.kind, change.kind)}"
    )
    lost = row.before is None and change.action == "update"
    return Event(
        at=row.at,
        who=f"shiftbridge in run {row.run}",
        what=f"{verb} {row.record}".strip() + (f" ({change.subject})" if change.subject else ""),
        fields=change.fields,
        why=change.cause,
        evidence="" if change.action in ("link", "unlink") else _FOUND if lost else _READ_BACK,
    )


_READ_BACK = "read back after it was written"
_FOUND = "the reply was lost; the record showed it later"


def _saw(row: Sighting, names: Names, zone: str) -> Event:
    what, fields = _happened(row, edits(row, names, zone))
    return Event(row.at, _actor(row, names), what, fields, evidence=_proof(row, zone))


def _happened(row: Sighting, fields: tuple[FieldChange, ...]) -> tuple[str, tuple[FieldChange, ...]]:
    name = noun(row.kind, row.record)
    if row.before is None:
        return f"{name} appeared", fields
    if row.after is None:
        return f"{name} was deleted", fields
    if row.after.get("state") == "cancelled":
        return f"{name} was cancelled", fields
    return f"{name} changed", fields


def _actor(row: Sighting, names: Names) -> str:
    """Who did it, as far as the record itself tells; a Job that appears is its worker's doing."""
    where = system_of(row.kind)
    who = ""
    if row.before is None and row.kind == "job":
        who = person((row.after or {}).get("worker"))
    elif row.before is None and row.told.get("creator_id"):
        who = names.get(("user", identifier(row.told["creator_id"])), "")
    elif row.told.get("updated_by"):
        who = names.get(("user", identifier(row.told["updated_by"])), "")
    return f"{who or 'somebody'} in {where}"


def _proof(row: Sighting, zone: str) -> str:
    when = wall(row.at, zone)
    if row.after is None and row.how == "read":
        return f"a complete listing of {when} lacks it, and {system_of(row.kind)} says that it has no such {row.kind}"
    if row.after is None:
        return f"a complete listing of {when} lacks it"
    source = "read by its id" if row.how == "read" else "in a listing"
    return f"{source} at {when}{_told(row.told, zone)}"


def _told(told: Mapping[str, Any], zone: str) -> str:
    try:
        moment = instant(told.get("updated_at"))
    except ValueError:
        moment = None
    return f", changed last at {wall(moment, zone)} by its own account" if moment else ""


def _decided(kept: Kept) -> Event:
    said = kept.decision
    what = {"yes": "approved", "no": "refused", "undone": "took back"}.get(said.choice, f"chose to {said.said}:")
    ended = "took an earlier answer back" if (said.choice, kept.ended) == ("yes", "withdrawn") else kept.ended
    used = f", used by run {kept.run}" if kept.run else f", {ended}" if ended else ""
    return Event(said.at, said.who, f"{what} {said.subject}", why=said.why, evidence=f"decision about {said.key}{used}")


def asked(rows: Iterable[Mapping[str, Any]], shift: int) -> list[Event]:
    """The lines of When I Work's own history of a shift (When I Work reference 5.3); what has no time is left out."""
    events = []
    for row in rows:
        told: Mapping[str, Any] = row.get("attributes") or {}
        kind = str(row.get("type") or "")
        try:
            at = instant(told.get("at"))
        except ValueError:
            at = None
        if at is None or kind == "current":
            continue
        who = f"{told.get('actor') or 'somebody'} in When I Work"
        what = f"shift {shift}: {kind.replace('_', ' ')}" + (f" ({told['user']})" if told.get("user") else "")
        events.append(Event(at, who, what, why=str(told.get("reason") or ""), evidence="When I Work's own history"))
    return events
