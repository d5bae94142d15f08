"""The account, the time zones and the plans (When I Work reference 7.10 and 7.11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sandbox.wheniwork.calls import Call, Handlers, not_found
from sandbox.wheniwork.fields import Converter, mapping, text
from sandbox.wheniwork.plain_calls import merged, require
from sandbox.wheniwork.records import ADMIN, Record
from sandbox.wheniwork.state import TIMEZONE_ID, TIMEZONE_NAME

FIELDS: Mapping[str, Converter] = {"company": text, "logo": text, "subdomain": text, "settings": mapping}
_PLANS = (("Free", 0, "5", False), ("Small", 29, "25", True), ("Large", 99, "100", True))


def get_account(call: Call) -> dict[str, Any]:
    """`GET /2/account`: the account in which the caller acts; a parent also gets its `accounts`."""
    account = call.state.accounts[call.account_id]
    children = [_view(call, one) for one in call.state.accounts.values() if one["master_id"] == account["id"]]
    return {"account": _view(call, account), **({"accounts": children} if children else {})}


def _view(call: Call, account: Record) -> Record:
    as_text = {name: msgspec.json.encode(account[name]).decode() for name in ("features", "settings", "timezone_id")}
    return {**call.show(account), **(as_text if call.state.switches.account_as_text else {})}


def create_account(call: Call) -> dict[str, Any]:
    """`POST /2/account`: another account, in which the caller is the admin (that they are is a guess)."""
    fields = call.fields(FIELDS)
    require(fields, "company")
    account = call.state.add_account(fields["company"])
    settings = {**account["settings"], **(fields.pop("settings", None) or {})}
    account.update(fields, settings=settings)
    person = {name: call.user[name] for name in ("login_id", "email", "first_name", "last_name", "is_active")}
    call.state.add("users", {**person, "account_id": account["id"], "role": ADMIN})
    return {"success": True, "account": _view(call, account)}


def update_account(call: Call) -> dict[str, Any]:
    """`PUT /2/account/{id}` by a manager: a merge, of the settings too."""
    call.require_manager()
    if call.path["id"] != str(call.account_id):
        raise not_found(call.state, "accounts")
    account, fields = call.state.accounts[call.account_id], call.fields(FIELDS)
    if "settings" in fields:
        fields["settings"] = {**account["settings"], **(fields["settings"] or {})}
    return {"account": _view(call, merged(call, account, fields))}


def list_timezones(call: Call) -> dict[str, Any]:
    """`GET /2/timezones`: the zone of every account of the sandbox; its id travels as text."""
    zone = {"id": str(TIMEZONE_ID), "name": TIMEZONE_NAME, "offset": "", "offset_name": ""}
    return {call.state.switches.timezones_key: [zone]}


def list_plans(_call: Call) -> dict[str, Any]:
    """`GET /2/plans`, which the oldest documentation heads as a POST; `employees` travels as text."""
    prices = {"wb_price": 0, "wb_annual": 0, "texting_price": 0, "is_legacy": False}
    plans = [
        {"id": n, "name": name, "price": price, "price_annual": price * 10, "employees": employees, "texting": texting}
        for n, (name, price, employees, texting) in enumerate(_PLANS, 1)
    ]
    return {"plans": [{**plan, **prices, "sort": sort} for sort, plan in enumerate(plans)]}


PATHS: Handlers = {
    "/account": {"GET": get_account, "POST": create_account},
    "/account/{id}": {"PUT": update_account},
    "/timezones": {"GET": list_timezones},
    "/plans": {"GET": list_plans, "POST": list_plans},
}
