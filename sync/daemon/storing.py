"""Stores what webhooks give reason to read: those that come while others are being stored share one commit.

A durable commit costs more than all the rest of a webhook, and writers of one SQLite file wait for each other asleep.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mappings.model import System
from sync.intake.parts import PARTS
from sync.intake.webhooks import Hint, read_hint
from sync.mirror.store import Store

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Webhook:
    """A genuine webhook as it came, and when."""

    system: System
    body: bytes
    headers: Mapping[str, str]
    came: datetime


Stored = tuple[Hint, bool]
"""What a webhook named, and False where the same was stored before."""


class Storing:
    """Stores the webhooks of one pair, one transaction at a time."""

    def __init__(self, pair: str) -> None:
        self._pair = pair
        self._waiting: list[tuple[Store, Webhook, asyncio.Future[Stored]]] = []
        self._task: asyncio.Task[None] | None = None

    async def store(self, store: Store, webhook: Webhook) -> Stored:
        """Return once it is stored; raises StoreError kinds. Cancelled, it may be stored all the same."""
        future: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._waiting.append((store, webhook, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            store = self._waiting[-1][0]  # after a reload the new one
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            taking = asyncio.to_thread(_take, store, self._pair, [webhook for _, webhook, _ in batch])
            [came_of] = await asyncio.gather(taking, return_exceptions=True)
            for place, (_, _, future) in enumerate(batch):
                if future.done():
                    continue  # its sender does not wait any longer
                if isinstance(came_of, BaseException):
                    future.set_exception(came_of)
                else:
                    future.set_result(came_of[place])


def _take(store: Store, pair: str, webhooks: Sequence[Webhook]) -> list[Stored]:
    """Store webhooks in one transaction, all or none; returns what became of each."""
    hints = [read_hint(one.system, one.body, one.headers) for one in webhooks]
    is_new = [False] * len(hints)
    with store.begin(pair) as tx:
        # In one order everywhere, or two processes that take the same webhooks would wait for each other.
        for place in sorted(range(len(hints)), key=lambda place: (webhooks[place].system, hints[place].event)):
            hint, webhook = hints[place], webhooks[place]
            is_new[place] = tx.deliveries.take(webhook.system, hint.event, webhook.came, hint.fresh)
        new = [hint for hint, wanted in zip(hints, is_new, strict=True) if wanted]
        named = {part for hint in new for part in hint.parts}
        tx.dirty.mark([record for hint in new for record in hint.records], min(one.came for one in webhooks))
        # The latest, as a reading answers what was marked before it began.
        tx.looks.mark([part for part in PARTS if part in named], max(one.came for one in webhooks))
    return list(zip(hints, is_new, strict=True))
