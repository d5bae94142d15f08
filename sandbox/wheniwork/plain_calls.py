"""What the smaller kinds of records have in common when they are listed, read, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.wheniwork.answers import invalid
from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.records import Record


def of_account(call: Call, kind: str, filters: Iterable[str] = ()) -> list[Record]:
    """The records of the caller's account that pass the filters of the query, each a field of ids (`user_id=1,5`)."""
    wanted = {name: call.query.ids(name) for name in filters}
    return [
        record
        for record in call.state.table(kind).values()
        if record["account_id"] == call.account_id
        and all(chosen is None or record[name] in chosen for name, chosen in wanted.items())
    ]


def merged(call: Call, record: Record, fields: Mapping[str, Any]) -> Record:
    """The record after an update."""
    record.update(fields, updated_at=call.state.now())
    return record


def removed(call: Call, kind: str, record: Record) -> dict[str, Any]:
    """Delete a record for good."""
    del call.state.table(kind)[record["id"]]
    return {"success": True}


def require(fields: Mapping[str, Any], *names: str) -> None:
    """400 unless all of these fields are there and say something."""
    missing = next((name for name in names if not fields.get(name)), None)
    if missing:
        raise invalid(f"The field {missing} is required.")


def page_of(call: Call, rows: list[Record], usual: int, most: int, first: int) -> tuple[list[Record], dict[str, Any]]:
    """One page of `rows`, and what tells about it: page, total (of records) and more.

    `first` is the number of the first page; a number below it means that one too.
    """
    limit = limit_of(call, usual, most)
    page = max(_positive(call, "page") or 0, first)
    begin = (page - first) * limit
    state = {"total": len(rows), "page": page}
    more = {"more": len(rows) > begin + limit} if call.state.switches.more_key else {}
    return rows[begin : begin + limit], {**state, **more}


def limit_of(call: Call, usual: int, most: int) -> int:
    """How many records a page has."""
    return min(_positive(call, "limit") or usual, most)


def _positive(call: Call, name: str) -> int | None:
    found = call.query.ids(name)
    return max(found[0], 0) if found else None


def both_spellings(plural: str, singular: str, methods: Handlers) -> Handlers:
    """The paths of one record under its collection, and under the singular that the samples slip into.

    `methods` holds the handlers of the collection under "" and of a record under "/{id}".
    """
    paths = {f"/{plural}{rest}": handlers for rest, handlers in methods.items()}
    return {**paths, f"/{singular}/{{id}}": methods["/{id}"]}
