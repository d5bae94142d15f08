"""Which demands that nobody linked yet are the same: a JobRequest typed into Wonolo, and shifts into When I Work.

Certain is a pair of the same place, skill, start and end that asks for as many people. Where several JobRequests share
the four, each gets those of the shifts that its workers hold and as many open ones as it has open seats, if that comes
out even. Doubtful is what does not come out even, as one side would be cut or filled up, and what nearly agrees in its
times, if it is alike by LIKELY.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from mappings.decision import Decision
from mappings.demand import Posting
from mappings.matching import DIFFERENT, SAME, answer_to, told
from mappings.model import Demand
from mappings.shifts import Shift, ShiftGroup, Slot, grouped, slot_of

NEAR = timedelta(minutes=30)
"""How far apart the starts of one demand may have been typed."""

OVERLAP = 0.8
"""The share of the time of both that must be common to both."""

LIKELY = 60
"""The score from which a match is worth a person's look."""

_ALIKE = 0.8
_EXACT = "the same place, skill, start and end on both sides"


class DemandMatch(msgspec.Struct, frozen=True):
    """A JobRequest and shifts that are the same demand, or may be; `score` says in per cent how alike they are."""

    posting: Posting
    group: ShiftGroup
    evidence: str = ""
    score: int = 100
    certain: bool = False

    @property
    def key(self) -> str:
        """What a decision about it is kept under, as `demand:job_request:500=shift:301`."""
        return f"demand:{'='.join(self.records)}"

    @property
    def facts(self) -> str:
        """A digest of time, place, skill, headcount and title: a decision about others counts no longer."""
        seen = [(slot_of(side), side.headcount, side.title) for side in self._sides]
        return hashlib.blake2b(msgspec.json.encode(seen), digest_size=6).hexdigest()

    @property
    def exact(self) -> bool:
        """Whether place, skill, start and end are the same."""
        return slot_of(self.posting.demand) == slot_of(self.group.demand)

    @property
    def even(self) -> bool:
        """Whether both ask for as many seats."""
        return self.posting.demand.headcount == self.group.demand.headcount

    @property
    def records(self) -> tuple[str, str]:
        """The two, by the JobRequest and the first of the shifts."""
        return f"job_request:{self.posting.id}", f"shift:{self.group.shifts[0].id}"

    @property
    def _sides(self) -> tuple[Demand, Demand]:
        return self.posting.demand, self.group.demand


def match_demands(
    postings: Iterable[Posting], groups: Iterable[ShiftGroup], decisions: Mapping[str, Decision] | None = None
) -> list[DemandMatch]:
    """Match JobRequests with groups of shifts: the certain matches first, then the doubtful ones, the most alike first.

    A decision about other facts than today's is passed over.
    """
    answers = decisions or {}
    fitted, others = _fitted(list(postings), list(groups))
    said = {pair.key: answer for pair in (*fitted, *others) if (answer := answer_to(pair, answers))}
    fitted, others = ([pair for pair in rows if not _has(pair, said, DIFFERENT)] for rows in (fitted, others))
    pairs = [*fitted, *others]
    certain = _each_once([_certain(pair, told(said[pair.key])) for pair in pairs if _has(pair, said, SAME)])
    # Asked for by other numbers, one of them would be cut: which, a person says.
    for rows in (fitted, [pair for pair in others if pair.exact and pair.even]):
        certain += _each_once([_certain(pair, _EXACT) for pair in _left(rows, certain)])
    left = _left(pairs, certain)
    claims = Counter(record for pair in left for record in pair.records)
    likened = [_likened(pair, rivals=any(claims[record] > 1 for record in pair.records)) for pair in left]
    doubtful = [pair for pair in likened if pair.exact or pair.score >= LIKELY]
    return certain + sorted(doubtful, key=lambda pair: (-pair.score, pair.records))


