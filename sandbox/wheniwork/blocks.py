"""Blocks: the templates of single shifts, with local times of day (When I Work reference 7.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.fields import Converter, flag_number, number, text, wall_time, whole
from sandbox.wheniwork.plain_calls import both_spellings, merged, of_account, removed, require
from sandbox.wheniwork.shift_fields import breaks, check_links

FIELDS: Mapping[str, Converter] = {
    **dict.fromkeys(("location_id", "position_id"), whole),
    **dict.fromkeys(("start_time", "end_time"), wall_time),
    **dict.fromkeys(("color", "notes"), text),
    **dict.fromkeys(("requires_openshift_approval", "is_shared"), flag_number),
    "break_time": number,
    "breaks": breaks,
}


def list_blocks(call: Call) -> dict[str, Any]:
    """`GET /2/blocks`, perhaps of some `location_id`."""
    return {"blocks": [call.show(block) for block in of_account(call, "blocks", ["location_id"])]}


def get_block(call: Call) -> dict[str, Any]:
    """`GET /2/blocks/{id}`."""
    return {"block": call.show(call.find("blocks", call.path["id"]))}


def create_block(call: Call) -> dict[str, Any]:
    """`POST /2/blocks`: start_time and end_time are needed."""
    fields = _read(call, {})
    require(fields, "start_time", "end_time")
    return {"block": call.show(call.state.add("blocks", {"account_id": call.account_id, **fields}))}


def update_block(call: Call) -> dict[str, Any]:
    """`PUT /2/blocks/{id}`: a merge."""
    block = call.find("blocks", call.path["id"])
    return {"block": call.show(merged(call, block, _read(call, block)))}


def _read(call: Call, before: Mapping[str, Any]) -> dict[str, Any]:
    call.require_supervisor()
    fields = call.fields(FIELDS)
    check_links(call.state, fields, before, call.account_id)
    return fields


def delete_block(call: Call) -> dict[str, Any]:
    """`DELETE /2/blocks/{id}`: for good."""
    call.require_supervisor()
    return removed(call, "blocks", call.find("blocks", call.path["id"]))


PATHS: Handlers = both_spellings(
    "blocks",
    "block",
    {
        "": {"GET": list_blocks, "POST": create_block},
        "/{id}": {"GET": get_block, "PUT": update_block, "DELETE": delete_block},
    },
)
