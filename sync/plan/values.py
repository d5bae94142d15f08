"""States of a demand as plain values, which no rewording, renaming, zone or format of money touches. Pure."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from mappings.model import Demand, Rules
from mappings.ownership import FIELDS
from sync.plan.model import Difference, Plain
from sync.plan.reasons import Reason


def plain(value: Any) -> Plain:
    """Return a value as it reads once written as JSON: instants in UTC, sets in order."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (frozenset, set)):
        return tuple(sorted(map(str, value)))
    if isinstance(value, (list, tuple)):
        return tuple(plain(one) for one in value)
    return value if value is None or isinstance(value, (str, int)) else str(value)


def differences(
    before: Demand | None, after: Demand, rules: Rules, only: Collection[str] = FIELDS
) -> tuple[Difference, ...]:
    """Return what differs between two states of a demand, field by field; of a new one all that it says."""
    found = []
    for name in (field for field in FIELDS if field in only):
        new, old = _value(name, after, rules), _value(name, before, rules) if before else None
        if new is not None and new != old and (before is None or old is not None):
            found.append((name, old, new))
    return tuple(found)


def _value(name: str, demand: Demand, rules: Rules) -> Plain:
    """A field as a value; a place and a skill by their ids in When I Work, as the configuration may rename them."""
    value = getattr(demand, name)
    if name == "place":
        known = next(((row.location_id, row.site_id) for row in rules.places if row.key == value), None)
        return plain(known or value)
    if name == "skill":
        return next((row.position_id for row in rules.skills if row.key == value), str(value))
    return plain(value)


def of_reason(why: Reason) -> tuple[Plain, ...]:
    """Return what tells a reason from others: its code and its values."""
    return (why.code, *((name, plain(why.values[name])) for name in sorted(why.values)))
