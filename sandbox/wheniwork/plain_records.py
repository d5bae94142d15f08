"""The smaller kinds of records as they are stored, with the unset value of every field (reference A.8 to A.26).

Instants are aware UTC datetimes, days are dates, and times of day are text as they travel.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from sandbox.wheniwork.dates import ZERO_DATE
from sandbox.wheniwork.records import Record

_UNSET: Mapping[str, Mapping[str, Any]] = {
    "shift_chains": {
        "key": "",
        "week": 1,
        "weekdays": 0,
        "until": None,
        "timezone_id": "",
        "shift_ids": [],
    },
    "blocks": {
        "location_id": 0,
        "position_id": 0,
        "start_time": "00:00:00",
        "end_time": "00:00:00",
        "color": "",
        "break_time": 0,
        "breaks": [],
        "notes": "",
        "requires_openshift_approval": 0,
        "is_shared": 0,
    },
    "requests": {
        "user_id": 0,
        "creator_id": 0,
        "status": 0,
        "user_status": 0,
        "type": 0,
        "type_id": 0,
        "type_label": "",
        "paid": False,
        "hours": 0,
        "start_time": None,
        "end_time": None,
        "updater_id": 0,
        "canceled_by": 0,
    },
    "request_types": {
        "name": "",
        "built_in": False,
        "enabled": True,
        "allow_paid": True,
        "allow_unpaid": True,
        "is_deleted": False,
        "deleted_at": None,
    },
    "swaps": {
        "user_id": 0,
        "creator_id": 0,
        "updater_id": 0,
        "canceled_id": 0,
        "accepted_id": 0,
        "shift_id": 0,
        "location_id": 0,
        "type": 1,
        "status": 0,
        "statuses": [],
        "completed_at": None,
    },
    "availabilities": {
        "user_id": 0,
        "name": "",
        "description": "",
        "start_date": None,
        "end_date": None,
        "ongoing": False,
        "repeat": 0,
    },
    "availability_items": {
        "availability_id": 0,
        "user_id": 0,
        "day": 0,
        "type": 1,
        "start_time": "00:00:00",
        "end_time": "23:59:59",
    },
    "availability_events": {
        "user_id": 0,
        "login_id": "",
        "type": 1,
        "start_time": None,
        "end_time": None,
        "all_day": False,
        "notes": "",
        "recurrence": "",
        "recurrence_end": None,
    },
    "payrolls": {
        "creator_id": 0,
        "start_date": None,
        "end_date": None,
        "offset": "00:00:00",
        "notes": "",
        "is_closed": False,
        "is_finalized": False,
        "is_edited": False,
        "finalized_at": ZERO_DATE,
        "closed_at": None,
    },
    "payroll_hours": {"payroll_id": 0, "type": 1, "user_id": 0, "position_id": 0, "hours": 0, "rate": 0},
    "punches": {
        "time_id": 0,
        "user_id": 0,
        "location_id": 0,
        "site_id": 0,
        "type": 1,
        "latitude": 0,
        "longitude": 0,
        "accuracy": 0,
        "altitude": 0,
        "ip_address": "",
        "method": 1,
        "method_name": "Third Party App",
        "is_alerted": False,
        "alert_type": 0,
        "notes": "",
    },
    "messages": {
        "user_id": 0,
        "request_id": 0,
        "swap_id": 0,
        "conversation_id": 0,
        "title": "",
        "content": "",
        "type": 0,
        "actor": 0,
    },
    "templates": {
        "location_id": 0,
        "user_id": 0,
        "start_date": None,
        "end_date": None,
        "name": "",
        "description": "",
    },
    "template_shifts": {
        "template_id": 0,
        "user_id": 0,
        "location_id": 0,
        "position_id": 0,
        "site_id": 0,
        "start_time": None,
        "end_time": None,
        "break_time": 0,
        "color": "",
        "notes": "",
        "linked_users": None,
    },
    "approval_requests": {
        "shift_id": 0,
        "creator_id": 0,
        "updater_id": 0,
        "status": 0,
        "is_shared": False,
        "user_requests": [],
    },
    "annotations": {
        "creator_id": 0,
        "all_locations": False,
        "locations": [],
        "start_date": None,
        "end_date": None,
        "title": "",
        "message": "",
        "color": "",
        "business_closed": False,
        "no_time_off": False,
        "announcement": False,
        "relevant_at": None,
    },
}
PLAIN_KINDS = tuple(_UNSET)


def plain_record(kind: str, fields: Mapping[str, Any], now: datetime) -> Record:
    """A record of one of the smaller kinds with the given fields."""
    stamps = {"created_at": now, "updated_at": now}
    return {"id": 0, "account_id": 0, **deepcopy(dict(_UNSET[kind])), **stamps, **fields}
