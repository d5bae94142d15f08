"""Carries webhooks to their targets over HTTP."""

from __future__ import annotations

import asyncio
import ssl

import httpx

from sandbox.webhooks import Delivery
from sandbox.world import World

_PATIENCE_SECONDS = 10.0
_TICK_SECONDS = 0.25


class Courier:
    """Delivers what is due in a world; redirects are not followed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._task: asyncio.Task[None] | None = None
        # Whoever asks for deliveries while others are on their way returns after those.
        self._lock = asyncio.Lock()

    async def deliver(self) -> None:
        """Deliver everything that is due by the world's clock, in order, retries included."""
        async with self._lock:
            self._world.gather_events()
            if self._world.webhooks.due:
                await self._deliver_due()

    async def _deliver_due(self) -> None:
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
        """Deliver in the background, and on a running clock go on for as long as something waits."""
        if self._world.has_news() and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._go_on())

    async def _go_on(self) -> None:
        await self.deliver()
        while self._world.beginning.start is None and self._world.has_news():
            await asyncio.sleep(_TICK_SECONDS)
            await self.deliver()
