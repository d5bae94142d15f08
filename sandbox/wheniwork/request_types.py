"""The kinds of time off an account has (When I Work reference 7.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.fields import Converter, flag, text
from sandbox.wheniwork.plain_calls import of_account, require

FIELDS: Mapping[str, Converter] = {"name": text, **dict.fromkeys(("enabled", "allow_paid", "allow_unpaid"), flag)}


def list_request_types(call: Call) -> dict[str, Any]:
    """`GET /2/requesttypes`, under a hyphenated key."""
    return {"request-types": [call.show(one) for one in of_account(call, "request_types")]}


def create_request_type(call: Call) -> dict[str, Any]:
    """`POST /2/requesttypes` by a manager; answers 201."""
    call.require_manager()
    fields = call.fields(FIELDS)
    require(fields, "name")
    made = call.state.add("request_types", {"account_id": call.account_id, **fields})
    return {"request-type": call.show(made)}


PATHS: Handlers = {"/requesttypes": {"GET": list_request_types, "POST": create_request_type}}
