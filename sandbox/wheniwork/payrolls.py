"""Payroll periods and their hours: read and changed, neither created nor deleted (When I Work reference 7.9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wheniwork.answers import END_BEFORE_START, ApiError
from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.fields import Converter, flag, last_moment, moment, text
from sandbox.wheniwork.listing import end_of
from sandbox.wheniwork.plain_calls import merged, of_account

FIELDS: Mapping[str, Converter] = {
    "start_date": moment,
    "end_date": last_moment,
    "notes": text,
    **dict.fromkeys(("is_closed", "is_finalized"), flag),
}


def list_payrolls(call: Call) -> dict[str, Any]:
    """`GET /2/payrolls`: those that touch `start` to `end`, as far as these are given."""
    call.require_supervisor()
    start, end = call.moment("start"), call.moment("end")
    found = [
        one
        for one in of_account(call, "payrolls")
        if (start is None or one["end_date"] >= start.instant)
        and (end is None or one["start_date"] <= end_of(call, end))
    ]
    return {"payrolls": [call.show(one) for one in found]}


def get_payroll(call: Call) -> dict[str, Any]:
    """`GET /2/payrolls/{id}` with its payrollhours, of which not each has a total."""
    call.require_supervisor()
    payroll = call.find("payrolls", call.path["id"])
    hours = [one for one in of_account(call, "payroll_hours") if one["payroll_id"] == payroll["id"]]
    return {"payroll": call.show(payroll), "payrollhours": [call.show(one) for one in hours]}


def update_payroll(call: Call) -> dict[str, Any]:
    """`PUT /2/payrolls/{id}` by a manager: a merge; closing and finalizing note when."""
    call.require_manager()
    payroll, fields = call.find("payrolls", call.path["id"]), call.fields(FIELDS)
    after = {**payroll, **fields}
    if after["end_date"] <= after["start_date"]:
        raise ApiError(400, "The end date must be after the start date.", END_BEFORE_START)
    now = call.state.now()
    closed = {"closed_at": now} if after["is_closed"] and not payroll["is_closed"] else {}
    final = {"finalized_at": now} if after["is_finalized"] and not payroll["is_finalized"] else {}
    return {"payroll": call.show(merged(call, payroll, {**fields, **closed, **final, "is_edited": True}))}


PATHS: Handlers = {
    "/payrolls": {"GET": list_payrolls},
    "/payrolls/{id}": {"GET": get_payroll, "PUT": update_payroll},
}
