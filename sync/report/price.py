"""What a change costs or saves, whom it concerns, and how soon the work starts."""

from collections.abc import Iterable

from sync.plan import Change
from sync.plan.wording import hours, money

_ASKED = frozenset({"hold", "conflict"})
_ROOM = frozenset({"headcount", "title"})
"""Fields of a request that may change without any of its workers having to know."""

_DAY = 24 * 60


def price(change: Change) -> str:
    """What it costs or saves, whom it concerns and how soon that is; empty where it is free and nobody is concerned."""
    risk = change.risk
    parts = [_signed(risk.paid_minutes, risk.cents)] if risk.paid_minutes or risk.cents else []
    parts += [_due(risk.fee_cents)] if risk.fee_cents else []
    asked = change.verdict in _ASKED
    people = _people(change)
    if people and (parts or asked):
        parts.append(_concerned(change, people))
    if risk.minutes_to_start is not None and (asked or risk.fee_cents):
        parts.append(_until(risk.minutes_to_start))
    return ", ".join(parts)


def _concerned(change: Change, people: int) -> str:
    """The people it is about, by name where they are known."""
    if change.whom:
        return f"concerns {change.whom}"
    return "1 worker concerned" if people == 1 else f"{people} workers concerned"


def total(changes: Iterable[Change]) -> str:
    """What all of them cost or save together; empty where that is nothing."""
    rows = [change.risk for change in changes]
    minutes, cents = sum(row.paid_minutes for row in rows), sum(row.cents for row in rows)
    fees = sum(row.fee_cents for row in rows)
    return ", ".join([*([_signed(minutes, cents)] if minutes or cents else []), *([_due(fees)] if fees else [])])


def _people(change: Change) -> int:
    """How many workers it is about: more or fewer open seats concern nobody who sits."""
    if change.kind == "job_request" and change.touched and _ROOM.issuperset(change.touched):
        return 0
    return change.risk.people or (1 if change.worker else 0)


def _due(cents: int) -> str:
    return f"{money(cents)} due to who is sent home"


def _until(minutes: int) -> str:
    if minutes <= 0:
        return f"began {hours(-minutes)} ago"
    if minutes >= 2 * _DAY:
        return f"{minutes // _DAY} days before the start"
    return f"{hours(minutes)} before the start"


def _signed(minutes: int, cents: int) -> str:
    paid = f"{abs(minutes) / 60:,.2f}".rstrip("0").rstrip(".")
    noun = "paid hour" if paid == "1" else "paid hours"
    return f"{_sign(minutes)}{paid} {noun}, {_sign(cents)}{money(abs(cents))}"


def _sign(number: int) -> str:
    return "-" if number < 0 else "+"
