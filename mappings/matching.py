"""Which records that nobody linked yet are the same thing, with the evidence in words."""

from collections.abc import Iterable

import msgspec

from mappings.demand import Posting
from mappings.model import Demand, Worker
from mappings.shifts import ShiftGroup
from mappings.worker import is_key


class Match(msgspec.Struct, frozen=True):
    """A Wonolo worker and the When I Work user who is the same person."""

    worker: str
    user_id: int
    evidence: str


def match_worker(worker: Worker, users: Iterable[tuple[int, Worker]]) -> Match | None:
    """Find the When I Work user of a worker: the same employee code, else the only one of that e-mail or phone.

    A shared e-mail or phone proves nothing: e-mails may be doubled among pending users (When I Work reference 6.2).
    A user with the employee code of another Wonolo worker is that one.
    """
    rows = [(user_id, user) for user_id, user in users if user.key == worker.key or not is_key(user.key)]
    for attribute, evidence in (("key", "employee code"), ("email", "e-mail address"), ("phone", "phone number")):
        value = getattr(worker, attribute)
        found = [user_id for user_id, user in rows if value and getattr(user, attribute) == value]
        if len(found) == 1:
            return Match(worker.key, found[0], f"the same {evidence}")
    return None


def match_demands(
    postings: Iterable[Posting], groups: Iterable[ShiftGroup]
) -> tuple[list[tuple[Posting, ShiftGroup]], list[Posting], list[ShiftGroup]]:
    """Pair postings and shift groups of the same place, skill, start and end; returns pairs and what is left over.

    Where several share all four, equal headcounts pair first, then the older ids.
    """
    waiting = sorted(postings, key=lambda row: row.id)
    pairs, lonely = [], []
    for group in groups:
        same = [row for row in waiting if _slot(row.demand) == _slot(group.demand)]
        if not same:
            lonely.append(group)
            continue
        best = min(same, key=lambda row: (row.demand.headcount != group.demand.headcount, row.id))
        waiting.remove(best)
        pairs.append((best, group))
    return pairs, waiting, lonely


def adopted(wonolo: Demand, wheniwork: Demand) -> Demand:
    """The base for a pair that never agreed before: where they differ, the merge sees a change in When I Work only.

    Workers and titles are the exception: what one side only has counts as added there, so that nothing is lost.
    """
    return msgspec.structs.replace(
        wonolo,
        workers=wonolo.workers & wheniwork.workers,
        title=wonolo.title if wheniwork.title else "",
        break_minutes=wheniwork.break_minutes,
    )


def _slot(demand: Demand) -> tuple[object, ...]:
    return (demand.place, demand.skill, demand.start, demand.end)
