"""The daemon as a process: its start, its signals, its pairs as the configuration names them, and its end."""

import asyncio
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from sync.clock import SystemClock
from sync.config import Config, Deployment, load_deployment_leniently
from sync.daemon import systemd
from sync.daemon.metrics import Metrics
from sync.daemon.pair import PairLoop
from sync.daemon.server import application, listening, serving
from sync.daemon.state_metrics import StateMetrics
from sync.daemon.timers import Timers
from sync.errors import ConfigError
from sync.mirror.store import Store

_log = structlog.get_logger(__name__)

_GRACE = 22.0
"""Seconds that a write in flight gets to settle; the whole must end within half a minute."""


@dataclass(frozen=True, slots=True)
class Source:
    """The place that a configuration is read from, again at each SIGHUP."""

    path: Path
    environ: Mapping[str, str]

    def read(self) -> tuple[Deployment, dict[str, ConfigError]]:
        """Read it; returns what can be used, and what is wrong with the rest. Raises ConfigError when nothing can."""
        return load_deployment_leniently(self.path, self.environ)


class Daemon:
    """The process: `run` returns once `stop` was called, by a signal after `take_signals`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.metrics = Metrics()
        self.pairs: dict[str, PairLoop] = {}
        self._files: dict[str, Path] = {}
        self._stores: dict[str, Store] = {}
        self._timers = Timers(self.metrics)
        self._planning = asyncio.Lock()
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._is_ready = False

    async def run(self) -> None:
        """Serve until somebody stops it; raises ConfigError before anything is begun."""
        deployment, wrong = self._source.read()
        bound = listening(deployment.daemon)
        self.metrics.registry.register(StateMetrics(self.pairs, SystemClock().now))
        watchdog = asyncio.create_task(systemd.keep_watchdog())
        try:
            async with serving(application(self.pairs, self.metrics, lambda: self._is_ready), bound):
                self._timers.start()
                await self._apply(deployment, wrong)
                self._is_ready = True
                systemd.notify("READY=1")
                _log.info("started", pairs=sorted(self.pairs))
                await self._until_stopped()
                await self._end()
        finally:
            watchdog.cancel()
            for store in self._stores.values():
                store.close()
        _log.info("stopped")

    def stop(self) -> None:
        """End in order."""
        self._stop.set()

    def take_signals(self) -> None:
        """End at SIGTERM and SIGINT, and read the configuration anew at SIGHUP; call it in the running loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)

    async def _until_stopped(self) -> None:
        while not self._stop.is_set():
            waiting = [asyncio.create_task(event.wait()) for event in (self._stop, self._reload)]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            if self._reload.is_set() and not self._stop.is_set():
                self._reload.clear()
                await self._read_again()

    async def _read_again(self) -> None:
        """Read every configuration anew; a bad file keeps that pair's old one."""
        systemd.reloading()
        try:
            deployment, wrong = await asyncio.to_thread(self._source.read)
        except ConfigError as error:
            _log.error("configuration_refused", problems=error.problems)
            self.metrics.reloaded(False, SystemClock().now().timestamp())
        else:
            await self._apply(deployment, wrong)
        systemd.notify("READY=1")

    async def _apply(self, deployment: Deployment, wrong: Mapping[str, ConfigError]) -> None:
        """Begin new pairs, end those that are gone, and begin anew those whose configuration changed."""
        for name, error in wrong.items():
            _log.error("configuration_refused", pair=name, problems=error.problems)
        kept = {name for name in self.pairs if {name, self._files[name].stem} & wrong.keys()}
        for name in [name for name in self.pairs if name not in deployment.pairs and name not in kept]:
            await self._drop(name)
        for name, config in deployment.pairs.items():
            if name in self.pairs and self.pairs[name].config == config:
                continue
            await self._drop(name)
            await self._begin(config)
        self._files |= deployment.files
        self.metrics.reloaded(not wrong, SystemClock().now().timestamp())
        _log.info("configuration_read", pairs=sorted(self.pairs), refused=sorted(wrong))

    async def _begin(self, config: Config) -> None:
        url = config.database.url
        store = self._stores[url] = self._stores.get(url) or Store.unopened(url)  # pairs of one database share it
        pair = PairLoop(config, store, self.metrics, self._planning)
        self.pairs[config.name] = pair
        self.metrics.begin(config.name)
        self._timers.add(pair)
        pair.start()

    async def _drop(self, name: str) -> None:
        if pair := self.pairs.pop(name, None):
            self._timers.remove(name)
            await pair.stop(_GRACE)
            self.metrics.forget(name)

    async def _end(self) -> None:
        """Let every pair end in order, all at the same time."""
        self._is_ready = False
        systemd.notify("STOPPING=1")
        _log.info("stopping")
        await self._timers.stop()
        await asyncio.gather(*(pair.stop(_GRACE) for pair in self.pairs.values()))
