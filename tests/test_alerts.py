"""The dashboard and the alert rules: they can be read, and ask for what the daemon shows and for all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it has no types of its own

from sync.clock import SystemClock
from sync.daemon.metrics import Metrics
from sync.daemon.state_metrics import StateMetrics

DEPLOY = Path(__file__).parent.parent / "deploy"
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def families() -> dict[str, set[str]]:
    """Every metric's name with the names of its lines."""
    metrics = Metrics()
    metrics.registry.register(StateMetrics({}, SystemClock().now))
    return {row.name: {row.name + suffix for suffix in SUFFIXES[row.type]} for row in metrics.registry.collect()}


def rules() -> list[dict[str, Any]]:
    """The alert rules."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text())
    return [rule for group in found["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """The dashboard's panels."""
    found: list[dict[str, Any]] = json.loads((DEPLOY / "grafana-dashboard.json").read_text())["panels"]
    return found


def asked_for() -> set[str]:
    """Every name that the dashboard or an alert rule asks for."""
    queries = [rule["expr"] for rule in rules()]
    queries += [target["expr"] for panel in panels() for target in panel.get("targets", ())]
    return {name for query in queries for name in re.findall(r"shiftbridge_\w+", query)}


def test_dashboard_and_alerts_ask_for_metrics_that_exist() -> None:
    """A name that nobody exposes would be a panel without a line and an alert that never fires."""
    assert asked_for() - set().union(*families().values()) == set()


def test_every_metric_is_shown_in_the_dashboard_or_by_an_alert() -> None:
    """One that nobody looks at need not be counted."""
    unseen = {name for name, lines in families().items() if not lines & asked_for()}
    assert unseen == set()


def test_metrics_are_named_with_the_project_and_their_unit() -> None:
    """A name that speaks of time, a share or an instant says in which unit."""
    assert all(name.startswith("shiftbridge_") for name in families())
    timed = {name for name in families() if re.search(r"age|after|backoff|jump$|plan$|run$|pull$|call$|event", name)}
    assert {name for name in timed if not name.endswith("_seconds")} == set()


def test_alert_rules_have_the_shape_that_prometheus_reads() -> None:
    """Each has a name of its own, a severity, and says what is wrong and what to do."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text())
    assert [(group["name"], set(group)) for group in found["groups"]] == [("shiftbridge", {"name", "rules"})]
    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert set(rule) | {"for"} == {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
        assert re.fullmatch(r"\d+[mhd]", rule.get("for", "1m")), rule["alert"]
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["expr"].count("(") == rule["expr"].count(")")
        labels = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
        kept = {name.strip() for group in re.findall(r"by \(([^)]*)\)", rule["expr"]) for name in group.split(",")}
        assert labels <= kept, rule["alert"]


def test_the_dashboard_can_be_imported_anywhere() -> None:
    """Its data source is asked for, panels have ids of their own, and none lies over another."""
    shown = panels()
    assert len({panel["id"] for panel in shown}) == len(shown)
    sources = {json.dumps(panel["datasource"]) for panel in shown if "datasource" in panel}
    assert sources == {'{"type": "prometheus", "uid": "${datasource}"}'}
    taken: set[tuple[int, int]] = set()
    for panel in shown:
        at = panel["gridPos"]
        cells = {(at["x"] + column, at["y"] + line) for column in range(at["w"]) for line in range(at["h"])}
        assert (taken & cells, at["x"] + at["w"] <= 24) == (set(), True), panel["title"]
        taken |= cells
