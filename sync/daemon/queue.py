"""The queue that several machines share: procrastinate, in the Postgres of the deployment.

A job says "look at this pair", and nothing else. So of one pair one job waits at most, whatever happens meanwhile, and
a job that is lost costs a beat of the timers. Import this module late: procrastinate may not be installed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager

from sync.errors import StoreError

_log = structlog.get_logger(__name__)

Sync = Callable[[str], Awaitable[None]]
"""Does the job of the pair of this name."""

_QUEUE = "shiftbridge"  # the database may hold queues of other programs
_SYNC = "sync"
_TIDY = ":tidy"  # no pair is named like this
_WORKER = "shiftbridge"

_PREPARING = 7444
"""The number of the lock under which procrastinate's tables are made; migrations of our own have another."""

_AT_ONCE = 20
"""Jobs that one worker does at the same time; they wait for services most of it."""

_HEARTBEAT = 5.0
_SILENT = 15.0
"""Seconds after which a worker without a heartbeat is taken for dead; the lease of its pair lasts for 30."""

_SWEEP = 3.0
_POLL = 1.0
"""Seconds between looks for jobs that nobody was notified of, as those that waited for another job of their pair."""

_AGAIN = 1.0
_KEPT_HOURS = 24
_PATIENCE = 10.0
"""Seconds to wait for a connection."""

_RECONNECTING = 3.0
"""Seconds after which attempts to connect begin anew; within them the pauses double, to minutes after an outage."""


class _Jobs(JobManager):
    """Jobs whose end and heartbeat survive a connection that the server drops in the middle of a statement."""

    async def update_heartbeat(self, worker_id: int) -> None:
        """Say that the worker lives."""
        with suppress(ConnectorException):
            return await super().update_heartbeat(worker_id)
        return await super().update_heartbeat(worker_id)

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - as it is there
        """End a job. One that was ended already stays as it is: its worker was taken for dead, or two swept."""
        for _ in range(2):
            try:
                return await super().finish_job(job, status, delete_job)
            except ConnectorException as error:
                if isinstance(error.__cause__, psycopg.errors.RaiseException):
                    return None
        # The heartbeat fails as well, which ends the worker's registration; then the job counts as a dead worker's.
        _log.warning("job_not_ended", job=job.id)
        return None


class Queue:
    """The queue of one deployment; `sync` does the jobs, where this process is to do any."""

    def __init__(self, url: str, sync: Sync | None = None) -> None:
        self._url = url.replace("+psycopg", "", 1)
        self._sync = sync
        self._app: procrastinate.App | None = None
        self._opening = asyncio.Lock()
        _hush()

    async def defer(self, pair: str) -> bool:
        """Ask for a pair to be looked at; returns False when that was asked for already. Raises StoreError."""
        app = await self._opened()
        with _as_store_error():
            try:
                job = app.configure_task(_SYNC, queue=_QUEUE, lock=pair, queueing_lock=pair)
                await job.defer_async(pair=pair)
            except AlreadyEnqueued:
                return False
        return True

    async def work(self, within: float) -> None:
        """Do jobs until cancelled, whatever the database does meanwhile; then those under way get so many seconds."""
        sweeping = asyncio.create_task(self._keep_sweeping())
        try:
            while not _is_cancelled():  # an error while jobs end would hide it
                await self._work_on(within)
                await asyncio.sleep(_AGAIN)
        finally:
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)

    async def _work_on(self, within: float) -> None:
        """Do jobs until cancelled, or until there is trouble with the database."""
        reason = "its connections were lost"
        try:
            app = await self._opened()
            with _as_store_error():
                await app.run_worker_async(
                    queues=[_QUEUE],
                    name=_WORKER,
                    concurrency=_AT_ONCE,
                    fetch_job_polling_interval=_POLL,
                    abort_job_polling_interval=60,  # nobody aborts jobs
                    shutdown_graceful_timeout=within,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=_HEARTBEAT,
                    stalled_worker_timeout=_SILENT,
                )
        except StoreError as error:
            reason = str(error)
        except Exception:  # noqa: BLE001 - a worker that looks alive and takes no jobs would be worse
            _log.exception("queue_failed")
            reason = "an error in the program"
        _log.warning("queue_interrupted", reason=reason)

    async def _keep_sweeping(self) -> None:
        while True:
            try:
                await self.sweep()
            except StoreError as error:
                _log.warning("not_swept", reason=str(error))
            except Exception:  # noqa: BLE001 - nobody would notice that it ended
                _log.exception("sweep_failed")
            await asyncio.sleep(_SWEEP)

    async def sweep(self, silent_seconds: float = _SILENT) -> list[str]:
        """End the jobs of dead workers as failed, and return their pairs; the next job of each begins anew.

        They are not retried: beside a job of the same pair that waits already, both locks would be violated.
        """
        app = await self._opened()
        with _as_store_error():
            found = await app.job_manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=silent_seconds)
            stalled = list(found)
            for job in stalled:
                _log.warning("worker_died", job=job.id, pair=job.lock)
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        pairs = [job.lock for job in stalled if job.lock]
        for pair in pairs:
            await self.defer(pair)
        return pairs

    async def close(self) -> None:
        """Give back every connection."""
        if self._app:
            await self._app.close_async()
            self._app = None

    async def _opened(self) -> procrastinate.App:
        """The queue's program, its tables made; raises StoreError while the database cannot be used."""
        async with self._opening:
            if self._app is None:
                with _as_store_error():
                    await prepare(self._url)
                    app = self._new_app()
                    await app.open_async()
                self._app = app
            return self._app

    def _new_app(self) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(
            conninfo=self._url,
            min_size=1,
            max_size=5,
            timeout=_PATIENCE,
            reconnect_timeout=_RECONNECTING,
            configure=_configure,
        )
        app = procrastinate.App(connector=connector)
        app.job_manager = _Jobs(connector)
        if self._sync:
            app.task(name=_SYNC)(_job(self._sync))
            self._add_tidying(app)
        return app

    @staticmethod
    def _add_tidying(app: procrastinate.App) -> None:
        # Without any periodic task a worker does not notice that its notifications have ended.
        @app.periodic(cron="*/10 * * * *")
        @app.task(name=_TIDY, queue=_QUEUE, queueing_lock=_TIDY)
        async def tidy(timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
            await app.job_manager.delete_old_jobs(
                _KEPT_HOURS, _QUEUE, include_failed=True, include_cancelled=True, include_aborted=True
            )


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _job(sync: Sync) -> Callable[..., Awaitable[None]]:
    async def job(pair: str) -> None:
        await sync(pair)

    return job


async def prepare(url: str) -> None:
    """Make procrastinate's tables where they are missing; of several processes that start at once, one does it."""
    async with await psycopg.AsyncConnection.connect(url, connect_timeout=int(_PATIENCE)) as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_PREPARING])
        found = await connection.execute("SELECT to_regclass('procrastinate_jobs')")
        if await found.fetchone() == (None,):
            await connection.execute(SchemaManager.get_schema())


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    # A process that is frozen in the middle of a transaction would keep others from its rows.
    await connection.set_autocommit(True)


@contextmanager
def _as_store_error() -> Iterator[None]:
    try:
        yield
    except (ConnectorException, psycopg.Error, OSError) as error:
        cause = error.__cause__ or error
        reason = next(iter(str(cause).splitlines()), type(cause).__name__)
        raise StoreError(f"the queue in the database cannot be used: {reason}") from error


def _hush() -> None:
    """Keep what the libraries say of lost connections, with tracebacks, out of the log: it is said here once."""
    for name in (f"procrastinate.worker.{_WORKER}", "procrastinate.utils", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
