"""Asking before anything is made: what may be there already is one question, and nothing is made meanwhile."""

from collections.abc import Iterable

import msgspec

from mappings.adoption import DemandMatch, doubtful_demands, match_demands, near_demands, one_by_one
from mappings.demand import Posting
from mappings.link import LinkedDemand
from mappings.matching import DIFFERENT, SAME, answer_to
from mappings.model import Demand
from mappings.shifts import ShiftGroup, grouped, slot_of
from sync.plan import wording
from sync.plan.about import About, remark
from sync.plan.duplicates import told_apart
from sync.plan.model import Change, Doubt, Kind, Verdict
from sync.plan.reasons import because
from sync.plan.sight import Hidden, Postings, Shifts, sort_postings
from sync.plan.snapshot import Snapshot

_GROWN = "seats were added in Wonolo, and there are shifts beside it in When I Work"
_AT_ITS_TIMES = "its times are those of the request"


class Asked(msgspec.Struct, frozen=True):
    """The result of asking: the matches that a person confirmed, the questions, and the records that wait.

    Those also wait that are asked about once another question is answered.
    """

    certain: tuple[DemandMatch, ...]
    changes: tuple[Change, ...]
    records: frozenset[str]


def ask_first(
    postings: Iterable[Posting], groups: Iterable[ShiftGroup], seen: Postings, sight: Shifts, snapshot: Snapshot
) -> Asked:
    """Ask about demands of one side, each to be made on the other, and what is out of sight there."""
    pairs = [
        *doubtful_demands(postings, grouped(sight.unseen), snapshot.decisions),
        *doubtful_demands(seen.unseen, groups, snapshot.decisions),
    ]
    now, waiting = one_by_one(pairs)
    asked = [(pair, _hidden(pair, seen, sight)) for pair in now]
    made = [(f"job_request:{row.id}", row.demand) for row in postings]
    made += [(f"shift:{row.shifts[0].id}", row.demand) for row in groups]
    changes = [
        _waiting(pair, hidden, snapshot) if pair.certain else _question(pair, hidden, snapshot)
        for pair, hidden in asked
        if hidden.waits or not pair.certain
    ]
    changes += [_later(key, demand, waiting[key], snapshot) for key, demand in made if key in waiting]
    return Asked(
        certain=tuple(pair for pair, hidden in asked if pair.certain and not hidden.waits),
        changes=tuple(changes),
        records=frozenset(record for pair in pairs for record in pair.records),
    )


def wanted_elsewhere(sight: Shifts, snapshot: Snapshot) -> frozenset[int]:
    """The shifts beside a link that do not join it: a request that no link holds is, or may be, about them.

    Otherwise both sides' new seats would be made on the other side once more.
    """
    slots = {slot_of(link.base) for link in snapshot.links} & sight.lone.keys()
    groups = grouped(shift for slot in slots for shift in sight.lone[slot] if shift.worker is None)
    if not groups:
        return frozenset()
    seen = sort_postings(snapshot)
    lone = [posting for posting, _ in told_apart(seen.lone, snapshot).own]
    pairs = [
        *match_demands(lone, groups, snapshot.decisions),
        *doubtful_demands(seen.unseen, groups, snapshot.decisions),
    ]
    return frozenset(shift.id for pair in pairs for shift in pair.group.shifts)


def ask_before_growing(
    link: LinkedDemand, changes: tuple[Change, ...], sight: Shifts, snapshot: Snapshot
) -> tuple[tuple[Change, ...], tuple[int, ...]]:
    """Ask about seats that a linked demand is to get in When I Work, where shifts out of sight may be they.

    Returns the changes of the link, and the shifts that a person said are its seats and that can be so as they are.
    """
    growing = [row for row in changes if row.kind == "shift" and row.seats > 0 and row.verdict in ("do", "hold")]
    live = snapshot.reading(link).live if growing else None
    near = near_demands([live], grouped(sight.unseen)) if live else ()
    answers = [(pair, answer_to(pair, snapshot.decisions)) for pair in sorted(near, key=_nearest)]
    doubts = [(pair, answer) for pair, answer in answers if not (answer and answer.choice == DIFFERENT)]
    if not doubts:
        return changes, ()
    pair, answer = doubts[0]
    pair = msgspec.structs.replace(pair, evidence=_GROWN)
    rest, hidden = tuple(row for row in changes if row not in growing), _hidden(pair, Postings(), sight)
    if not pair.exact:
        hidden = msgspec.structs.replace(hidden, waits=" and ".join(filter(None, (hidden.waits, _AT_ITS_TIMES))))
    if answer is None:
        return (*rest, _question(pair, hidden, snapshot, link.key, sum(row.seats for row in growing))), ()
    if hidden.waits:
        return (*rest, _waiting(pair, hidden, snapshot, link.key)), ()
    return rest, tuple(shift.id for shift in pair.group.shifts)


