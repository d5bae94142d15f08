"""Carries webhooks to their targets over HTTP."""

from __future__ import annotations

import asyncio
import ssl

import httpx

from sandbox.webhooks import Delivery
from sandbox.world import World

_PATIENCE_SECONDS = 10.0
_SHORTEST_PAUSE_SECONDS = 0.02


class Courier:
    """Delivers what is due in a world; redirects are not followed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        # Whoever asks for deliveries while others are on their way returns after those.
        self._lock = asyncio.Lock()

    async def deliver(self) -> None:
        """Deliver everything that is due by the world's clock, in order, retries included."""
        self._world.gather_events()
        await self._deliver_due()

    async def _deliver_due(self) -> None:
        async with self._lock:
            if self._world.webhooks.due:
                await self._attempt_due()

    async def _attempt_due(self) -> None:
        # Targets are plain HTTP on this machine, so the context that httpx wants may be empty.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        async with httpx.AsyncClient(verify=context, trust_env=False, timeout=_PATIENCE_SECONDS) as client:
            while (delivery := self._world.webhooks.take_due()) is not None:
                await self._attempt(client, delivery)

    async def _attempt(self, client: httpx.AsyncClient, delivery: Delivery) -> None:
        status = None
        try:
            answer = await client.post(delivery.url, content=delivery.body, headers=delivery.headers)
            status = answer.status_code
        except httpx.HTTPError:
            pass
        except asyncio.CancelledError:
            self._world.webhooks.put_back(delivery)
            raise
        self._world.webhooks.settle(delivery, status)

    def start(self) -> None:
        """Deliver what was gathered, in the background; on a running clock go on as time passes.

        Call it again after whatever may have set a webhook off.
        """
        if self._task is not None and not self._task.done():
            self._news.set()
        elif self._world.webhooks.due or self._goes_by_itself:
            self._news = asyncio.Event()
            self._task = asyncio.get_running_loop().create_task(self._go_on())

    @property
    def _goes_by_itself(self) -> bool:
        return self._world.beginning.start is None and bool(self._world.webhooks.targets)

    async def _go_on(self) -> None:
        while True:
            self._news.clear()
            await self._deliver_due()
            # What came while the last call was on its way is not left lying.
            if not self._news.is_set():
                if not self._goes_by_itself:
                    return
                await self._pause()

    async def _pause(self) -> None:
        """Wait for news, or until time sets something off: nobody asks the sandbox meanwhile."""
        pause = (self._world.next_due - self._world.clock.now()).total_seconds()
        try:
            await asyncio.wait_for(self._news.wait(), max(pause, _SHORTEST_PAUSE_SECONDS))
        except TimeoutError:
            self._world.catch_up()
            self._world.gather_events()
