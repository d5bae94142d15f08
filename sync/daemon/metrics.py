"""The work of the daemon, counted for Prometheus: calls, readings, plans, runs, changes, webhooks and errors."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any, Generic, Literal, TypeVar

import httpx
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics import MetricWrapperBase

from mappings.model import NAMES
from sync.clients.trace import Exchange

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
"""The type of what `render` returns."""

_CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PULL_SECONDS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_PLAN_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_RUN_SECONDS = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)
_EVENT_SECONDS = (0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900)

_WAITING = ("hold", "conflict", "blocked")
_FOUND_BY = ("webhook", "poll")

_FOUND = (
    "Changes of records, by what found them first: a webhook or a poll. Where webhooks are set up, the share of them "
    'that was lost within an hour is sum by (pair) (increase(shiftbridge_changes_found_total{by="poll"}[1h])) / '
    "sum by (pair) (increase(shiftbridge_changes_found_total[1h]))."
)

M = TypeVar("M", bound=MetricWrapperBase)

# They double the lines of counters and histograms, and no rule or panel asks for them.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it is untyped


class _Labelled(Generic[M]):
    """A metric whose children are kept by their label values: finding one anew takes longer than counting."""

    def __init__(self, metric: M) -> None:
        self._metric, self.of = metric, cache(metric.labels)

    def forget(self, pair: str) -> None:
        self._metric.remove_by_labels({"pair": pair})
        self.of.cache_clear()


class Metrics:
    """The daemon's metrics; register what is read at each scrape with `registry`.

    Every label `pair` is the name of a configured pair, or empty where there is none: what strangers send is no label.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._of_pairs: list[_Labelled[Any]] = []
        self._count_work()
        self._count_intake()
        self._count_trouble()

    def _count_work(self) -> None:
        self._planning = self._histogram("plan_seconds", "Seconds that making a plan took.", _PLAN_SECONDS)
        self._waiting = self._gauge("waiting_changes", "Changes of the last plan that wait, by verdict.", "verdict")
        self._runs = self._counter("runs", "Runs that ended, by outcome.", "outcome")
        self._running = self._histogram("run_seconds", "Seconds from a run's first reading to its end.", _RUN_SECONDS)
        self._changes = self._counter("changes", "Changes that were tried, by outcome.", "action", "kind", "outcome")
        self._events = self._histogram(
            "event_to_write_seconds", "Seconds from the first word of a change to our write.", _EVENT_SECONDS
        )

    def _count_intake(self) -> None:
        outcomes = "Calls by outcome: the class of the answer's status, 429 by itself, or none without an answer."
        self._calls = self._counter("calls", outcomes, "system", "outcome")
        self._calling = self._histogram("call_seconds", "Seconds that a call took.", _CALL_SECONDS, "system")
        self._budget = self._gauge("budget_left_ratio", "The share of the budget of calls that is left, 0-1.", "system")
        self._far = self._gauge("far_parts_waiting", "Due parts that wait as a budget of calls runs low.")
        self._pulls = self._counter("pulls", "Readings of a part, by outcome: ok or failed.", "part", "outcome")
        self._pulling = self._histogram("pull_seconds", "Seconds that reading a part took.", _PULL_SECONDS, "part")
        self._records = self._counter("records_read", "Records that were read, by kind.", "kind")
        self._webhooks = self._counter("webhooks", "Webhooks that came, by outcome.", "system", "outcome")
        self._found = self._counter("changes_found", _FOUND, "by")

    def _count_trouble(self) -> None:
        self._errors = self._counter("errors", "Errors that ended a turn of a pair, by kind.", "kind")
        self._backoff = self._gauge("backoff_seconds", "Seconds that a pair waits after an error; 0 when all is well.")
        self._stopped = self._gauge(
            "writing_stopped", "1 while nothing is written to a system after a refusal.", "system"
        )
        self._refused = self._counter("refused_plans", "Plans that guards refused, each counted once.")
        make = partial(Gauge, namespace="shiftbridge", registry=self.registry)
        self._reloaded = make("config_last_reload_successful", "1 unless the last reload found a mistake.")
        self._reloaded.set(1)
        self._reloaded_at = make("config_last_reload_timestamp_seconds", "Unix time of the last reload; 0 before it.")
        self._jumps = Counter(
            "clock_jumps", "Jumps of the wall clock, suspends too.", namespace="shiftbridge", registry=self.registry
        )
        self._jump = make("clock_jump_seconds", "Seconds of the last jump of the wall clock; negative: back.")

    def _counter(self, name: str, text: str, *labels: str) -> _Labelled[Counter]:
        return self._kept(Counter(name, text, ("pair", *labels), namespace="shiftbridge", registry=self.registry))

    def _gauge(self, name: str, text: str, *labels: str) -> _Labelled[Gauge]:
        return self._kept(Gauge(name, text, ("pair", *labels), namespace="shiftbridge", registry=self.registry))

    def _histogram(self, name: str, text: str, buckets: Sequence[float], *labels: str) -> _Labelled[Histogram]:
        names = ("pair", *labels)
        return self._kept(
            Histogram(name, text, names, namespace="shiftbridge", registry=self.registry, buckets=buckets)
        )

    def _kept(self, metric: M) -> _Labelled[M]:
        kept = _Labelled(metric)
        self._of_pairs.append(kept)
        return kept

    def begin(self, pair: str) -> None:
        """Show a pair's rare counters as 0: Prometheus sees no increase in one that begins with 1."""
        self._refused.of(pair)
        self._errors.of(pair, "ClockWrong")
        self._backoff.of(pair)
        for by in _FOUND_BY:
            self._found.of(pair, by)
        for system in NAMES:
            self._stopped.of(pair, system)

    def forget(self, pair: str) -> None:
        """Show a pair no more, as it was taken out of the configuration."""
        for metric in self._of_pairs:
            metric.forget(pair)

    def call(self, pair: str, exchange: Exchange) -> None:
        """Count one call of a service."""
        system = exchange.request.system
        self._calls.of(pair, system, _outcome(exchange)).inc()
        self._calling.of(pair, system).observe(exchange.milliseconds / 1000)

    def budget(self, pair: str, system: str, left: float) -> None:
        """Show which share of a budget of calls is left, from 0 to 1."""
        self._budget.of(pair, system).set(left)

    def far_parts_waiting(self, pair: str, count: int) -> None:
        """Show how many due parts wait as a budget of calls runs low."""
        self._far.of(pair).set(count)

    def read(self, pair: str, part: str, seconds: float, ok: bool) -> None:  # noqa: FBT001 - it says how it ended
        """Count one reading of a part."""
        self._pulls.of(pair, part, "ok" if ok else "failed").inc()
        self._pulling.of(pair, part).observe(seconds)

    def records(self, pair: str, kind: str, count: int) -> None:
        """Count records that were read."""
        self._records.of(pair, kind).inc(count)

    def planned(self, pair: str, seconds: float, waiting: Mapping[str, int]) -> None:
        """Count a plan; `waiting` are its changes that wait, by verdict: hold, conflict or blocked."""
        self._planning.of(pair).observe(seconds)
        for verdict in _WAITING:
            self._waiting.of(pair, verdict).set(waiting.get(verdict, 0))

    def ran(self, pair: str, seconds: float, outcome: str) -> None:
        """Count a run that ended."""
        self._runs.of(pair, outcome).inc()
        self._running.of(pair).observe(seconds)

    def changed(self, pair: str, action: str, kind: str, outcome: str) -> None:
        """Count a change that was tried."""
        self._changes.of(pair, action, kind, outcome).inc()

    def event_to_write(self, pair: str, seconds: float) -> None:
        """Record how long after the first word of a change our write was done."""
        self._events.of(pair).observe(seconds)

    def webhook(self, pair: str, system: str, outcome: str) -> None:
        """Count a webhook that came."""
        self._webhooks.of(pair, system, outcome).inc()

    def found(self, pair: str, by: Literal["webhook", "poll"], count: int) -> None:
        """Count changes of other people, first found by a webhook or by a poll."""
        self._found.of(pair, by).inc(count)

    def failed(self, pair: str, kind: str) -> None:
        """Count an error by the name of its class."""
        self._errors.of(pair, kind).inc()

    def backoff(self, pair: str, seconds: float) -> None:
        """Show how long the pair waits after an error; 0 once it works again."""
        self._backoff.of(pair).set(seconds)

    def stopped(self, pair: str, system: str, is_stopped: bool) -> None:  # noqa: FBT001 - it is the value shown
        """Show that nothing is written to a system until a person has looked, or that it is again."""
        self._stopped.of(pair, system).set(is_stopped)

    def refused(self, pair: str) -> None:
        """Count a plan that guards refused."""
        self._refused.of(pair).inc()

    def reloaded(self, ok: bool, at: float) -> None:  # noqa: FBT001 - it says how it ended
        """Show how the last reload of the configuration ended, and when, in seconds of Unix time."""
        self._reloaded.set(ok)
        self._reloaded_at.set(at)

    def jumped(self, seconds: float) -> None:
        """Count a jump of the wall clock; negative seconds went back."""
        self._jumps.inc()
        self._jump.set(seconds)

    def render(self) -> bytes:
        """Return all metrics as Prometheus reads them; call it in a thread, as it takes its time."""
        return generate_latest(self.registry)


def _outcome(exchange: Exchange) -> str:
    answer = exchange.answer
    status = answer.status_code if isinstance(answer, httpx.Response) else answer.status if answer else None
    if status is None:
        return "none"
    return "429" if status == 429 else f"{status // 100}xx"
