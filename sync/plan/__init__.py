"""The planner: records in, an immutable plan out. Pure: no input or output, no clock, no randomness.

1. Workers who hold seats are recognised among the users there are (`recognition`).
2. Linked demands are merged field by field over what both sides last agreed on (`merge`, `links`, `seats`).
   Nobody is given a seat while taken elsewhere (`bookings`).
3. Demands that one side alone knows are matched, else created on the other side (`lone`); what
   we posted twice is cancelled (`duplicates`), and about what else is there twice a person is asked (`doubled`).
4. Workers who take seats become users (`workers`).
5. Hours of work that is over are carried over (`times`, `hours`).
6. What people decided is laid over it (`deciding`; `conflicts` for what they chose).
7. The changes are put in order: near starts first (`model`).
"""

from collections.abc import Iterable

import msgspec

from mappings.model import Unmapped
from mappings.shifts import Shift, Slot, in_scope, joins, read_shift
from sync.plan.deciding import decide
from sync.plan.doubled import withheld, without_repeats
from sync.plan.left import left_alone
from sync.plan.links import departed, plan_link
from sync.plan.lone import plan_lone
from sync.plan.model import Change, FieldChange, Plan, Risk, Verdict, ordered
from sync.plan.recognition import recognise
from sync.plan.snapshot import Policy, Snapshot, Twins
from sync.plan.times import plan_times
from sync.plan.workers import plan_contacts, plan_workers

__all__ = ["Change", "FieldChange", "Plan", "Policy", "Risk", "Snapshot", "Twins", "Verdict", "make_plan"]


def make_plan(snapshot: Snapshot) -> Plan:
    """Plan everything the snapshot holds."""
    known = recognise(snapshot)
    snapshot = known.snapshot
    left = [shift for link in snapshot.links for shift in departed(link, snapshot) if shift.start > snapshot.now]
    lone, changes = _lone_shifts(left, snapshot)
    lone, asked = without_repeats(lone, snapshot)
    changes += left_alone(lone, changes, snapshot) + asked
    moved: list[tuple[str, int]] = []
    settled = [link.key for link in snapshot.workers if link.key not in snapshot.busy]
    for link in snapshot.links:
        planned = plan_link(link, snapshot, lone)
        changes += planned.changes
        settled += [link.key] if planned.comparable else []
        moved += [(link.key, shift.id) for shift in planned.shifts if planned.comparable and shift in left]
        for shift in planned.shifts:
            lone[shift.slot] = [row for row in lone.get(shift.slot, ()) if row.id != shift.id]
    changes += plan_lone(snapshot, lone)
    changes = [*known.changes, *plan_workers(changes, snapshot), *plan_contacts(snapshot)]
    hours, agreed = plan_times(snapshot)
    changes, settled = changes + hours, settled + agreed
    changes, void = decide(withheld(changes, snapshot), snapshot)
    written = {change.link for change in changes if change.verdict == "do"}
    quiet = sorted(key for key in settled if key not in written)
    plan = Plan(ordered(changes), tuple(quiet), void, tuple(sorted(moved)))
    asked_again = {doubt.key for doubt in plan.doubts} & snapshot.decisions.keys()
    return msgspec.structs.replace(plan, void=(*plan.void, *sorted(asked_again)))


def _lone_shifts(left: Iterable[Shift], snapshot: Snapshot) -> tuple[dict[Slot, list[Shift]], list[Change]]:
    """The shifts no link holds, and those that left theirs, by slot; and remarks about those that cannot be read.

    Open shifts count if they are offered to Wonolo, the others if a worker holds them.
    """
    shifts, remarks = list(left), []
    for record in snapshot.shifts:
        try:
            shift = read_shift(record, snapshot.rules, snapshot.users)
        except Unmapped as reason:
            if str(record.get("user_id") or 0) == "0" and in_scope(record, snapshot.rules.scope):
                remarks.append(_unmapped_shift(str(record["id"]), str(reason)))
            continue
        if joins(record, shift, snapshot.rules.scope, snapshot.now):
            shifts.append(shift)
    lone: dict[Slot, list[Shift]] = {}
    for shift in shifts:
        lone.setdefault(shift.slot, []).append(shift)
    return lone, remarks


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
