"""What the commands do between reading their options and printing a result."""

import asyncio
import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import typer

from sync.cli.terminal import log, progress
from sync.clients.trace import Trace, trace_to
from sync.config import Config, load
from sync.engine import open_engine
from sync.guards import allowance
from sync.passes import Outcome
from sync.plan import Plan
from sync.plan.approval import Approval
from sync.report import Report, approval_of, as_json, of_outcome, of_plan


def settings(path: Path, verbose: int) -> Config:
    """Read the configuration and set logs up."""
    log(verbose)
    return load(path, os.environ)


def allowances(texts: Iterable[str]) -> dict[str, float]:
    """Read `delete:shifts=40`, `spend=1200` and `scope` as what guards let pass; raises BadParameter."""
    try:
        return dict(allowance(text) for text in texts)
    except ValueError as error:
        raise typer.BadParameter(f"--allow: {error}") from None


def tracing(path: Path | None) -> AbstractContextManager[Trace | None]:
    """Open the trace file, if one is named; raises ConfigError when it cannot be written."""
    return trace_to(path) if path else nullcontext()


def diff(config: Config, trace: Path | None = None) -> Report:
    """Pull and plan."""
    return of_plan(asyncio.run(_diff(config, trace)), config.name)


async def _diff(config: Config, trace: Path | None) -> Plan:
    with progress() as tell, tracing(trace) as told:
        async with open_engine(config, progress=tell, trace=told) as engine:
            return await engine.diff()


def save_plan(found: Report, path: Path) -> None:
    """Save a diff as a file that `reconcile --plan` takes; raises BadParameter when it cannot be written."""
    try:
        path.write_text(as_json(found), encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"--out {path} cannot be written: {error.strerror}") from None


def saved_plan(path: Path, pair: str) -> Approval:
    """Read a saved plan; raises BadParameter when it is none."""
    try:
        return approval_of(path.read_bytes(), pair)
    except OSError as error:
        raise typer.BadParameter(f"--plan {path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise typer.BadParameter(f"--plan {path} {error}") from None


def reconcile(
    config: Config,
    allow: Mapping[str, float],
    approved: Approval | None = None,
    checksum: str = "",
    *,
    trace: Path | None = None,
) -> Report:
    """Pull, plan and write; with `approved` or `checksum` nothing but what was approved."""

    async def write() -> Outcome:
        with progress() as tell, tracing(trace) as told:
            async with open_engine(config, progress=tell, trace=told) as engine:
                return await engine.reconcile(allow, approved, checksum)

    return of_outcome(asyncio.run(write()), config.name)
