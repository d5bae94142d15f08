"""`/messages`: list, get, create (Wonolo reference 4)."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sandbox.wonolo.listing import list_table, wanted_values
from sandbox.wonolo.params import Params, fields_of, instant, is_blank, text, whole
from sandbox.wonolo.refusal import invalid, missing, not_found
from sandbox.wonolo.render import plain_record
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.zones import COMPANY_ZONE

FILTERS = ("job_id", "sender_id", "receiver_id")


def list_messages(state: WonoloState, params: Params) -> dict[str, Any]:
    """List messages by Job, sender or receiver, newest first."""
    found = list_table(state, state.messages, params, wanted_values(params, FILTERS))
    return {"messages": [plain_record(record) for record in found]}


def get_message(state: WonoloState, params: Params) -> dict[str, Any]:
    """Get one message."""
    record = state.messages.records.get(params["id"])
    if record is None:
        raise not_found()
    return {"message": plain_record(record)}


def create_message(state: WonoloState, params: Params) -> dict[str, Any]:
    """Send a message about a Job; an unknown Job, sender or receiver is a 422."""
    given = fields_of(params, "message")
    for name in ("sender_id", "receiver_id", "job_id", "body"):
        if is_blank(given.get(name)):
            raise missing(name)
    known = {"sender_id": state.users, "receiver_id": state.users, "job_id": state.jobs}
    numbers = {name: whole(name, given[name]) for name in known}
    for name, table in known.items():
        if numbers[name] not in table.records:
            raise invalid(name, f"{name.removesuffix('_id').capitalize()} does not exist")
    texts = {name: text(name, given.get(name)) for name in ("body", "image_url")}
    read_at = instant("read_at", given.get("read_at"), ZoneInfo(COMPANY_ZONE))
    return {"message": plain_record(state.messages.add(numbers | texts | {"read_at": read_at}, state.now()))}
