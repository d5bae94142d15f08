"""The account and the time zones (When I Work reference 7.10)."""

from __future__ import annotations

from typing import Any

from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.state import TIMEZONE_ID, TIMEZONE_NAME


def get_account(call: Call) -> dict[str, Any]:
    """`GET /2/account`: the account in which the caller acts."""
    return {"account": call.show(call.state.accounts[call.account_id])}


def list_timezones(_call: Call) -> dict[str, Any]:
    """`GET /2/timezones`: the zone of every account of the sandbox; its id travels as text."""
    return {"timezones": [{"id": str(TIMEZONE_ID), "name": TIMEZONE_NAME, "offset": "", "offset_name": ""}]}


PATHS: Handlers = {
    "/account": {"GET": get_account},
    "/timezones": {"GET": list_timezones},
}