def _nearest(pair: DemandMatch) -> tuple[bool, tuple[str, str]]:
    return not pair.exact, pair.records


def _hidden(pair: DemandMatch, seen: Postings, sight: Shifts) -> Hidden:
    """Return why the record is out of sight; of several shifts, the reason of one that cannot be linked as it is."""
    if pair.posting.id in seen.hidden:
        return seen.hidden[pair.posting.id]
    shifts = [sight.hidden[shift.id] for shift in pair.group.shifts]
    return next((row for row in shifts if row.waits), shifts[0])


def doubt_of(match: DemandMatch, snapshot: Snapshot) -> Doubt:
    """The two that may be the same, side by side."""
    here, there = match.posting.demand, match.group.demand
    return Doubt(
        key=match.key,
        facts=match.facts,
        wonolo=f"{wording.subject(here, snapshot.rules)} (JobRequest {match.posting.id}, seats: {here.headcount})",
        wheniwork=f"{wording.subject(there, snapshot.rules)} ({shifts_of(match)}, seats: {there.headcount})",
        score=match.score,
        evidence=match.evidence,
    )


def shifts_of(match: DemandMatch) -> str:
    """The shifts of a match, as `shift 301 and 2 more`."""
    first, more = match.group.shifts[0].id, len(match.group.shifts) - 1
    return f"shift {first} and {more} more" if more else f"shift {first}"


def _question(pair: DemandMatch, hidden: Hidden, snapshot: Snapshot, link: str = "", made: int = 0) -> Change:
    """Both records, why one is out of sight, and both answers; of a `link` that grows, by how many seats it would."""
    doubt = doubt_of(pair, snapshot)
    whose = f"request {pair.posting.id}" if hidden.of_wonolo else shifts_of(pair)
    demand = pair.group.demand if hidden.of_wonolo else pair.posting.demand
    this = About(link or f"job_request:{pair.posting.id}", demand, snapshot)
    this = this.because(
        f"in Wonolo {doubt.wonolo}; in When I Work {doubt.wheniwork}; {pair.evidence}; "
        f"{whose} is left alone so far, as {hidden.why}",
        "match",
        pair.key,
        pair.facts,
    )
    row = remark(
        this,
        "conflict",
        "job_request",
        because("may be the same"),
        record=str(pair.posting.id),
        choices=_choices(pair, hidden, this, made),
        options=(SAME, DIFFERENT),
    )
    return msgspec.structs.replace(row, action="link", system="wonolo", rank=1, doubt=doubt)


def _choices(pair: DemandMatch, hidden: Hidden, this: About, made: int) -> tuple[str, str]:
    here, there = pair.posting.demand, pair.group.demand
    if hidden.waits:
        same = f"nothing is made, and both are linked once {hidden.waits}"
    elif made or pair.even:
        same = "both are linked as they are"
    else:
        wanted = msgspec.structs.replace(here, headcount=there.headcount)
        same = f"both are linked, and Wonolo is asked for {there.headcount} seats{this.price(here, wanted)}"
    if hidden.of_wonolo:
        other = f"a second request for {_seats(there.headcount)} is posted in Wonolo{this.price(None, there)}"
    else:
        seats = made or here.headcount
        other = f"{_seats(seats)} more {'is' if seats == 1 else 'are'} made in When I Work"
    return f"{SAME}: {same}", f"{DIFFERENT}: {other}"


def _seats(count: int) -> str:
    return "1 seat" if count == 1 else f"{count} seats"


def _later(key: str, demand: Demand, awaited: DemandMatch, snapshot: Snapshot) -> Change:
    """A demand that waits, as what it may be is asked about with another one first."""
    kind: Kind = "job_request" if key.startswith("job_request:") else "shift"
    request, shift = f"request {awaited.posting.id}", shifts_of(awaited)
    other, first = (shift, request) if kind == "job_request" else (request, shift)
    this = About(key, demand, snapshot).because(awaited.evidence, "match", awaited.key)
    return remark(
        this, "blocked", kind, because("asked about later", other=other, first=first), record=key.partition(":")[2]
    )


def _waiting(pair: DemandMatch, hidden: Hidden, snapshot: Snapshot, link: str = "") -> Change:
    """A demand that a person said is there already, and that cannot be linked yet; with the people it has."""
    workers = frozenset() if link else pair.posting.demand.workers
    who = f"; until then {wording.names(workers, snapshot.people)} cannot be shown on the schedule" if workers else ""
    this = About(link or f"job_request:{pair.posting.id}", pair.posting.demand, snapshot)
    this = this.because(pair.evidence, "match", pair.key)
    reason = f"it is {shifts_of(pair)} in When I Work, and both are linked once {hidden.waits} ({hidden.why}){who}"
    verdict: Verdict = "blocked" if workers or hidden.unreadable else "skip"
    return remark(this, verdict, "job_request", because("waits to be linked", reason), record=str(pair.posting.id))
