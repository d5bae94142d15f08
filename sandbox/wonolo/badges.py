"""`/badges`: list, get, create, update, delete (Wonolo reference 8)."""

from __future__ import annotations

from typing import Any

from sandbox.wonolo.listing import list_some
from sandbox.wonolo.params import Params, fields_of, flag, is_blank, text
from sandbox.wonolo.refusal import missing, not_found
from sandbox.wonolo.render import plain_record
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record

TEXTS = ("name", "description", "icon_url", "info_url")


def _find(state: WonoloState, params: Params) -> Record:
    record = state.badges.records.get(params["id"])
    if record is None:
        raise not_found()
    return record


def list_badges(state: WonoloState, params: Params) -> dict[str, Any]:
    """List badges; `query` keeps those whose name contains it."""
    query = str(params.get("query") or "").lower()
    named = [number for number, badge in state.badges.records.items() if query in badge["name"].lower()]
    return {"badges": [plain_record(record) for record in list_some(state, state.badges, params, {}, named)]}


def get_badge(state: WonoloState, params: Params) -> dict[str, Any]:
    """Get one badge."""
    return {"badge": plain_record(_find(state, params))}


def create_badge(state: WonoloState, params: Params) -> dict[str, Any]:
    """Create a badge from name and description; `is_soft` says that workers without it still see the work."""
    given = fields_of(params, "badge")
    for name in ("name", "description"):
        if is_blank(given.get(name)):
            raise missing(name)
    return {"badge": plain_record(add_badge(state, given))}


def add_badge(state: WonoloState, given: Params) -> Record:
    """Store a badge from fields as a client writes them."""
    return state.badges.add(dict.fromkeys(TEXTS) | {"is_soft": False} | _read(given), state.now())


def update_badge(state: WonoloState, params: Params) -> dict[str, Any]:
    """Update the fields given."""
    record = _find(state, params)
    record |= _read(fields_of(params, "badge"))
    state.badges.touch(record, state.now())
    return {"badge": plain_record(record)}


def delete_badge(state: WonoloState, params: Params) -> dict[str, Any]:
    """Delete a badge and answer with what it was."""
    record = _find(state, params)
    state.badges.remove(record)
    return {"badge": plain_record(record)}


def _read(given: Params) -> Params:
    changes: Params = {name: text(name, given[name]) for name in TEXTS if name in given}
    if "remote_icon_url" in given:
        changes["icon_url"] = text("remote_icon_url", given["remote_icon_url"])
    if "is_soft" in given:
        changes["is_soft"] = flag("is_soft", given["is_soft"])
    return changes
