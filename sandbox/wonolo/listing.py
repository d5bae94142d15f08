"""Lists: filters, the window on `updated_at`, order and pages (Wonolo reference 3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sandbox.wonolo.params import Params, instant, is_blank
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Entry, Record, Table, Window
from sandbox.wonolo.zones import COMPANY_ZONE

MAX_PER_PAGE = 50

Wanted = dict[str, frozenset[str]]
Item = TypeVar("Item")


def wanted_values(params: Params, exact: Iterable[str], several: Iterable[str] = ()) -> Wanted:
    """The filters that were sent: one value each for `exact` names, a comma list for `several`."""
    single = {name: frozenset([_spelled(params[name])]) for name in exact if not is_blank(params.get(name))}
    lists = {name: frozenset(str(params[name]).split(",")) for name in several if not is_blank(params.get(name))}
    return single | lists


def wanted_work(state: WonoloState, params: Params, exact: Iterable[str]) -> Wanted:
    """The same for JobRequests and Jobs, whose `state` takes several only by switch (Wonolo reference 3)."""
    several = {"state"} if state.switches.comma_states else set()
    return wanted_values(params, [name for name in exact if name not in several], several)


def matcher(wanted: Wanted) -> Callable[[Record], bool]:
    """Whether a record has one of the wanted values in every filtered field."""
    return lambda record: all(_spelled(record.get(name)) in values for name, values in wanted.items())


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def window_of(state: WonoloState, params: Params) -> Window:
    """The bounds on `updated_at`; a time without an offset is read in the company's zone."""
    zone = ZoneInfo(COMPANY_ZONE)
    after, before = (instant(name, params.get(name), zone) for name in ("updated_after", "updated_before"))
    return Window(after, before, inclusive=state.switches.updated_bounds_inclusive)


def list_table(state: WonoloState, table: Table, params: Params, wanted: Wanted) -> list[Record]:
    """One page of a table under the filters."""
    key = tuple(sorted(wanted.items(), key=lambda item: item[0]))
    entries = table.within(window_of(state, params), key, matcher(wanted) if wanted else None)
    return page_of(state, table, params, entries)


def list_some(state: WonoloState, table: Table, params: Params, wanted: Wanted, ids: Collection[int]) -> list[Record]:
    """The same when an index has already found the few ids that can match."""
    return page_of(state, table, params, table.among(ids, window_of(state, params), matcher(wanted)))


def page_of(state: WonoloState, table: Table, params: Params, entries: Sequence[Entry]) -> list[Record]:
    """The page asked for, newest first; a page past the end is empty."""
    offset, count = _place(state, params)
    if state.switches.newest_first:
        end = max(len(entries) - offset, 0)
        shown = reversed(entries[max(end - count, 0) : end])
    else:
        shown = iter(entries[offset : offset + count])
    return [table.records[number] for _, number in shown]


def drift(state: WonoloState, path: str) -> None:
    """Move the least recently updated record of the listing at a path to its other end, as an update would.

    Whoever is reading the pages meanwhile misses that record and gets another one twice (Wonolo reference 3).
    """
    table = {
        "job_requests": state.job_requests,
        "jobs": state.jobs,
        "users": state.users,
        "messages": state.messages,
        "badges": state.badges,
        "customers": state.customers,
    }.get(path.rstrip("/").rsplit("/", 1)[-1])
    if table is not None and (record := table.oldest()) is not None:
        table.touch(record, state.now())


def some_page(state: WonoloState, params: Params, items: Sequence[Item]) -> Sequence[Item]:
    """The page asked for of anything that has an order of its own."""
    offset, count = _place(state, params)
    return items[offset : offset + count]


def _place(state: WonoloState, params: Params) -> tuple[int, int]:
    count = min(_count(params.get("per")) or state.switches.default_per, MAX_PER_PAGE)
    return (max(_count(params.get("page")), 1) - 1) * count, count


def _count(value: Any) -> int:
    spelled = str(value).strip()
    return int(spelled) if spelled.isascii() and spelled.isdigit() and len(spelled) < 19 else 0
