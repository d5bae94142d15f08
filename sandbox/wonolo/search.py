"""`/search` (Wonolo reference 4): its parameters and its answer are guesses."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sandbox.wonolo.listing import list_some
from sandbox.wonolo.params import Params, is_blank
from sandbox.wonolo.refusal import missing
from sandbox.wonolo.render import job_request_record, plain_record, user_record
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record, Table
from sandbox.wonolo.users import visible_ids


def search(state: WonoloState, params: Params) -> dict[str, Any]:
    """Find JobRequests, users, badges and customers in whose names `query` stands; a page of each."""
    if is_blank(params.get("query")):
        raise missing("query")
    seen = visible_ids(state) if state.switches.pool == "public" else state.users.records
    return {
        "job_requests": _found(state, state.job_requests, params, _named("request_name", "venue"), _job_request(state)),
        "users": _found(state, state.users, params, _named("first_name", "last_name", "email"), user_record, seen),
        "badges": _found(state, state.badges, params, _named("name"), plain_record),
        "customers": _found(state, state.customers, params, _named("name"), plain_record),
    }


def _job_request(state: WonoloState) -> Callable[[Record], Record]:
    return lambda record: job_request_record(state, record)


def _named(*fields: str) -> Callable[[Record], str]:
    return lambda record: " ".join(str(record[field] or "") for field in fields).lower()


def _found(
    state: WonoloState,
    table: Table,
    params: Params,
    names: Callable[[Record], str],
    printed: Callable[[Record], Record],
    among: Collection[int] | None = None,
) -> list[Record]:
    wanted = str(params["query"]).lower()
    ids = [number for number in (table.records if among is None else among) if wanted in names(table.records[number])]
    return [printed(record) for record in list_some(state, table, params, {}, ids)]
