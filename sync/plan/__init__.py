"""The planner: records in, an immutable plan out. Pure: no input or output, no clock, no randomness.

1. Linked demands are merged field by field over what both sides last agreed on (`merge`, `links`, `seats`).
2. Demands that one side alone knows are matched, else created on the other side (`lone`).
3. Workers who take seats become users (`workers`).
4. The changes are put in order: near starts first (`model`).
"""

from mappings.model import Unmapped
from mappings.shifts import Shift, Slot, offered, read_shift
from sync.plan.links import plan_link
from sync.plan.lone import plan_lone
from sync.plan.model import Change, FieldChange, Plan, Risk, ordered
from sync.plan.snapshot import Policy, Snapshot
from sync.plan.workers import plan_contacts, plan_workers

__all__ = ["Change", "FieldChange", "Plan", "Policy", "Risk", "Snapshot", "make_plan"]


def make_plan(snapshot: Snapshot) -> Plan:
    """Plan everything the snapshot holds."""
    shifts, changes = _lone_shifts(snapshot)
    lone: dict[Slot, list[Shift]] = {}
    for shift in shifts:
        lone.setdefault(shift.slot, []).append(shift)
    taken: set[int] = set()
    left: list[Shift] = []
    for link in snapshot.links:
        planned = plan_link(link, snapshot, lone)
        changes += planned.changes
        left += planned.left
        taken |= {shift.id for shift in planned.shifts}
        for shift in planned.shifts[:1]:
            lone.pop(shift.slot, None)
    free = [shift for shift in (*shifts, *left) if shift.id not in taken and shift.worker is None]
    held = {slot: [shift for shift in rows if shift.worker] for slot, rows in lone.items()}
    changes += plan_lone(snapshot, free, held)
    changes = plan_workers(changes, snapshot) + plan_contacts(snapshot.workers)
    written = {change.link for change in changes if change.verdict == "do"}
    keys = [link.key for link in snapshot.links] + [link.key for link in snapshot.workers]
    return Plan(ordered(changes), tuple(key for key in keys if key not in written))


def _lone_shifts(snapshot: Snapshot) -> tuple[list[Shift], list[Change]]:
    """The shifts no link holds that are offered to Wonolo or held by a worker, and remarks about the unreadable."""
    shifts, remarks = [], []
    for record in snapshot.shifts:
        try:
            shift = read_shift(record, snapshot.rules, snapshot.users)
        except Unmapped as reason:
            if record.get("published"):
                remarks.append(_unmapped_shift(str(record["id"]), str(reason)))
            continue
        if shift.worker or offered(record, shift, snapshot.rules.scope, snapshot.now):
            shifts.append(shift)
    return shifts, remarks


def _unmapped_shift(record: str, reason: str) -> Change:
    return Change(
        action="none",
        verdict="skip",
        kind="shift",
        record=record,
        link=f"shift:{record}",
        subject=f"open shift {record}",
        reason=reason,
        rank=9,
    )