def doubtful_demands(
    postings: Iterable[Posting], groups: Iterable[ShiftGroup], decisions: Mapping[str, Decision] | None = None
) -> list[DemandMatch]:
    """Match JobRequests with groups of shifts where one of the two is out of sight, so that no match is sure by itself.

    Certain is what a person said; the doubtful ones follow, the exact and most alike first.
    """
    answers = decisions or {}
    pairs = list(near_demands(postings, groups))
    said = {pair.key: answer for pair in pairs if (answer := answer_to(pair, answers))}
    pairs = [pair for pair in pairs if not _has(pair, said, DIFFERENT)]
    certain = _each_once([_certain(pair, told(said[pair.key])) for pair in pairs if _has(pair, said, SAME)])
    likened = [_likened(pair, rivals=False) for pair in _left(pairs, certain)]
    doubtful = [pair for pair in likened if pair.exact or pair.score >= LIKELY]
    return certain + sorted(doubtful, key=lambda pair: (not pair.exact, -pair.score, pair.records))


def one_by_one(pairs: Iterable[DemandMatch]) -> tuple[list[DemandMatch], dict[str, DemandMatch]]:
    """Return the pairs to ask about now, no record in two of them; and by record those that wait, with what they await.

    A record waits if all its pairs wait behind questions about the other record.
    """
    now: list[DemandMatch] = []
    asked: dict[str, DemandMatch] = {}
    later: list[DemandMatch] = []
    for pair in pairs:
        if asked.keys().isdisjoint(pair.records):
            now.append(pair)
            asked |= dict.fromkeys(pair.records, pair)
        else:
            later.append(pair)
    waiting: dict[str, DemandMatch] = {}
    for pair in later:
        for record, other in (pair.records, pair.records[::-1]):
            if record not in asked:
                waiting.setdefault(record, asked[other])
    return now, waiting


def _fitted(postings: list[Posting], groups: list[ShiftGroup]) -> tuple[list[DemandMatch], list[DemandMatch]]:
    """The pairs that come out even where several JobRequests share a slot; and those of all the rest that are near."""
    slots: dict[Slot, list[Posting]] = defaultdict(list)
    for posting in postings:
        slots[slot_of(posting.demand)].append(posting)
    fitted: list[DemandMatch] = []
    parts: list[ShiftGroup] = []
    for group in groups:
        rivals = slots.get(slot_of(group.demand), [])
        found, left = _dealt(rivals, group) if len(rivals) > 1 else ([], ())
        fitted += found
        parts += grouped(left) if found else [group]
    taken = {pair.posting.id for pair in fitted}
    return fitted, list(near_demands([posting for posting in postings if posting.id not in taken], parts))


def _dealt(rivals: Iterable[Posting], group: ShiftGroup) -> tuple[list[DemandMatch], tuple[Shift, ...]]:
    """The shifts of a group dealt out to JobRequests of its slot, the largest first; and the shifts that are left."""
    left = list(group.shifts)
    pairs = []
    for posting in sorted(rivals, key=lambda row: (-row.demand.headcount, row.id)):
        held = [shift for shift in left if shift.worker in posting.demand.workers]
        seats = _fitting(posting.demand.headcount - len(held), [shift for shift in left if shift.worker is None])
        part = [*held, *seats]
        if sum(shift.seats for shift in part) == posting.demand.headcount:
            pairs.append(DemandMatch(posting, grouped(part)[0]))
            left = [shift for shift in left if shift not in part]
    return pairs, tuple(left)


def _fitting(wanted: int, stacks: Iterable[Shift]) -> list[Shift]:
    """Stacks that have at most so many seats together, large ones first."""
    taken = []
    for stack in sorted(stacks, key=lambda row: (-row.seats, row.id)):
        if stack.seats <= wanted:
            taken.append(stack)
            wanted -= stack.seats
    return taken


def near_demands(postings: Iterable[Posting], groups: Iterable[ShiftGroup]) -> Iterator[DemandMatch]:
    """The pairs of one place and skill whose times nearly agree."""
    buckets: dict[tuple[str, str, int], list[ShiftGroup]] = defaultdict(list)
    for group in groups:
        buckets[_bucket(group.demand, 0)].append(group)
    for posting in postings:
        for beside in (-1, 0, 1):
            for group in buckets.get(_bucket(posting.demand, beside), ()):
                if _nearly(posting.demand, group.demand):
                    yield DemandMatch(posting, group)


