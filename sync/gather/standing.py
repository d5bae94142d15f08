"""Which shifts of a worker stood there already when a link lost a seat, so that they were not made again for it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from mappings.link import LinkedDemand
from sync.mirror.sightings import Sighting
from sync.mirror.store import Transaction
from sync.plan.snapshot import Record

_PULL = timedelta(minutes=10)
"""The time by which one pull may prove a loss later than it sees what is new: what is missing is read by its id."""

_HANDS = frozenset({"user_id", "published"})


def standing(
    tx: Transaction, links: Iterable[LinkedDemand], free: Iterable[Record], users: Mapping[int, str]
) -> frozenset[tuple[str, int]]:
    """Return the free shifts that workers held before a link lost a worker's seat, each with the key of that link.

    Where nobody noticed when a shift came, it was always there.
    """
    named = {str(user): key for user, key in users.items()}
    losing = [link for link in links if link.base.workers - {named.get(str(row.get("user_id"))) for row in link.shifts}]
    held = {int(record["id"]) for record in free if str(record.get("user_id")) in named}
    if not losing or not held:
        return frozenset()
    came = _latest(tx, held)
    found = set[tuple[str, int]]()
    for link in losing:
        lost = _latest(tx, {record for kind, record in tx.membership.of(link.key) if kind == "shift"})
        since = max(lost.values(), default=None)
        found |= {
            (link.key, shift) for shift in held if since is None or shift not in came or came[shift] < since - _PULL
        }
    return frozenset(found)


def _latest(tx: Transaction, shifts: Collection[int]) -> dict[int, datetime]:
    """Return when each shift last came, went, or changed hands, as far as that was noticed."""
    return {row.record: row.at for row in tx.sightings.of("shift", shifts) if _turned(row)}


def _turned(row: Sighting) -> bool:
    return row.before is None or row.after is None or not _HANDS.isdisjoint(row.after)
