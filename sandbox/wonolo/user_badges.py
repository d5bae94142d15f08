"""Badges that users hold (Wonolo reference 6 and 8)."""

from __future__ import annotations

from sandbox.wonolo.params import Params, flag, is_blank, whole
from sandbox.wonolo.refusal import invalid
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record


def change_badges(state: WonoloState, record: Record, given: Params) -> bool:
    """Apply `badge` and `user_badges_attributes`; returns whether there was anything to apply."""
    attributes = given.get("user_badges_attributes") or []
    items = list(attributes.values()) if isinstance(attributes, dict) else attributes
    if not is_blank(given.get("badge")):
        items = [*items, {"badge_id": given["badge"]}]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise invalid(
            "user_badges_attributes", "Invalid parameter 'user_badges_attributes': Must be an Array of Hashes"
        )
    for item in items:
        _change_badge(state, record, item)
    return bool(items)


def _change_badge(state: WonoloState, record: Record, item: Params) -> None:
    if flag("_destroy", item.get("_destroy", False)):
        number = whole("id", item.get("id"))
        record["user_badges"] = [held for held in record["user_badges"] if held["id"] != number]
        return
    badge = state.badges.records.get(whole("badge_id", item.get("badge_id")) or 0)
    if badge is None:
        raise invalid("badge_id", "Badge does not exist")
    record["user_badges"] = [*record["user_badges"], user_badge(state, record["id"], badge)]


def user_badge(state: WonoloState, user_id: int, badge: Record) -> Record:
    """The association that says a user holds a badge."""
    return {
        "id": state.next_part_id(),
        "user_id": user_id,
        "badge_id": badge["id"],
        "expires_at": None,
        "created_at": state.now(),
        "updated_at": state.now(),
        "suspended": False,
        "category": None,
        "discount_code": None,
    }
