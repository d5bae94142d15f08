"""Which shifts a listing shows: its window, and what the caller's role and flags let through (reference 5.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.wheniwork.answers import forbidden
from sandbox.wheniwork.calls import Call
from sandbox.wheniwork.phrases import Moment
from sandbox.wheniwork.records import Record

DEFAULT_SPAN = timedelta(days=3)


@dataclass(frozen=True)
class Window:
    """The window of a listing, both ends in UTC; it is echoed as `start` and `end`."""

    start: datetime
    end: datetime


def shift_window(call: Call) -> Window:
    """The asked window, by default from now for three days, cut to 90 days without a word.

    A date alone begins at midnight and ends at 23:59:59 in the caller's zone (When I Work reference 5.2).
    """
    now = Moment(call.state.now(), date_only=False)
    start = call.moment("start", "start_time") or now
    usual = Moment(_later(call, start.instant, DEFAULT_SPAN), start.date_only)
    asked = call.moment("end", "end_time")
    end = end_of(call, asked or usual)
    if asked and asked.date_only and call.state.switches.days_end_in_gmt:
        end += asked.instant.astimezone(call.zone).utcoffset() or timedelta()
    days = call.state.switches.window_clamp_days
    latest = _later(call, start.instant, timedelta(days=days)) if days else end
    return Window(start.instant, min(end, latest))


def end_of(call: Call, moment: Moment) -> datetime:
    """The end that a spelling means: a date alone ends at 23:59:59."""
    return _later(
        call, moment.instant, timedelta(hours=23, minutes=59, seconds=59) if moment.date_only else timedelta()
    )


def _later(call: Call, instant: datetime, span: timedelta) -> datetime:
    """The same time of day later by the caller's own clock, whatever daylight saving does in between."""
    return (instant.astimezone(call.zone) + span).astimezone(instant.tzinfo)


def visible_shifts(call: Call, window: Window) -> list[Record]:
    """The shifts of the window that this caller asked for and may see, by start."""
    found = call.state.timeline.overlapping(window.start, window.end)
    users, locations = call.query.ids("user_id"), call.query.ids("location_id")
    drafts = _granted(call, "unpublished", allowed=call.is_supervisor)
    own_account, may_see, open_wanted = call.account_id, _sight(call), _open_filter(call, found)
    held_wanted = not (call.query.flag("include_onlyopen") and call.state.switches.include_onlyopen_works)
    return [
        shift
        for shift in found
        if shift["account_id"] == own_account
        and (drafts or shift["published"])
        and (users is None or shift["user_id"] in users)
        and (locations is None or shift["location_id"] in locations)
        and (open_wanted(shift) if shift["is_open"] else held_wanted and may_see(shift))
    ]


def may_read(call: Call, shift: Record) -> bool:
    """Whether the caller may read a single shift: managers all, others published ones of their locations and own."""
    if not shift["published"] and not call.is_supervisor:
        return False
    return _sight(call)(shift)


def _sight(call: Call) -> Callable[[Record], bool]:
    if call.is_manager or call.query.flag("all_locations"):
        return lambda _shift: True
    own, locations = call.user["id"], set(call.user["locations"])
    return lambda shift: shift["user_id"] == own or shift["location_id"] in locations


def _granted(call: Call, name: str, *, allowed: bool) -> bool:
    asked = call.query.flag(name)
    if asked and not allowed and call.state.switches.refuse_flags_above_role:
        raise forbidden(f"You do not have permission to use {name}.")
    return asked and allowed


def _open_filter(call: Call, found: list[Record]) -> Callable[[Record], bool]:
    """OpenShifts of all schedules, of the caller's own, or none at all.

    The oldest words for include_allopen are "even where they conflict with the caller"; so include_open alone leaves
    those out, and for lower roles include_allopen means no more than that.
    """
    if _granted(call, "include_allopen", allowed=call.is_manager):
        return lambda _shift: True
    conflicting = call.query.flag("include_allopen")
    if not (conflicting or call.query.flag("include_open") or call.query.flag("include_onlyopen")):
        return lambda _shift: False
    own, schedules, everywhere = call.user["id"], set(call.user["locations"]), call.query.flag("all_locations")
    busy = [] if conflicting else [shift for shift in found if shift["user_id"] == own]

    def offered(shift: Record) -> bool:
        if not (everywhere or shift["is_shared"] or shift["location_id"] in schedules):
            return False
        chosen = call.is_supervisor or shift["linked_users"] is None or own in shift["linked_users"]
        return chosen and not any(_clash(shift, held) for held in busy)

    return offered


def _clash(one: Record, other: Record) -> bool:
    return bool(one["start_time"] < other["end_time"] and other["start_time"] < one["end_time"])


def deleted_ids(call: Call, window: Window) -> list[int]:
    """Ids of deleted shifts, by the moment of deletion or by their own time (switch `deleted_ids_by`)."""
    by_deletion = call.state.switches.deleted_ids_by == "deletion"

    def inside(shift: Record) -> bool:
        if by_deletion:
            return window.start <= call.state.deletions[shift["id"]] <= window.end
        return bool(shift["start_time"] < window.end and shift["end_time"] > window.start)

    gone = call.state.deleted_shifts.values()
    return [shift["id"] for shift in gone if shift["account_id"] == call.account_id and inside(shift)]
