"""The planner: records in, an immutable plan out. Pure: no input or output, no clock, no randomness.

1. Workers who hold seats are recognised among the users there are (`recognition`).
   Shifts that were made again in place of lost ones are seats of the same demand (`remade`).
2. Linked demands are merged field by field over what both sides last agreed on (`merge`, `links`, `seats`).
   Nobody is given a seat while taken elsewhere (`bookings`).
3. Demands that one side alone knows are matched, else created on the other side (`lone`), unless the other side may
   hold them where nobody looks (`sight`, `asking`); what may have been posted twice is asked about (`duplicates`), and
   so is what else is there twice (`doubled`).
4. Workers who take seats become users (`workers`).
5. Hours of work that is over are carried over (`times`, `hours`).
6. What would make, or send, once more what is live otherwise than it was sent waits (`live`).
7. What people decided is laid over it (`deciding`; `conflicts` for what they chose).
8. The changes are put in order: near starts first (`model`).
"""

import msgspec

from sync.plan.asking import ask_before_growing, wanted_elsewhere
from sync.plan.deciding import decide
from sync.plan.doubled import withheld, without_repeats
from sync.plan.left import left_alone
from sync.plan.links import departed, plan_link
from sync.plan.live import held
from sync.plan.lone import plan_lone
from sync.plan.model import Change, FieldChange, Plan, Risk, Verdict, ordered
from sync.plan.recognition import recognise
from sync.plan.remade import with_remade
from sync.plan.sight import sort_shifts
from sync.plan.snapshot import Policy, Snapshot
from sync.plan.times import plan_times
from sync.plan.unmapped import in_use
from sync.plan.workers import plan_contacts, plan_workers

__all__ = ["Change", "FieldChange", "Plan", "Policy", "Risk", "Snapshot", "Verdict", "make_plan"]


def make_plan(snapshot: Snapshot) -> Plan:
    """Plan everything the snapshot holds."""
    known = recognise(snapshot)
    snapshot, remade = with_remade(known.snapshot)
    left = [shift for link in snapshot.links for shift in departed(link, snapshot) if shift.start > snapshot.now]
    sight = sort_shifts(left, snapshot)
    changes = list(sight.remarks)
    changes += left_alone(sight.counted(snapshot), changes, snapshot)
    lone, repeated = without_repeats(sight.lone, snapshot)
    changes, sight = [*changes, *repeated], msgspec.structs.replace(sight, lone=lone)
    elsewhere = wanted_elsewhere(sight, snapshot)
    beside = {slot: [row for row in rows if row.id not in elsewhere] for slot, rows in lone.items()}
    free = {shift.id for rows in beside.values() for shift in rows}
    moved: list[tuple[str, int]] = []
    counted: list[tuple[str, int]] = []
    over: list[str] = []
    settled = [link.key for link in snapshot.workers if link.key not in snapshot.busy]
    for link in snapshot.links:
        planned = plan_link(link, snapshot, beside)
        asked, joining = ask_before_growing(link, planned.changes, sight, snapshot)
        changes += asked
        moved += [(link.key, shift) for shift in joining]
        settled += [link.key] if planned.comparable else []
        over += [link.key] if planned.over else []
        joined = [row.id for row in planned.shifts if row.id in free or remade.get(row.id) == link.key]
        (moved if planned.comparable else counted).extend((link.key, shift) for shift in joined)
        for shift in planned.shifts:
            for rows in (lone, beside):
                rows[shift.slot] = [row for row in rows.get(shift.slot, ()) if row.id != shift.id]
    changes += plan_lone(snapshot, sight)
    changes = [*known.changes, *plan_workers(changes, snapshot), *plan_contacts(snapshot)]
    hours = plan_times(snapshot)
    changes, settled = [*changes, *hours.changes], [*settled, *hours.quiet]
    changes, void = decide(withheld(held(changes, snapshot.live, snapshot.rules), snapshot), snapshot)
    written = {change.link for change in changes if change.verdict == "do"}
    moved += [row for row in counted if row[0] in written]  # what is written counts them already
    quiet = sorted(key for key in settled if key not in written)
    plan = Plan(
        ordered(changes),
        tuple(quiet),
        void,
        tuple(sorted(moved)),
        hours.joined,
        unmapped=in_use(snapshot),
        over=tuple(sorted(set(over) & set(quiet))),
    )
    asked_again = {doubt.key for doubt in plan.doubts} & snapshot.decisions.keys()
    return msgspec.structs.replace(plan, void=(*plan.void, *sorted(asked_again)))
