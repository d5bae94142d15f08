"""Several users in one call, and what concerns the caller alone (When I Work reference 6.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zlib import crc32

from sandbox.wheniwork.answers import ApiError, invalid
from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.fields import mapping
from sandbox.wheniwork.sideloads import show_user
from sandbox.wheniwork.users import create_user, invite

MOST = 50


def create_users(call: Call) -> dict[str, Any]:
    """`POST /2/users/bulkupdate`: up to 50 users; the rows that fail come back under `invalidRows`."""
    call.require_supervisor()
    rows = call.body.get("users") if isinstance(call.body, dict) else call.body
    if not isinstance(rows, list) or not rows or len(rows) > MOST:
        raise invalid(f"The body must be an array of 1 to {MOST} users.")
    valid, unfit = [], []
    for number, row in enumerate(rows):
        try:
            valid.append({"row": number, **create_user(replace(call, body=row))})
        except ApiError as error:
            unfit.append({"row": number, "user": row, **error.envelope()})
    locations = list(dict.fromkeys(i for row in valid for i in row["user"]["locations"]))
    counts = {"count": len(valid), "success": bool(valid)}
    return {**counts, "validRows": valid, "invalidRows": unfit, "locations": locations}


def invite_user(call: Call) -> dict[str, Any]:
    """`POST /2/users/invite/{id}`: invites one user, again each time."""
    call.require_supervisor()
    user = call.find("users", call.path["id"])
    invite(call, user)
    return {"count": 1, "email": 1, "sms": int(bool(user["phone_number"])), "success": True}


def set_avatar(call: Call) -> dict[str, Any]:
    """`POST /2/users/avatar/{id}`: the body is an image; one's own, or anybody's by a supervisor.

    Of the image nothing is kept but that it is another one: the `url` of the avatar changes with each.
    """
    user = call.find("users", call.path["id"])
    if user["id"] != call.user["id"]:
        call.require_supervisor()
    if not call.body:
        raise invalid("The body must be an image.")
    url = f"{user['avatar']['url'].partition('?')[0]}?v={crc32(call.body):x}"
    user.update(avatar={**user["avatar"], "url": url}, updated_at=call.state.now())
    return {"user": show_user(call, user)}


def get_alerts(call: Call) -> dict[str, Any]:
    """`GET /2/users/alerts`: what the caller is told and how; the shape is the sandbox's guess."""
    return {"alerts": call.user["alert_settings"]}


def update_alerts(call: Call) -> dict[str, Any]:
    """`PUT /2/users/alerts`: merges settings of the caller."""
    given = call.fields({"alerts": mapping}).get("alerts") or {}
    call.user.update(alert_settings={**call.user["alert_settings"], **given}, updated_at=call.state.now())
    return get_alerts(call)


PATHS: Handlers = {
    "/users/bulkupdate": {"POST": create_users},
    "/users/invite/{id}": {"POST": invite_user},
    "/users/alerts": {"GET": get_alerts, "PUT": update_alerts},
}
IMAGE_PATHS: Handlers = {"/users/avatar/{id}": {"POST": set_avatar}}
"""Where the body is no JSON but an image; not part of a batch."""
