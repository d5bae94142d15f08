"""Plans in words that a manager could read aloud: times on the wall of the place, names instead of keys."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from mappings.decision import NO, Decision
from mappings.model import NAMES, Demand, Rules, System, Worker
from mappings.ownership import FIELDS
from mappings.worker import is_unknown, job_of
from sync.plan.model import FieldChange
from sync.plan.reasons import SENTENCES, Reason, Value

_LABELS = {"break_minutes": "unpaid break", "headcount": "seats"}


def label(field: str) -> str:
    """A field's name in a manager's words."""
    return _LABELS.get(field, field)


def side(system: System) -> str:
    """A system's proper name."""
    return NAMES[system]


@lru_cache(maxsize=4096)  # each time of a demand is told several times: in its subject, its cause and its fields
def wall(moment: datetime, zone: str, pattern: str = "%a %d %b %H:%M") -> str:
    """An instant on the wall of the zone, as `Sat 14 Mar 08:00`."""
    return moment.astimezone(ZoneInfo(zone)).strftime(pattern)


def subject(demand: Demand, rules: Rules) -> str:
    """A demand in one line: `Picker at Harbor Warehouse, Sat 14 Mar 08:00-16:00`; a night shift with both its days."""
    zone = rules.zone(demand.place)
    overnight = wall(demand.start, zone, "%d %b") != wall(demand.end, zone, "%d %b")
    span = f"{wall(demand.start, zone)}-{wall(demand.end, zone, '%a %d %b %H:%M' if overnight else '%H:%M')}"
    return f"{demand.skill} at {demand.place}, {span}"


def person(key: str, people: Mapping[str, Worker]) -> str:
    """A worker as `Ana R.`, or the key where the name is not known; somebody unknown by the Job that tells of them."""
    if is_unknown(key):
        return f"somebody unknown (Job {job_of(key)})"
    return short(people[key]) if key in people else key


def short(worker: Worker) -> str:
    """A worker's name as `Ana R.`; the key of one without a name."""
    initial = f"{worker.last_name[0]}." if worker.last_name else ""
    return f"{worker.first_name} {initial}".strip() or worker.key


def names(keys: Iterable[str], people: Mapping[str, Worker]) -> str:
    """Several workers, in a stable order."""
    return ", ".join(person(key, people) for key in sorted(keys)) or "nobody"


def both(keys: Iterable[str], people: Mapping[str, Worker]) -> str:
    """Several workers as one reads them, as `Ana R., Ben O. and Cat L.`."""
    *first, last = [person(key, people) for key in sorted(keys)]
    return f"{', '.join(first)} and {last}" if first else last


def shown(field: str, value: Any, zone: str, people: Mapping[str, Worker]) -> str:
    """A field's value as text."""
    if isinstance(value, datetime):
        return wall(value, zone)
    if field == "workers":
        return names(value, people)
    return f"{value} min" if field == "break_minutes" else str(value)


def edits(before: Demand, after: Demand, rules: Rules, people: Mapping[str, Worker]) -> tuple[FieldChange, ...]:
    """What differs between two states of a demand, field by field; what a side cannot say (None) never differs."""
    zone = rules.zone(after.place)
    return tuple(
        FieldChange(label(name), shown(name, old, zone, people), shown(name, new, zone, people))
        for name in FIELDS
        if (old := getattr(before, name)) != (new := getattr(after, name)) and None not in (old, new)
    )


def hours(minutes: int) -> str:
    """A length of work, as `8 h`, `7 h 30 min` or `45 min`."""
    whole, rest = divmod(minutes, 60)
    return " ".join([*([f"{whole} h"] if whole else []), *([f"{rest} min"] if rest or not whole else [])])


def money(cents: int) -> str:
    """Dollars and cents, as `$75.00`."""
    return f"${cents / 100:,.2f}"


def reason(why: Reason, zone: str, people: Mapping[str, Worker]) -> str:
    """Return the reason something waits or is left out, as a sentence without its end."""
    told = {name: _told(name, value, zone, people) for name, value in why.values.items()}
    return why.said or SENTENCES.get(why.code, "").format(**told)


def _told(name: str, value: Value, zone: str, people: Mapping[str, Worker]) -> str:
    if isinstance(value, datetime):
        return wall(value, zone)
    if name == "who":
        return names((value,) if isinstance(value, str) else value, people)  # type: ignore[arg-type]  # keys of workers
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def added(cents: int) -> str:
    """Pay that is added or saved, in brackets, as ` (+$75.00)`; empty when there is none."""
    return f" ({'+' if cents > 0 else '-'}{money(abs(cents))})" if cents else ""


def fee(cents: int) -> str:
    """A fee in brackets, to stand behind what it is for; empty when there is none."""
    return f" ({money(cents)})" if cents else ""


def decided(answer: Decision, zone: str) -> str:
    """Who decided, when and why, as `Dana said so on Mon 02 Mar 09:12 (by telephone)`."""
    why = f" ({answer.why})" if answer.why else ""
    return f"{answer.who} decided so on {wall(answer.at, zone)}{why}"


def held_back(answer: Decision, zone: str) -> str:
    """Return who undid a change, as `undone by Dana on Mon 02 Mar 09:12 (undo of run 12)`; or who refused it once."""
    when = wall(answer.at, zone)
    if answer.choice == NO:
        return f"{answer.who} refused it on {when} under a key of an earlier version; decide anew"
    return f"undone by {answer.who} on {when} ({answer.why})"


def sentence(changes: Iterable[FieldChange], where: System) -> str:
    """Who changed what, as `end 14:30 -> 15:30 in When I Work`."""
    what = "; ".join(f"{change.name} {change.before or 'none'} -> {change.after or 'none'}" for change in changes)
    return f"{what} in {side(where)}"
