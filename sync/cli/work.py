"""What the commands do between reading their options and printing a result."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import typer

from sync import report
from sync.cli.ending import READING, WRITING, Ending, left_undone
from sync.cli.terminal import log, note, progress, show
from sync.clients.trace import Trace, trace_to
from sync.config import Config, load_deployment, load_deployment_leniently
from sync.config.salvage import salvage
from sync.engine import Engine, open_engine
from sync.errors import ConfigError, LeaseTaken, Stopped
from sync.guards import allowance
from sync.outcome import Outcome
from sync.plan.approval import Approval
from sync.report import Report, approval_of, as_json, of_outcome

T = TypeVar("T")

_SLICE = 1.0
"""Seconds to wait for a lease before looking whether somebody asked to end."""


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


def examined(path: Path, verbose: int, pair: str = "") -> tuple[Config, Path, list[str], bool]:
    """Read the configuration of a pair for the doctor: without its mistakes, which come with it.

    The last says whether it has all places and skills. Raises ConfigError where not even the access can be used.
    """
    try:
        return (*settings_and_file(path, verbose, pair), [], True)
    except ConfigError as error:
        found = salvage(path, os.environ, pair)
        if found is None:
            raise
        gaps = [gap for gap in found.gaps if not any(problem.endswith(gap) for problem in error.problems)]
        return found.config, found.file, [*error.problems, *gaps], found.whole


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


def reading(config: Config, work: Callable[[Engine], Awaitable[T]], trace: Path | None = None) -> T:
    """Open the engine of a pair and return what work without a write comes to.

    SIGINT and SIGTERM end it in order: then what happened is said, and typer.Exit raised with code 0.
    """

    async def unless_stopped(engine: Engine) -> T:
        found = await work(engine)
        if engine.fence.stopping.is_set():
            raise Stopped
        return found

    return _with_engine(config, unless_stopped, trace, READING)


def writing(
    config: Config, wait: int, work: Callable[[Engine, float], Awaitable[Outcome]], trace: Path | None = None
) -> Outcome:
    """Return what work with the lease comes to, as `reading`; `work` is given the seconds to wait for the lease.

    Raises LeaseTaken when somebody else still has it after `wait` seconds.
    """
    return _with_engine(config, lambda engine: _once_free(engine, wait, work), trace, WRITING)


def _with_engine(config: Config, work: Callable[[Engine], Awaitable[T]], trace: Path | None, patience: float) -> T:
    ending = Ending(patience)

    async def opened() -> T:
        ending.listen()
        with progress() as tell, tracing(trace) as told:
            async with open_engine(config, progress=tell, written=ending.count, trace=told) as engine:
                ending.fence = engine.fence
                return await work(engine)

    try:
        return asyncio.run(opened())
    except (Stopped, asyncio.CancelledError):
        note(ending.words)
        raise typer.Exit from None


async def _once_free(engine: Engine, wait: int, work: Callable[[Engine, float], Awaitable[Outcome]]) -> Outcome:
    """Try at once, then in slices, so that a signal is heeded between them and who has the lease is said once."""
    deadline, patience = time.monotonic() + wait, 0.0
    while True:
        try:
            return await work(engine, patience)
        except LeaseTaken as error:
            left = deadline - time.monotonic()
            if engine.fence.stopping.is_set():
                raise Stopped from None
            if left <= 0:
                raise
            if not patience:
                note(f"Another run of this pair is under way ({error.holder}): waiting up to {wait} seconds for it.")
            patience = min(_SLICE, left)


def show_outcome(outcome: Outcome, pair: str, format: str, later: str, given: str) -> int:  # noqa: A002
    """Print what a run came to and return the exit code; `later` is what does the rest of one that was stopped.

    `given` are the options with which other commands mean the same pair.
    """
    found = of_outcome(outcome, pair, given)
    show(found, format, report)
    if outcome.is_stopped:
        note(left_undone(outcome, later))
        return 0
    return 3 if found.is_pending else 0


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
