"""Planning the people: who takes a seat in When I Work must be a user there first."""

from collections.abc import Iterable
from typing import Any

import msgspec

from mappings import worker as people
from mappings.digest import owned_digest
from mappings.link import LinkedWorker
from mappings.model import Worker
from mappings.ownership import ContactField
from sync.plan.model import Change, FieldChange, Risk, digest, ordered
from sync.plan.reasons import Reason, because
from sync.plan.seats import USER
from sync.plan.snapshot import Policy, Snapshot
from sync.plan.wording import person, short

_CONTACTS: dict[str, ContactField] = {
    "first_name": "name",
    "last_name": "name",
    "email": "email",
    "phone_number": "phone",
}


def plan_workers(changes: Iterable[Change], snapshot: Snapshot) -> list[Change]:
    """Add the users whom planned seats need, as early as the first of the seats, and put known ids into payloads."""
    known = {key: user_id for user_id, key in snapshot.users.items()}
    planned: dict[str, Change] = {}
    rows = []
    for change in ordered(changes):
        needed = _needed(change)
        if needed and needed not in known and needed not in planned:
            planned[needed] = _become_user(needed, change, snapshot)
        seated = {"user_id": known[needed]} if needed in known else {}
        rows.append(msgspec.structs.replace(change, payload=change.payload | seated))
    return [*planned.values(), *rows]


def _needed(change: Change) -> str:
    """The worker whose user a payload refers to."""
    user = str(change.payload.get("user_id", ""))
    return user.removeprefix(USER) if user.startswith(USER) else ""


def without_user(keys: Iterable[str], snapshot: Snapshot) -> dict[str, Reason]:
    """Which of the workers cannot take a seat in When I Work, and why: no user of theirs is there, nor can be made."""
    reasons = {key: _obstacle(key, snapshot) for key in sorted(keys) if key not in snapshot.users.values()}
    return {key: because("no user", reason, who=key) for key, reason in reasons.items() if reason}


def _obstacle(key: str, snapshot: Snapshot) -> str:
    if people.is_unknown(key):
        return (
            f"{person(key, {})} holds a seat, as the account was deleted in Wonolo: it cannot be shown on the schedule"
        )
    worker = _seen(key, snapshot)
    if f"worker:{key}" in snapshot.busy:
        return snapshot.busy[f"worker:{key}"]
    return snapshot.doubts.get(key) or _cannot_create(worker, snapshot)


def _seen(key: str, snapshot: Snapshot) -> Worker:
    return snapshot.people.get(key) or Worker(key, "", "")


def _become_user(key: str, wanted: Change, snapshot: Snapshot) -> Change:
    worker = _seen(key, snapshot)
    return Change(
        action="create",
        system="wheniwork",
        kind="user",
        link=f"worker:{worker.key}",
        subject=f"{short(worker)} as a When I Work user, without an invitation",
        place=wanted.place,
        start=wanted.start,
        zone=wanted.zone,
        rank=0,
        fields=(FieldChange("employee code", "", worker.key),),
        cause=f"holds a seat: {wanted.subject}",
        payload=_user_fields(worker, snapshot.policy),
        worker=worker.key,
        risk=Risk(people=1, minutes_to_start=wanted.risk.minutes_to_start),
    )


def _cannot_create(worker: Worker, snapshot: Snapshot) -> str:
    """Why no user can be made of a worker; empty when one can (an e-mail is needed: When I Work reference 6.2)."""
    policy = snapshot.policy.workers
    if policy == "match":
        return f"nobody in When I Work is this worker: give the right user the employee code {worker.key}"
    if not worker.first_name:
        return "Wonolo has not told this worker's name yet"
    if worker.email or policy == "placeholder":
        return ""
    return f"Wonolo shows no e-mail of {worker.key}: create the user by hand with this code"


def _user_fields(worker: Worker, policy: Policy) -> dict[str, Any]:
    locations = {place.location_id for place in policy.rules.places}
    positions = {skill.position_id for skill in policy.rules.skills}
    user = people.placeholder(worker, policy.placeholder_email) if policy.workers == "placeholder" else worker
    return people.user_fields(user, locations, positions)


def plan_contacts(snapshot: Snapshot) -> list[Change]:
    """Carry names and contact data that changed in Wonolo to the users the engine created; others are left alone."""
    rows = []
    for link in snapshot.workers:
        now = people.read_wonolo(link.wonolo)
        payload = _carried(people.contact_changes(link.base, now), snapshot.policy)
        if link.ours and payload and link.key not in snapshot.busy:
            rows.append(_contact_change(link, now, payload))
    return rows


def _carried(changes: dict[str, str], policy: Policy) -> dict[str, str]:
    """What of a changed contact is Wonolo's to tell; of a placeholder at most the name."""
    told = {contact for contact, right in policy.ownership.contacts.items() if right.owner == "wonolo"}
    told &= {"name"} if policy.workers == "placeholder" else told
    return {name: value for name, value in changes.items() if _CONTACTS[name] in told}


def _contact_change(link: LinkedWorker, now: Worker, payload: dict[str, str]) -> Change:
    return Change(
        action="update",
        system="wheniwork",
        kind="user",
        record=str(link.user_id),
        link=link.key,
        subject=f"{short(now)} as a When I Work user",
        rank=0,
        # Contact data stays out of what is printed and logged; the payload carries it.
        fields=tuple(FieldChange(name.replace("_", " "), "(old)", "(new)") for name in payload),
        differences=(("contact", None, digest(payload)),),
        cause="changed in Wonolo",
        payload=payload,
        precondition=owned_digest("user", link.user) if link.user else "",
        worker=now.key,
        risk=Risk(people=1),
    )
