"""Who of the workers that hold seats is somebody in When I Work already: certainly, or perhaps and a person decides."""

from collections.abc import Iterable

import msgspec

from mappings.demand import read_posting
from mappings.likeness import Person
from mappings.matching import Match, match_people
from mappings.model import Demand, Unmapped, Worker
from sync.plan import wording
from sync.plan.model import Change, Doubt, Risk
from sync.plan.reasons import SENTENCES
from sync.plan.snapshot import Snapshot

MOST = 2000
"""Workers the model is learned from, beside those on the Jobs: all would take long in a large account."""


class Recognised(msgspec.Struct, frozen=True):
    """What is known of the workers who hold seats: the snapshot with it, and the changes that say so.

    In the snapshot, `users` has those who are certain, and `doubts` says of the others why nothing is made for them.
    """

    snapshot: Snapshot
    changes: tuple[Change, ...] = ()


def recognise(snapshot: Snapshot) -> Recognised:
    """Match the workers who hold seats, and are no users yet, with the users who are no workers yet."""
    seated = _strangers(snapshot)
    if not seated or not snapshot.candidates:
        return Recognised(snapshot)
    matches = [match for match in _matches(snapshot) if match.worker.id in seated]
    certain = {_user_id(match): match.worker.id for match in matches if match.certain}
    doubts = {match.worker.id: _doubt_in_words(match) for match in reversed(matches) if not match.certain}
    changes = tuple(_change(match, seated[match.worker.id], snapshot) for match in matches)
    known = msgspec.structs.replace(snapshot, users={**snapshot.users, **certain}, doubts=doubts)
    return Recognised(known, changes)


def _strangers(snapshot: Snapshot) -> dict[str, Demand]:
    """The workers who hold a seat and are no users yet, each with the earliest of their demands."""
    users = set(snapshot.users.values())
    busy = {key.removeprefix("worker:") for key in snapshot.busy}
    if users >= snapshot.people.keys():
        return {}
    found: dict[str, Demand] = {}
    for demand in sorted(_wonolo_demands(snapshot), key=lambda row: (row.start, row.place, row.skill)):
        for key in demand.workers - users - busy:
            found.setdefault(key, demand)
    return found


def _wonolo_demands(snapshot: Snapshot) -> Iterable[Demand]:
    """The demands of all JobRequests that can be read."""
    rows = [(link.job_request, link.jobs, link.base) for link in snapshot.links if link.job_request]
    for job_request, jobs, base in [*rows, *((row.job_request, row.jobs, None) for row in snapshot.postings)]:
        try:
            yield read_posting(job_request, jobs, snapshot.rules, base).demand
        except Unmapped:
            continue


def _matches(snapshot: Snapshot) -> list[Match]:
    """All matches of Wonolo's workers with When I Work's users; the model is learned from both lists.

    Where a worker is on the roster that is what counts: Jobs may tell of them as they were, and each another thing.
    """
    known = {worker.key: worker for worker in snapshot.roster}
    learned = [worker.key for worker in snapshot.roster[:MOST]]
    workers = {key: known.get(key) or snapshot.people[key] for key in (*learned, *snapshot.people)}
    linked = {*snapshot.users.values(), *(f"user:{user_id}" for user_id in snapshot.users)}
    return match_people(
        [_person(key, worker, snapshot) for key, worker in workers.items()],
        [_person(f"user:{user_id}", user, snapshot) for user_id, user in snapshot.candidates],
        linked,
        snapshot.decisions,
    )


def _person(record: str, worker: Worker, snapshot: Snapshot) -> Person:
    return Person(record, worker, snapshot.seats.get(record, frozenset()))


def _user_id(match: Match) -> int:
    return int(match.user.id.removeprefix("user:"))


def _doubt_in_words(match: Match) -> str:
    who = wording.short(match.worker.worker)
    return f"{who} may be {match.user.name}, a user already ({match.score} %): decide with `shiftbridge match`"


def _change(match: Match, demand: Demand, snapshot: Snapshot) -> Change:
    """A certain match as a change that links, a doubtful one as a change that waits."""
    who, seat = wording.short(match.worker.worker), wording.subject(demand, snapshot.rules)
    minutes = round((demand.start - snapshot.now).total_seconds() / 60)
    this = Change(
        action="link",
        system="wheniwork",
        kind="user",
        record=str(_user_id(match)),
        link=f"worker:{match.worker.id}",
        subject=f"{who} {'is' if match.certain else 'may be'} {match.user.name}",
        place=demand.place,
        start=demand.start,
        zone=snapshot.rules.zone(demand.place),
        rank=0,
        cause=f"{match.score} %: {match.evidence}; holds a seat: {seat}",
        basis=("match", match.key),
        code="" if match.certain else "undecided match",
        worker=match.worker.id,
        risk=Risk(people=1, minutes_to_start=minutes),
    )
    return (
        this
        if match.certain
        else msgspec.structs.replace(this, verdict="blocked", reason=SENTENCES["undecided match"], doubt=_doubt(match))
    )


def _doubt(match: Match) -> Doubt:
    return Doubt(
        key=match.key,
        facts=match.facts,
        wonolo=f"{match.worker.name} (worker {match.worker.id.removeprefix('wonolo:')})",
        wheniwork=f"{match.user.name} (user {_user_id(match)})",
        score=match.score,
        evidence=match.evidence,
    )
