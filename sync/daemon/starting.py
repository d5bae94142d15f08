"""The role that a configuration asks for; procrastinate is imported where the queue is used, and nowhere else."""

import asyncio
from importlib.util import find_spec

from sync.config import Deployment
from sync.daemon.metrics import Metrics
from sync.daemon.pair import PairLoop
from sync.daemon.roles import Role, Timed
from sync.daemon.timers import Timers
from sync.errors import ConfigError


def as_daemon(deployment: Deployment, metrics: Metrics) -> Role:
    """Return the role of the daemon, by `[daemon] workers`; raises ConfigError where the queue cannot be used."""
    if deployment.daemon.workers == "inside":
        planning = asyncio.Lock()
        return Timed(Timers(metrics), lambda config, store: PairLoop(config, store, metrics, planning))
    require_queue(deployment)
    from sync.daemon.queue import Queue  # noqa: PLC0415 - procrastinate may not be installed
    from sync.daemon.queued import QueuedPair  # noqa: PLC0415 - the same

    queue, timers = Queue(deployment.database.url), Timers(metrics, together=True)
    return Timed(timers, lambda config, store: QueuedPair(config, store, metrics, queue), queue.close)


def as_worker(deployment: Deployment, metrics: Metrics) -> Role:
    """Return the role of a worker; raises ConfigError where the queue is not, or cannot be, used."""
    if deployment.daemon.workers != "queue":
        todo = 'set it to "queue", so that the daemon leaves the work to workers, and start the daemon again'
        raise ConfigError([f'daemon.workers: it is "inside", so there is nothing for a worker to do; {todo}'])
    require_queue(deployment)
    from sync.daemon.worker import Working  # noqa: PLC0415 - procrastinate may not be installed

    return Working(deployment.database.url, metrics)


def require_queue(deployment: Deployment) -> None:
    """Raise ConfigError where the queue cannot be used, with everything that is missing."""
    problems = []
    if not deployment.database.url.startswith("postgresql"):
        todo = 'set url under [database] to "postgresql://user:password@host/name", or workers to "inside"'
        problems.append(f'daemon.workers: "queue" needs Postgres, which several machines can share; {todo}')
    if not find_spec("procrastinate"):
        todo = 'install "shiftbridge[scale]", or set workers to "inside"'
        problems.append(f'daemon.workers: "queue" needs procrastinate, which is not installed; {todo}')
    if problems:
        raise ConfigError(problems)
