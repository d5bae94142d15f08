"""What people decide: what there is to decide about, and keeping what they say."""

import asyncio
from collections.abc import Callable, Iterable

from mappings.decision import YES, Decision
from sync.clock import Clock
from sync.mirror.decisions import Kept
from sync.mirror.store import Store
from sync.plan import Change, Plan
from sync.plan.model import Doubt


class Deciding:
    """The decisions of one pair; `undecided` plans as if nobody had decided anything."""

    def __init__(self, store: Store, pair: str, clock: Clock, undecided: Callable[[], Plan]) -> None:
        self._store, self._pair, self._clock, self._undecided = store, pair, clock, undecided

    async def open_questions(self) -> Plan:
        """Plan from the mirror as if nobody had decided anything: what there is to be decided about."""
        return await asyncio.to_thread(self._undecided)

    async def answer(self, change: Change, choice: str, who: str, why: str) -> Decision:
        """Keep what a person decided about a change; the next plan heeds it.

        A yes to a change that waits for none takes an earlier no back.
        """
        said = Decision(change.key, change.facts, choice, who, self._clock.now(), why, change.subject)
        await asyncio.to_thread(self._keep, said, is_needed=choice != YES or change.verdict != "do")
        return said

    def _keep(self, said: Decision, *, is_needed: bool) -> None:
        with self._store.begin(self._pair) as tx:
            if is_needed:
                tx.decisions.record(said)
            else:
                tx.decisions.end([said.key], "withdrawn", said.at)

    async def doubts(self) -> tuple[tuple[Doubt, ...], dict[str, str]]:
        """The matches that are in doubt as of the latest pull, and by key what people decided of some of them."""
        return await asyncio.to_thread(self._doubts)

    def _doubts(self) -> tuple[tuple[Doubt, ...], dict[str, str]]:
        doubts = self._undecided().doubts
        with self._store.begin(self._pair) as tx:
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
            for decision in said:
                tx.decisions.record(decision)

    async def decided(self, count: int) -> list[Kept]:
        """The latest decisions, newest first, and what became of them."""
        return await asyncio.to_thread(self._decided, count)

    def _decided(self, count: int) -> list[Kept]:
        with self._store.begin(self._pair) as tx:
            return tx.decisions.newest(count)
