"""What the commands do between reading their options and printing a result."""

import asyncio
import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from difflib import get_close_matches
from pathlib import Path

import typer

from sync.cli.terminal import log, progress
from sync.clients.trace import Trace, trace_to
from sync.config import Config, load_deployment, load_deployment_leniently
from sync.engine import open_engine
from sync.errors import ConfigError
from sync.guards import allowance
from sync.passes import Outcome
from sync.plan import Plan
from sync.plan.approval import Approval
from sync.report import Report, approval_of, as_json, of_outcome, of_plan


def settings(path: Path, verbose: int, pair: str = "") -> Config:
    """Read the configuration of a pair and set logs up; see `settings_and_file`."""
    return settings_and_file(path, verbose, pair)[0]


def settings_and_file(path: Path, verbose: int, pair: str = "") -> tuple[Config, Path]:
    """Read the configuration of a pair and return it with the file that it stands in; set logs up.

    `pair` may be empty where the file or folder at `path` holds a single one; where it is not, mistakes in other pairs
    do not matter. Raises ConfigError, and BadParameter where no pair is named, or one that is not there.
    """
    log(verbose)
    found, wrong = load_deployment_leniently(path, os.environ) if pair else (load_deployment(path, os.environ), {})
    names = list(found.pairs)
    if pair in wrong:
        raise wrong[pair]
    if not pair and len(names) > 1:
        raise typer.BadParameter(f"say which pair is meant: --pair NAME; {path} holds {', '.join(names)}")
    if pair and pair not in names:
        raise typer.BadParameter(f"--pair: {path} holds no {pair!r}; {_meant(pair, [*names, *wrong])}")
    name = pair or names[0]
    return found.pairs[name], found.files[name]


def _meant(pair: str, names: list[str]) -> str:
    near = get_close_matches(pair, names, 1, 0.75)  # north is not near south
    return f"did you mean {near[0]}?" if near else f"it holds {', '.join(sorted(names))}"


def all_settings(folder: Path, verbose: int) -> tuple[list[Config], list[ConfigError]]:
    """Read the configurations of all pairs of a folder, and what is wrong with the other pairs; set logs up."""
    log(verbose)
    found, wrong = load_deployment_leniently(folder, os.environ)
    return list(found.pairs.values()), list(wrong.values())


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
