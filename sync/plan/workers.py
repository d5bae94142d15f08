"""Planning the people: who takes a seat in When I Work must be a user there first."""

from collections.abc import Iterable
from typing import Any

import msgspec

from mappings import worker as people
from mappings.link import LinkedWorker
from mappings.matching import Match, match_worker
from mappings.model import Rules, Worker
from sync.plan.model import Change, FieldChange, Risk
from sync.plan.seats import USER
from sync.plan.snapshot import Snapshot


def plan_workers(changes: Iterable[Change], snapshot: Snapshot) -> list[Change]:
    """Add the users whom planned seats need, put known user ids into payloads, and block seats of unknown people."""
    known = {key: user_id for user_id, key in snapshot.users.items()}
    planned: dict[str, Change] = {}
    rows = []
    for change in changes:
        needed = _needed(change)
        if needed and needed not in known and needed not in planned:
            planned[needed] = _become_user(needed, change, snapshot)
        rows.append(_resolved(change, needed, known, planned))
    return [*planned.values(), *rows]


def _needed(change: Change) -> str:
    """The worker whose user a payload refers to."""
    user = str(change.payload.get("user_id", ""))
    return user.removeprefix(USER) if user.startswith(USER) else ""


def _resolved(change: Change, needed: str, known: dict[str, int], planned: dict[str, Change]) -> Change:
    if needed in known:
        return msgspec.structs.replace(change, payload=change.payload | {"user_id": known[needed]})
    if needed and planned[needed].verdict == "blocked" and change.verdict == "do":
        return msgspec.structs.replace(change, verdict="blocked", reason=planned[needed].reason)
    return change


def _become_user(key: str, wanted: Change, snapshot: Snapshot) -> Change:
    worker = snapshot.people.get(key) or Worker(key, "", "")
    this = _about(worker, wanted)
    link = f"worker:{key}"
    match = match_worker(worker, snapshot.candidates)
    if link in snapshot.busy:
        return msgspec.structs.replace(this, verdict="blocked", reason=snapshot.busy[link])
    if match:
        return _linked(this, match)
    reason = _cannot_create(worker, snapshot)
    if reason:
        return msgspec.structs.replace(this, verdict="blocked", reason=reason)
    return msgspec.structs.replace(this, payload=_user_fields(worker, snapshot.rules))


def _about(worker: Worker, wanted: Change) -> Change:
    name = f"{worker.first_name} {worker.last_name[:1]}.".strip(" .") or worker.key
    return Change(
        action="create",
        system="wheniwork",
        kind="user",
        link=f"worker:{worker.key}",
        subject=f"{name} as a When I Work user, without an invitation",
        place=wanted.place,
        start=wanted.start,
        zone=wanted.zone,
        rank=0,
        fields=(FieldChange("employee code", "", worker.key),),
        cause=f"holds a seat: {wanted.subject}",
        worker=worker.key,
        risk=Risk(people=1, minutes_to_start=wanted.risk.minutes_to_start),
    )


def _linked(this: Change, match: Match) -> Change:
    return msgspec.structs.replace(
        this, action="link", record=str(match.user_id), cause=f"{match.evidence}; {this.cause}", fields=()
    )


def _cannot_create(worker: Worker, snapshot: Snapshot) -> str:
    """Why no user can be made of a worker; empty when one can (an e-mail is needed: When I Work reference 6.2)."""
    if snapshot.policy.workers == "match":
        return f"nobody in When I Work is this worker: give the right user the employee code {worker.key}"
    if not worker.first_name:
        return "Wonolo has not told this worker's name yet"
    return "" if worker.email else f"Wonolo shows no e-mail of {worker.key}: create the user by hand with this code"


def _user_fields(worker: Worker, rules: Rules) -> dict[str, Any]:
    locations = {place.location_id for place in rules.places}
    positions = {skill.position_id for skill in rules.skills}
    return people.user_fields(worker, locations, positions)


def plan_contacts(links: Iterable[LinkedWorker]) -> list[Change]:
    """Carry names and contact data that changed in Wonolo to the users the engine created; others are left alone."""
    rows = []
    for link in links:
        now = people.read_wonolo(link.wonolo)
        payload = people.contact_changes(link.base, now)
        if link.ours and payload:
            rows.append(_contact_change(link, now, payload))
    return rows


def _contact_change(link: LinkedWorker, now: Worker, payload: dict[str, str]) -> Change:
    return Change(
        action="update",
        system="wheniwork",
        kind="user",
        record=str(link.user_id),
        link=link.key,
        subject=f"{now.first_name} {now.last_name[:1]}. as a When I Work user",
        rank=0,
        # Contact data stays out of what is printed and logged; the payload carries it.
        fields=tuple(FieldChange(name.replace("_", " "), "(old)", "(new)") for name in payload),
        cause="changed in Wonolo",
        payload=payload,
        worker=now.key,
        risk=Risk(people=1),
    )
