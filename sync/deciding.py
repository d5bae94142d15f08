"""What people decide: what there is to decide about, and keeping what they say."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from mappings.decision import NO, YES, Decision
from mappings.matching import DIFFERENT, SAME
from sync.clock import Clock
from sync.mirror.decisions import Kept
from sync.mirror.store import Store
from sync.outbox import Outbox
from sync.plan import Change, Plan
from sync.plan.live import SETTLING
from sync.plan.model import Doubt
from sync.report.words import line

Answered = Literal["kept", "takes back", "repeated", "needless"]
"""What came of an answer: kept; kept, and an earlier one is taken back; said before; or nothing waited for it."""

_RUNS = 50
_WENT = frozenset({"done", "waiting"})


class Deciding:
    """The decisions of one pair; `questions` plans what a person can decide about, `undecided` as if nobody had."""

    def __init__(
        self, store: Store, pair: str, clock: Clock, questions: Callable[[], Plan], undecided: Callable[[], Plan]
    ) -> None:
        self._store, self._pair, self._clock = store, pair, clock
        self._questions, self._undecided = questions, undecided

    async def open_questions(self) -> Plan:
        """Plan from the mirror what there is to be decided about, and what was decided and can be decided anew."""
        return await asyncio.to_thread(self._questions)

    async def answer(self, change: Change, choice: str, who: str, why: str) -> Answered:
        """Keep what a person decided about a change; the next plan heeds it.

        `choice` is yes, no, or the code of one of its choices. Nothing is kept of a yes that nothing waits for, nor of
        what the same person said before. Raises ValueError for anything else.
        """
        if choice not in (YES, NO, *change.options):
            raise ValueError(f"{choice!r} is no answer to {change.key}")
        if change.doubt:  # kept under the key of the match, so that `match` knows of it too
            await self.settle([(change.doubt, choice)], who, why)
            return "kept"
        words = dict(zip(change.options, change.choices, strict=True)).get(choice, "")
        said = Decision(change.key, change.facts, choice, who, self._clock.now(), why, line(change), words)
        return await asyncio.to_thread(self._keep, said, change, is_needed=choice != YES or change.verdict != "do")

    def _keep(self, said: Decision, change: Change, *, is_needed: bool) -> Answered:
        with self._store.begin(self._pair) as tx:
            earlier = tx.decisions.open().get(said.key)
            if earlier and _repeats(said, earlier):
                return "repeated"
            if not is_needed and not earlier:
                return "needless"
            tx.decisions.record(said)
            if change.code == "live otherwise":
                Outbox(tx.rows).decided(change, settled=said.choice in SETTLING)
            return "takes back" if earlier and said.choice == YES and earlier.choice == NO else "kept"

    async def doubts(self) -> tuple[tuple[Doubt, ...], dict[str, str]]:
        """The matches that are in doubt as of the latest pull, and by key what people decided of some of them."""
        return await asyncio.to_thread(self._doubts)

    def _doubts(self) -> tuple[tuple[Doubt, ...], dict[str, str]]:
        doubts = self._undecided().doubts
        with self._store.read(self._pair) as tx:
            said = tx.decisions.open()
        heeded = [doubt.key for doubt in doubts if doubt.key in said and said[doubt.key].facts == doubt.facts]
        return doubts, {key: said[key].choice for key in heeded}

    async def settle(self, answers: Iterable[tuple[Doubt, str]], who: str, why: str) -> None:
        """Keep what a person decided of matches, all of it or nothing; the next plan heeds it."""
        now = self._clock.now()
        said = [
            Decision(doubt.key, doubt.facts, choice, who, now, why, f"{doubt.wonolo} and {doubt.wheniwork}")
            for doubt, choice in answers
        ]
        await asyncio.to_thread(self._keep_all, said)

    def _keep_all(self, said: Iterable[Decision]) -> None:
        with self._store.begin(self._pair) as tx:
            earlier = tx.decisions.open()
            for decision in said:
                if decision.key not in earlier or not _repeats(decision, earlier[decision.key]):
                    tx.decisions.record(decision)

    async def decided(self, count: int) -> list[Kept]:
        """The latest decisions, newest first, and what became of them; of matches also whether they were heeded."""
        return await asyncio.to_thread(self._decided, count)

    def _decided(self, count: int) -> list[Kept]:
        with self._store.read(self._pair) as tx:
            runs = [
                run.started_at for run in tx.runs.last(_RUNS) if run.command == "reconcile" and run.outcome in _WENT
            ]
            return [_heeded(row, runs) for row in tx.decisions.newest(count)]


def _repeats(said: Decision, earlier: Decision) -> bool:
    """Whether the same person says the same again, and no other reason."""
    same = (said.choice, said.facts, said.who) == (earlier.choice, earlier.facts, earlier.who)
    return same and said.why in ("", earlier.why)


def _heeded(row: Kept, runs: Iterable[datetime]) -> Kept:
    """A decision about a match stays when it was heeded, as the records may be looked at again."""
    stands = row.decision.choice in (SAME, DIFFERENT) and not row.ended
    return replace(row, ended="heeded") if stands and any(run > row.decision.at for run in runs) else row
