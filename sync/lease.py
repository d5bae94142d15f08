"""The lease of a pair as a process holds it, and the fence that every remote write passes right before it is sent."""

import asyncio
import os
import platform
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from sync.errors import LeaseLost, LeaseTaken, Stopped, StoreError, SyncError
from sync.mirror.store import Store, Transaction

_log = structlog.get_logger(__name__)

T = TypeVar("T")

_RENEWAL = 10
"""Seconds between renewals."""

_SPARE = timedelta(seconds=10)
"""A write that starts with less than this left is renewed first: its call may take some seconds."""

_RETRY = 0.1
"""Seconds between attempts to take a lease that somebody else has."""


class Lease:
    """A lease that this process has taken; `owner` is a name that no other lease ever has."""

    def __init__(self, store: Store, pair: str, owner: str) -> None:
        self.store, self.pair, self.owner = store, pair, owner

    def take(self, who: str) -> None:
        """Take it; raises LeaseTaken while somebody else has it."""
        with self.store.begin(self.pair) as tx:
            tx.leases.take(self.owner, who)

    def renew(self) -> None:
        """Prolong it; raises LeaseLost when another process took it meanwhile."""
        with self.store.begin(self.pair) as tx:
            tx.leases.renew(self.owner)

    def require(self, tx: Transaction) -> None:
        """Raise LeaseLost when another process took it, else prolong it; no other can take it before the commit."""
        tx.leases.renew(self.owner)

    def ensure(self) -> None:
        """Make sure that it lasts for one more call; raises LeaseLost when another process took it."""
        if self._left() < _SPARE:
            self.renew()

    def _left(self) -> timedelta:
        with self.store.read(self.pair) as tx:
            try:
                return tx.leases.remaining(self.owner)
            except LeaseLost:
                return timedelta(0)  # a machine that was suspended alone loses nothing: the renewal finds out

    def release(self) -> None:
        """Give it back."""
        with self.store.begin(self.pair) as tx:
            tx.leases.release(self.owner)


class Fence:
    """The conditions under which a write may be sent: the lease is held, the clock is right, nobody said stop.

    `checks` are further conditions; each raises an error of its own. Use it as the clients' `before_write`.
    """

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self.lease: Lease | None = None
        self.checks: list[Callable[[], None]] = []

    async def __call__(self) -> None:
        """Raise NotSent kinds, or what a check raises, when the write must not be sent."""
        if self.stopping.is_set():
            raise Stopped
        for check in self.checks:
            check()
        if self.lease is None:
            raise LeaseLost
        await asyncio.to_thread(self.lease.ensure)

    async def unless_stopped(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work comes to; raises Stopped as soon as somebody asks the process to end."""
        task, stop = asyncio.ensure_future(work), asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Stopped
            return task.result()
        finally:
            for one in (task, stop):
                one.cancel()
            await asyncio.gather(task, stop, return_exceptions=True)

    @asynccontextmanager
    async def holding(self, lease: Lease) -> AsyncIterator[None]:
        """Let writes pass in the name of this lease."""
        self.lease = lease
        try:
            yield
        finally:
            self.lease = None


@asynccontextmanager
async def leased(store: Store, pair: str, command: str, wait: float = 0) -> AsyncIterator[Lease]:
    """Hold the lease of a pair, waiting up to `wait` seconds for it; raises LeaseTaken when somebody else keeps it."""
    lease = Lease(store, pair, uuid.uuid4().hex)
    who = f"{command}, process {os.getpid()} on {platform.node()}"
    await _take(lease, who, wait)
    renewal = asyncio.create_task(_keep(lease))
    try:
        yield lease
    finally:
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal
        with suppress(StoreError):  # it ends by itself in half a minute
            lease.release()


async def _take(lease: Lease, who: str, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            await _taken(lease, who)
        except LeaseTaken as error:
            if time.monotonic() >= deadline:
                raise
            _log.info("waiting_for_lease", pair=lease.pair, holder=error.holder)
            await asyncio.sleep(_RETRY)
        else:
            return


async def _taken(lease: Lease, who: str) -> None:
    taking = asyncio.ensure_future(asyncio.to_thread(lease.take, who))
    try:
        await asyncio.shield(taking)
    except asyncio.CancelledError:
        # A thread cannot be cancelled, and would leave a lease behind that nobody gives back.
        with suppress(SyncError):
            await taking
            lease.release()
        raise


async def _keep(lease: Lease) -> None:
    while True:
        await asyncio.sleep(_RENEWAL)
        try:
            await asyncio.to_thread(lease.renew)
        except LeaseLost:
            _log.warning("lease_lost")  # the next write, or the end of the run, finds out and ends it
            return
        except StoreError as error:
            _log.warning("lease_not_renewed", error=type(error).__name__)
