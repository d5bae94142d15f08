"""Badges that users hold (Wonolo reference 6 and 8)."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.wonolo.params import Params, flag, is_blank, whole
from sandbox.wonolo.refusal import invalid
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record


@dataclass(frozen=True)
class BadgeChange:
    """One badge to give, or the association by its id to take away."""

    badge: Record | None
    association_id: int | None


def read_badge_changes(state: WonoloState, given: Params) -> list[BadgeChange]:
    """What `badge` and `user_badges_attributes` ask for; unknown badges and other things than objects are a 422."""
    attributes = given.get("user_badges_attributes") or []
    items = list(attributes.values()) if isinstance(attributes, dict) else attributes
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise invalid(
            "user_badges_attributes", "Invalid parameter 'user_badges_attributes': Must be an Array of Hashes"
        )
    one = [] if is_blank(given.get("badge")) else [{"badge_id": given["badge"]}]
    return [_read_change(state, item) for item in items + one]


def _read_change(state: WonoloState, item: Params) -> BadgeChange:
    if flag("_destroy", item.get("_destroy", False)):
        return BadgeChange(None, whole("id", item.get("id")))
    badge = state.badges.records.get(whole("badge_id", item.get("badge_id")) or 0)
    if badge is None:
        raise invalid("badge_id", "Badge does not exist")
    return BadgeChange(badge, None)


def apply_badge_changes(state: WonoloState, record: Record, changes: list[BadgeChange]) -> None:
    """Give the user badges and take others away."""
    for change in changes:
        if change.badge is None:
            record["user_badges"] = [held for held in record["user_badges"] if held["id"] != change.association_id]
        else:
            record["user_badges"] = [*record["user_badges"], user_badge(state, record["id"], change.badge)]


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
