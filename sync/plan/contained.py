"""Trouble that is one record's own: a row names it with the reason, and everything else goes on."""

from collections.abc import Iterable, Mapping
from typing import get_args

import msgspec

from sync.plan.model import Change, Kind, Plan

_NAMES: Mapping[str, str] = {"job_request": "request", "job": "Job", "shift": "shift", "user": "user", "time": "Time"}


def with_unanswered(plan: Plan, unanswered: Iterable[Change], reasons: Mapping[str, str]) -> Plan:
    """Return the plan with a row for each write of unknown outcome whose link is not told of; `reasons` are by link."""
    told = {row.link for row in plan.changes}
    rows = [
        msgspec.structs.replace(
            row, action="none", verdict="blocked", reason=reasons[row.link], code="busy", payload={}, rank=9
        )
        for row in unanswered
        if row.link not in told
    ]
    return msgspec.structs.replace(plan, changes=(*plan.changes, *rows)) if rows else plan


def with_unread(plan: Plan, unread: Mapping[tuple[str, int], str]) -> Plan:
    """Return the plan with a row for each record that its service would not show, by kind and id, with the reason."""
    rows = [
        Change(
            action="none",
            verdict="blocked",
            kind=kind,
            record=str(number),
            link=f"{kind}:{number}",
            subject=f"{_NAMES[kind]} {number}",
            reason=f"it could not be read, so what is known of it may be old: {reason}",
            code="not shown",
            rank=9,
        )
        for kind in get_args(Kind)
        for (of_kind, number), reason in sorted(unread.items())
        if of_kind == kind
    ]
    return msgspec.structs.replace(plan, changes=(*plan.changes, *rows)) if rows else plan
