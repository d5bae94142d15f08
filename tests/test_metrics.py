"""What Prometheus sees of the work of a daemon."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.clients.exchange import Request
from sync.clients.trace import Exchange
from sync.daemon.metrics import CONTENT_TYPE, Metrics
from sync.errors import RemoteError, Unavailable

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
DEPLOY = Path(__file__).parent.parent / "deploy"
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def samples(text: str) -> list[str]:
    """The lines with values."""
    return [line for line in text.splitlines() if not line.startswith("#")]


def exchange(answer: httpx.Response | RemoteError | None, milliseconds: float = 200) -> Exchange:
    """A call of Wonolo, and what came of it."""
    request = Request("wonolo", "GET", "/jobs", "http://127.0.0.1:1/jobs")
    return Exchange(NOW, milliseconds, request, answer)


def test_all_that_a_daemon_does_is_counted() -> None:
    """One of each, as the lines that Prometheus reads, without the buckets."""
    metrics = Metrics()
    metrics.call("main", exchange(httpx.Response(200)))
    metrics.budget("main", "wonolo", 0.75)
    metrics.far_parts_waiting("main", 2)
    metrics.read("main", "soon", 1.5, ok=True)
    metrics.read("main", "soon", 3, ok=False)
    metrics.records("main", "shift", 40)
    metrics.planned("main", 0.5, {"hold": 2, "blocked": 1, "skip": 9})
    metrics.planned("main", 0.25, {"hold": 1})
    metrics.ran("main", 4, "done")
    metrics.changed("main", "create", "job_request", "done")
    metrics.event_to_write("main", 1.75)
    metrics.webhook("main", "wonolo", "accepted")
    metrics.found("main", "webhook", 1)
    metrics.failed("main", "Unavailable")
    metrics.backoff("main", 30)
    metrics.stopped("main", "wheniwork", is_stopped=True)
    metrics.refused("main")
    metrics.reloaded(ok=False, at=1772460000)
    metrics.jumped(-3600)
    lines = [line for line in samples(metrics.render().decode()) if "_bucket" not in line]
    assert lines == [
        'shiftbridge_plan_seconds_count{pair="main"} 2.0',
        'shiftbridge_plan_seconds_sum{pair="main"} 0.75',
        'shiftbridge_waiting_changes{pair="main",verdict="hold"} 1.0',
        'shiftbridge_waiting_changes{pair="main",verdict="conflict"} 0.0',
        'shiftbridge_waiting_changes{pair="main",verdict="blocked"} 0.0',
        'shiftbridge_runs_total{outcome="done",pair="main"} 1.0',
        'shiftbridge_run_seconds_count{pair="main"} 1.0',
        'shiftbridge_run_seconds_sum{pair="main"} 4.0',
        'shiftbridge_changes_total{action="create",kind="job_request",outcome="done",pair="main"} 1.0',
        'shiftbridge_event_to_write_seconds_count{pair="main"} 1.0',
        'shiftbridge_event_to_write_seconds_sum{pair="main"} 1.75',
        'shiftbridge_calls_total{outcome="2xx",pair="main",system="wonolo"} 1.0',
        'shiftbridge_call_seconds_count{pair="main",system="wonolo"} 1.0',
        'shiftbridge_call_seconds_sum{pair="main",system="wonolo"} 0.2',
        'shiftbridge_budget_left_ratio{pair="main",system="wonolo"} 0.75',
        'shiftbridge_far_parts_waiting{pair="main"} 2.0',
        'shiftbridge_pulls_total{outcome="ok",pair="main",part="soon"} 1.0',
        'shiftbridge_pulls_total{outcome="failed",pair="main",part="soon"} 1.0',
        'shiftbridge_pull_seconds_count{pair="main",part="soon"} 2.0',
        'shiftbridge_pull_seconds_sum{pair="main",part="soon"} 4.5',
        'shiftbridge_records_read_total{kind="shift",pair="main"} 40.0',
        'shiftbridge_webhooks_total{outcome="accepted",pair="main",system="wonolo"} 1.0',
        'shiftbridge_changes_found_total{by="webhook",pair="main"} 1.0',
        'shiftbridge_errors_total{kind="Unavailable",pair="main"} 1.0',
        'shiftbridge_backoff_seconds{pair="main"} 30.0',
        'shiftbridge_writing_stopped{pair="main",system="wheniwork"} 1.0',
        'shiftbridge_refused_plans_total{pair="main"} 1.0',
        "shiftbridge_config_last_reload_successful 0.0",
        "shiftbridge_config_last_reload_timestamp_seconds 1.77246e+09",
        "shiftbridge_clock_jumps_total 1.0",
        "shiftbridge_clock_jump_seconds -3600.0",
    ]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.Response(201), "2xx"),
        (httpx.Response(404), "4xx"),
        (httpx.Response(429), "429"),
        (httpx.Response(503), "5xx"),
        (Unavailable("wonolo", "GET /jobs", None, "no answer"), "none"),
        (None, "none"),
    ],
)
def test_a_call_is_counted_by_the_class_of_its_answer(answer: Any, outcome: str) -> None:
    """A request for a pause is a class of its own; what was broken off had no answer."""
    metrics = Metrics()
    metrics.call("main", exchange(answer))
    assert f'shiftbridge_calls_total{{outcome="{outcome}",pair="main",system="wonolo"}} 1.0' in samples(
        metrics.render().decode()
    )


def test_the_latency_from_event_to_write_has_buckets_up_to_a_quarter_of_an_hour() -> None:
    """A write two seconds after its event is within the bucket of two seconds."""
    metrics = Metrics()
    metrics.event_to_write("main", 2)
    lines = [line for line in samples(metrics.render().decode()) if "event_to_write_seconds_bucket" in line]
    bounds = {found[0]: found[1] for line in lines for found in re.findall(r'le="(\S+?)".* (\S+)$', line)}
    reached = ("2.0", "5.0", "10.0", "30.0", "60.0", "120.0", "300.0", "900.0", "+Inf")
    assert bounds == dict.fromkeys(("0.25", "0.5", "1.0"), "0.0") | dict.fromkeys(reached, "1.0")


def test_what_is_rare_is_shown_before_it_happens() -> None:
    """A counter that begins with 1 shows no increase; a configuration that was never reloaded is no failure."""
    metrics = Metrics()
    metrics.begin("main")
    assert samples(metrics.render().decode()) == [
        'shiftbridge_changes_found_total{by="webhook",pair="main"} 0.0',
        'shiftbridge_changes_found_total{by="poll",pair="main"} 0.0',
        'shiftbridge_errors_total{kind="ClockWrong",pair="main"} 0.0',
        'shiftbridge_backoff_seconds{pair="main"} 0.0',
        'shiftbridge_writing_stopped{pair="main",system="wonolo"} 0.0',
        'shiftbridge_writing_stopped{pair="main",system="wheniwork"} 0.0',
        'shiftbridge_refused_plans_total{pair="main"} 0.0',
        "shiftbridge_config_last_reload_successful 1.0",
        "shiftbridge_config_last_reload_timestamp_seconds 0.0",
        "shiftbridge_clock_jumps_total 0.0",
        "shiftbridge_clock_jump_seconds 0.0",
    ]


def test_a_pair_that_was_taken_out_is_shown_no_more() -> None:
    """Others stay as they were; one that comes back begins anew."""
    metrics = Metrics()
    metrics.found("south", "poll", 1)
    south = metrics.render()
    metrics.refused("north")
    metrics.found("north", "poll", 1)
    metrics.forget("north")
    assert metrics.render() == south
    metrics.refused("north")
    assert 'shiftbridge_refused_plans_total{pair="north"} 1.0' in samples(metrics.render().decode())


def test_what_is_rendered_is_of_the_type_that_prometheus_asks_for() -> None:
    """The text format, without a second line for when each counter was made."""
    metrics = Metrics()
    metrics.refused("main")
    assert (CONTENT_TYPE, b"_created" in metrics.render()) == ("text/plain; version=0.0.4; charset=utf-8", False)
