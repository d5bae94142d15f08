"""The whole of Wonolo at one moment, as its API would print it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sandbox.wonolo.render import job_record, job_request_record, plain_record, user_record
from sandbox.wonolo.state import WonoloState


def snapshot(state: WonoloState) -> dict[str, Any]:
    """Every table in the order of ids, and the switches, as JSON values."""
    return {
        "job_requests": [job_request_record(state, record) for record in state.job_requests.records.values()],
        "jobs": [job_record(state, record) for record in state.jobs.records.values()],
        "users": [user_record(record) for record in state.users.records.values()],
        "badges": [plain_record(record) for record in state.badges.records.values()],
        "customers": [plain_record(record) for record in state.customers.records.values()],
        "messages": [plain_record(record) for record in state.messages.records.values()],
        "multi_day_job_requests": [plain_record(record) for record in state.multi_day_job_requests.records.values()],
        "notifications": [plain_record(record) for record in state.notifications],
        "switches": asdict(state.switches),
    }
