"""Templates: groups of shifts kept to be used again (When I Work reference 7.11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wheniwork.answers import END_BEFORE_START, ApiError, invalid
from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.fields import Converter, ids, last_moment, moment, text, whole
from sandbox.wheniwork.plain_calls import both_spellings, merged, of_account, removed, require
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.sideloads import single

FIELDS: Mapping[str, Converter] = {
    "start": moment,
    "end": last_moment,
    "location_id": whole,
    **dict.fromkeys(("name", "description"), text),
}
_COPIED = ("user_id", "location_id", "position_id", "site_id", "start_time", "end_time", "break_time", "color", "notes")


def list_templates(call: Call) -> dict[str, Any]:
    """`GET /2/templates` with their templateshifts, whose ids travel as text."""
    call.require_supervisor()
    found = of_account(call, "templates")
    return {"templates": [call.show(one) for one in found], "templateshifts": _shifts(call, found)}


def _shifts(call: Call, templates: list[Record]) -> list[Record]:
    chosen = {one["id"] for one in templates}
    rows = [one for one in of_account(call, "template_shifts") if one["template_id"] in chosen]
    return [{**call.show(one), "id": str(one["id"])} for one in rows]


def get_template(call: Call) -> dict[str, Any]:
    """`GET /2/templates/{id}`."""
    call.require_supervisor()
    return _answer(call, call.find("templates", call.path["id"]))


def _answer(call: Call, template: Record) -> dict[str, Any]:
    return {**single(call, "templates", call.show(template)), "templateshifts": _shifts(call, [template])}


def create_template(call: Call) -> dict[str, Any]:
    """`POST /2/templates` {name, start, end, description, ids}: keeps the shifts of a window.

    `ids` narrows them: shift ids, or objects as in the samples, of which a shift must match one ({"user_id": 135}).
    """
    call.require_supervisor()
    fields = call.fields(FIELDS)
    require(fields, "name", "start", "end")
    if fields["end"] <= fields["start"]:
        raise ApiError(400, "The end must be after the start.", END_BEFORE_START)
    chosen = _chosen(call, fields)
    days = {f"{name}_date": fields[name].astimezone(call.zone).date() for name in ("start", "end")}
    known: dict[str, Any] = {name: fields[name] for name in ("name", "description", "location_id") if name in fields}
    owner = {"account_id": call.account_id, "user_id": call.user["id"]}
    template = call.state.add("templates", {**owner, **known, **days})
    for shift in chosen:
        copied = {name: shift[name] for name in _COPIED}
        call.state.add("template_shifts", {**copied, "account_id": call.account_id, "template_id": template["id"]})
    return _answer(call, template)


def _chosen(call: Call, fields: Mapping[str, Any]) -> list[Record]:
    wanted = call.body.get("ids") or []
    if not isinstance(wanted, list):
        raise invalid("The ids must be an array.")
    patterns = [one for one in wanted if isinstance(one, dict)]
    numbers = call.fields({"ids": ids}, {"ids": [one for one in wanted if not isinstance(one, dict)]})["ids"]
    rows = call.state.timeline.overlapping(fields["start"], fields["end"])
    where = fields.get("location_id", 0)
    return [
        shift
        for shift in rows
        if shift["account_id"] == call.account_id
        and where in {0, shift["location_id"]}
        and (not wanted or shift["id"] in numbers or any(_matches(shift, one) for one in patterns))
    ]


def _matches(shift: Record, pattern: Mapping[str, Any]) -> bool:
    return all(str(shift.get(name)) == str(value) for name, value in pattern.items())


def update_template(call: Call) -> dict[str, Any]:
    """`PUT /2/templates/{id}`: name and description alone."""
    call.require_supervisor()
    template = call.find("templates", call.path["id"])
    fields = call.fields({"name": text, "description": text})
    return _answer(call, merged(call, template, fields))


def delete_template(call: Call) -> dict[str, Any]:
    """`DELETE /2/templates/{id}`, in the samples `/2/template/{id}`: for good, with its shifts."""
    call.require_supervisor()
    template, table = call.find("templates", call.path["id"]), call.state.table("template_shifts")
    for shift_id in [i for i, one in table.items() if one["template_id"] == template["id"]]:
        del table[shift_id]
    return removed(call, "templates", template)


PATHS: Handlers = both_spellings(
    "templates",
    "template",
    {
        "": {"GET": list_templates, "POST": create_template},
        "/{id}": {"GET": get_template, "PUT": update_template, "DELETE": delete_template},
    },
)