def _bucket(demand: Demand, beside: int) -> tuple[str, str, int]:
    return demand.place, demand.skill, int(demand.start.timestamp() // NEAR.total_seconds()) + beside


def _nearly(one: Demand, other: Demand) -> bool:
    return abs(one.start - other.start) <= NEAR and _overlap(one, other) >= OVERLAP


def _overlap(one: Demand, other: Demand) -> float:
    """The time both have in common, as a share of all the time of both; nothing lasts no time."""
    common = min(one.end, other.end) - max(one.start, other.start)
    every = max(one.end, other.end) - min(one.start, other.start)
    return common / every if every else 0.0


def _has(pair: DemandMatch, said: Mapping[str, Decision], choice: str) -> bool:
    return pair.key in said and said[pair.key].choice == choice


def _certain(pair: DemandMatch, evidence: str) -> DemandMatch:
    return msgspec.structs.replace(pair, evidence=evidence, certain=True)


def _left(pairs: Iterable[DemandMatch], certain: Iterable[DemandMatch]) -> list[DemandMatch]:
    """The pairs of which neither is certainly another's."""
    taken = {record for pair in certain for record in pair.records}
    return [pair for pair in pairs if taken.isdisjoint(pair.records)]


def _each_once(pairs: list[DemandMatch]) -> list[DemandMatch]:
    """The pairs whose two are in no other of them: what is claimed twice is nobody's."""
    claims = Counter(record for pair in pairs for record in pair.records)
    return [pair for pair in pairs if all(claims[record] == 1 for record in pair.records)]


def _likened(pair: DemandMatch, *, rivals: bool) -> DemandMatch:
    """The match with its score and evidence: how the times, headcount, titles and workers of both sides agree."""
    one, other = pair.posting.demand, pair.group.demand
    parts = [
        (4, _overlap(one, other), _times(one, other, rivals=rivals)),
        (2, float(pair.even), _headcounts(one, other)),
    ]
    if one.title and other.title:
        alike = _alike(one.title, other.title)
        parts.append((2, alike, "titles alike" if alike >= _ALIKE else "titles differ"))
    if one.workers and other.workers:
        both = len(one.workers & other.workers)
        share = both / len(one.workers | other.workers)
        parts.append((3, share, f"{both} of the workers on both sides" if both else "other workers on each side"))
    score = sum(weight * share for weight, share, _ in parts) / sum(weight for weight, _, _ in parts)
    evidence = "; ".join(words for _, _, words in parts)
    return msgspec.structs.replace(pair, evidence=evidence, score=min(99, round(100 * score)))


def _times(one: Demand, other: Demand, *, rivals: bool) -> str:
    if slot_of(one) == slot_of(other):
        return "the same times, but not the only ones" if rivals else "the same times"
    start, end = (_later(one.start, other.start), _later(one.end, other.end))
    return f"in When I Work it starts {start} and ends {end}"


def _later(ours: datetime, theirs: datetime) -> str:
    minutes = round((theirs - ours).total_seconds() / 60)
    if not minutes:
        return "at the same time"
    unit = "minute" if abs(minutes) == 1 else "minutes"
    return f"{abs(minutes)} {unit} {'later' if minutes > 0 else 'earlier'}"


def _headcounts(one: Demand, other: Demand) -> str:
    if one.headcount == other.headcount:
        return "as many seats" if one.headcount > 1 else "one seat each"
    return f"{one.headcount} {'seats' if one.headcount > 1 else 'seat'} in Wonolo, {other.headcount} in When I Work"


def _alike(one: str, other: str) -> float:
    from rapidfuzz import fuzz  # noqa: PLC0415 - only where titles are compared

    return fuzz.token_set_ratio(one.casefold(), other.casefold()) / 100


def adopted(wonolo: Demand, wheniwork: Demand) -> Demand:
    """The base for a pair that never agreed before: where they differ, the merge sees a change in When I Work only.

    Workers and titles are the exception: what one side only has counts as added there, so that nothing is lost.
    """
    return msgspec.structs.replace(
        wonolo,
        workers=wonolo.workers & wheniwork.workers,
        title=wonolo.title if wheniwork.title else "",
        break_minutes=wheniwork.break_minutes,
    )
