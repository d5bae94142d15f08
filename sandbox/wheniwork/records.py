"""The records of When I Work as they are stored: every field of the wire, with instants as aware UTC datetimes.

Field names and unset values follow When I Work reference, appendix A and sections 5.1, 6.1, 7.1 to 7.3 and 7.8.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.wheniwork.dates import ZERO_DATE, day_text, rfc2822

Record = dict[str, Any]

ADMIN, MANAGER, EMPLOYEE, SUPERVISOR = 1, 2, 3, 5


def shift_record(fields: Mapping[str, Any], now: datetime) -> Record:
    """A shift with the given fields and the unset values of all others."""
    return {
        "id": 0,
        "account_id": 0,
        "user_id": 0,
        "location_id": 0,
        "position_id": 0,
        "site_id": 0,
        "start_time": now,
        "end_time": now,
        "break_time": 0,
        "breaks": [],
        "color": "",
        "notes": "",
        "alerted": False,
        "linked_users": None,
        "shiftchain_key": "",
        "published": False,
        "published_date": None,
        "notified_at": None,
        "instances": 1,
        "created_at": now,
        "updated_at": now,
        "acknowledged": 0,
        "acknowledged_at": None,
        "creator_id": 0,
        "is_open": False,
        "actionable": False,
        "block_id": 0,
        "requires_openshift_approval": False,
        "openshift_approval_request_id": 0,
        "is_approved_without_time": False,
        "is_shared": False,
        **fields,
    }


def user_record(fields: Mapping[str, Any], now: datetime) -> Record:
    """A user with the given fields; without a login it is pending (`is_active` false)."""
    user_id = fields.get("id", 0)
    return {
        "id": user_id,
        "login_id": 0,
        "account_id": 0,
        "role": EMPLOYEE,
        "email": "",
        "first_name": "",
        "middle_name": "",
        "last_name": "",
        "phone_number": "",
        "employee_code": "",
        "avatar": {"url": f"https://avatars.sandbox.example/{user_id}/%s", "size": "%s"},
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"user {user_id}")),
        "activated": True,
        "is_active": False,
        "is_hidden": False,
        "is_payroll": False,
        "is_private": False,
        "is_trusted": 0,
        "is_deleted": False,
        "type": 1,
        "employment_type": "hourly",
        "notes": "",
        "hours_preferred": 0,
        "hours_max": 0,
        "hourly_rate": 0,
        "position_rates": [],
        "position_quality": [],
        "positions": [],
        "my_positions": [],
        "locations": [],
        "sort": [],
        "alert_settings": {"timeoff": {"sms": False, "email": True}, "schedule": {"sms": True, "email": True}},
        "reminder_time": 2,
        "sleep_start": "23:00:00",
        "sleep_end": "05:00:00",
        "timezone_id": 0,
        "timezone_name": "",
        "country_id": 1,
        "country_code": "us",
        "affiliate": 0,
        "infotips": "",
        "migration_id": 0,
        "password": False,
        "start_date": None,
        "last_login": ZERO_DATE,
        "invited_at": ZERO_DATE,
        "notified_at": ZERO_DATE,
        "dismissed_at": "",
        "deleted_at": "",
        "created_at": now,
        "updated_at": now,
        **fields,
    }


def position_record(fields: Mapping[str, Any], now: datetime) -> Record:
    """A position with the given fields."""
    return {
        "id": 0,
        "account_id": 0,
        "name": "",
        "color": "1174a6",
        "sort": 0,
        "tips_tracking": False,
        "is_deleted": False,
        "created_at": now,
        "updated_at": now,
        **fields,
    }


def location_record(fields: Mapping[str, Any], now: datetime) -> Record:
    """A location ("Schedule" in the application) with the given fields; it has no time zone of its own."""
    return {
        "id": 0,
        "account_id": 0,
        "is_default": 0,
        "name": "",
        "sort": 0,
        "max_hours": 0,
        "address": "",
        "coordinates": None,
        "latitude": 0,
        "longitude": 0,
        "place_id": 0,
        "place_confirmed": False,
        "ip_address": "",
        "radius": 0,
        "place": None,
        "is_deleted": False,
        "deleted_at": "",
        "created_at": now,
        "updated_at": now,
        **fields,
    }


def site_record(fields: Mapping[str, Any], now: datetime) -> Record:
    """A site with the given fields; `location_id` 0 belongs to every location."""
    return {
        "id": 0,
        "account_id": 0,
        "location_id": 0,
        "name": "",
        "color": "1174a6",
        "description": "",
        "address": "",
        "coordinates": None,
        "latitude": 0,
        "longitude": 0,
        "place_id": "",
        "place": None,
        "radius": 0,
        "is_deleted": False,
        "deleted_at": "",
        "created_at": now,
        "updated_at": now,
        **fields,
    }


def time_record(fields: Mapping[str, Any], now: datetime) -> Record:
    """A time entry with the given fields; an open one has no end_time."""
    return {
        "id": 0,
        "account_id": 0,
        "user_id": 0,
        "creator_id": 0,
        "position_id": 0,
        "location_id": 0,
        "site_id": 0,
        "shift_id": 0,
        "start_time": now,
        "end_time": None,
        "break_hours": 0,
        "length": 0,
        "rounded_start_time": None,
        "rounded_end_time": None,
        "rounded_length": 0,
        "hourly_rate": 0,
        "notes": "",
        "cash_tips": None,
        "is_alerted": False,
        "alert_type": 0,
        "is_approved": False,
        "modified_by": 0,
        "sync_id": "",
        "sync_hash": "",
        "split_time": None,
        "paid_break_note": None,
        "created_at": now,
        "updated_at": now,
        **fields,
    }


def rendered(record: Mapping[str, Any], zone: ZoneInfo) -> Record:
    """The record as it travels: every instant as text in the reader's zone, every day as text without a time."""
    shown: Record = {name: _text_of(value, zone) for name, value in record.items()}
    for name in ("breaks", "user_requests"):
        if shown.get(name):
            shown[name] = [rendered(item, zone) for item in shown[name]]
    return shown


def _text_of(value: Any, zone: ZoneInfo) -> Any:
    if type(value) is datetime:
        return rfc2822(value, zone)
    return day_text(value) if type(value) is date else value
