"""What of an undo waits because something else does.

Who takes a seat waits for the room, and for whatever frees the worker elsewhere. Fewer seats wait for the Job of who
leaves them, and so does that worker's shift. An earlier state of a record waits for the later one.
"""

import msgspec

from sync.plan.model import WAITING, Change, Plan
from sync.plan.wording import sentence


def waiting_together(plan: Plan) -> Plan:
    """The plan of an undo without what builds on a change of it that waits; any other plan stays as it is."""
    waiting: list[Change] = []
    rows = []
    for row in plan.changes:
        first = next((change for change in waiting if _builds_on(row, change)), None)
        blocked = msgspec.structs.replace(row, verdict="blocked", reason=_reason(first)) if first else row
        rows.append(blocked)
        if blocked.undoes and blocked.verdict in WAITING:
            waiting.append(blocked)
    return msgspec.structs.replace(plan, changes=tuple(rows))


def _builds_on(row: Change, other: Change) -> bool:
    """Whether one change must not be done while another that comes first is not."""
    if row.verdict != "do":
        return False
    if row.action == "assign" or (row.action == "create" and row.worker):
        return row.link == other.link or (row.worker == other.worker and other.action in ("release", "delete"))
    same = bool(row.record) and (row.kind, row.record) == (other.kind, other.record)
    leaves = other.kind == "job" and other.action == "release"
    fewer = row.kind == "job_request" and row.seats < 0
    off = row.kind == "shift" and bool(row.worker) and row.worker == other.worker
    return row.link == other.link and (same or (leaves and (fewer or off)))


def _reason(change: Change) -> str:
    what = sentence(change.fields, change.system) if change.fields and change.system else change.subject
    return f"this waits for another change of the undo: {what}"
