"""The related records an answer carries along, each list left out when it is empty (When I Work reference 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from sandbox.wheniwork.calls import Call
from sandbox.wheniwork.dates import odd_date
from sandbox.wheniwork.fields import TRUE_WORDS
from sandbox.wheniwork.records import Record

_LINKS = {"users": "user_id", "locations": "location_id", "positions": "position_id", "sites": "site_id"}


def related(call: Call, records: Iterable[Record], kinds: Iterable[str] = _LINKS) -> dict[str, Any]:
    """The users, locations, positions and sites that the records point to, as far as `include_objects` wants them."""
    wanted = _wanted(call)
    loaded = {}
    rows = list(records)
    for kind in filter(wanted, kinds):
        linked = dict.fromkeys(map(itemgetter(_LINKS[kind]), rows))
        loaded[kind] = shown(call, kind, linked)
    return without_empty(loaded)


def listed(call: Call, records: Iterable[Record], kinds: Iterable[str]) -> dict[str, Any]:
    """The locations or positions that users list, as far as `include_objects` wants them."""
    wanted = _wanted(call)
    rows = list(records)
    return without_empty(
        {kind: shown(call, kind, dict.fromkeys(i for row in rows for i in row[kind])) for kind in filter(wanted, kinds)}
    )


def shown(call: Call, kind: str, ids: Iterable[int]) -> list[Record]:
    """The records with these ids that exist, as the caller reads them."""
    table = call.state.table(kind)
    show = _SHOWN_AS.get(kind, Call.show)
    return [show(call, table[record_id]) for record_id in ids if record_id in table]


def show_user(call: Call, user: Record) -> Record:
    """A user as the caller reads them: notes are for supervisors and up (When I Work reference 6.1)."""
    shown_user = call.show(user)
    return shown_user if call.is_supervisor else {**shown_user, "notes": ""}


def show_location(call: Call, location: Record) -> Record:
    """A location as the caller reads it; a switch gives its stamps the odd spelling of the oldest sample."""
    odd = {name: odd_date(location[name], call.zone) for name in ("created_at", "updated_at")}
    return {**call.show(location), **(odd if call.state.switches.odd_location_dates else {})}


_SHOWN_AS: Mapping[str, Callable[[Call, Record], Record]] = {"users": show_user, "locations": show_location}


def without_empty(loaded: dict[str, Any]) -> dict[str, Any]:
    """The same without empty lists."""
    return {name: value for name, value in loaded.items() if value}


def _wanted(call: Call) -> Callable[[str], bool]:
    """What `include_objects` lets through: everything by default, nothing when false, or the kinds it names."""
    names = {name.lower() for name in call.query.texts("include_objects")}
    if not names or names & TRUE_WORDS:
        return lambda _kind: True
    return lambda kind: kind in names


def single(call: Call, plural: str, record: Any) -> dict[str, Any]:
    """One record's envelope: the samples have a list under the plural, newer documentation the record itself."""
    newer, older = {plural.removesuffix("s"): record}, {plural: [record]}
    return {"both": {**newer, **older}, "newer": newer, "older": older}[call.state.switches.single_key]
