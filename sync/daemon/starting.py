"""The role that a configuration asks for; procrastinate is imported where the queue is used, and nowhere else."""

from importlib.util import find_spec

from sync.config import Deployment
from sync.daemon.metrics import Metrics
from sync.daemon.roles import Enqueuing, Inside, Role
from sync.errors import ConfigError


def as_daemon(deployment: Deployment, metrics: Metrics) -> Role:
    """Return the role of the daemon, by `[daemon] workers`; raises ConfigError where the queue cannot be used."""
    if deployment.daemon.workers == "inside":
        return Inside(metrics)
    require_queue(deployment)
    from sync.daemon.queue import Queue  # noqa: PLC0415 - procrastinate may not be installed

    return Enqueuing(metrics, Queue(deployment.database.url))


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
