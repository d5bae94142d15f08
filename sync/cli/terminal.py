"""What a person sees: results on standard output; progress and errors on standard error."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec
from rich.console import Console, Group, RenderableType
from rich.text import Text

from sync.doctor.advice import explain
from sync.errors import ConfigError, LeaseTaken, StalePlan, SyncError, UnsafePlan
from sync.log import configure
from sync.report.words import full

_NAMES = {
    "job_request": "requests",
    "job": "jobs",
    "worker": "workers",
    "user": "users",
    "position": "positions",
    "location": "locations",
    "site": "sites",
    "shift": "shifts",
    "time": "times",
}


def console(*, stderr: bool = False) -> Console:
    """A console for results (or errors); in a pipe 100 columns wide unless COLUMNS says otherwise."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 100
    return Console(stderr=stderr, width=width, highlight=False)


def log(verbose: int) -> None:
    """Set logs up: errors alone, with 1 what happened, with 2 every request too."""
    configure(("ERROR", "INFO", "DEBUG")[min(verbose, 2)])


class Renderers(Protocol):
    """A module that can print one kind of result in every format."""

    def as_text(self, result: Any, /) -> RenderableType:
        """For people."""
        ...

    def as_markdown(self, result: Any, /) -> str:
        """For a page."""
        ...

    def as_json(self, result: Any, /) -> str:
        """For programs."""
        ...


class Each:
    """Prints a list of results, each as `one` prints it: one after the other, or as a list of JSON."""

    def __init__(self, one: Renderers) -> None:
        self._one = one

    def as_text(self, results: Sequence[Any], /) -> RenderableType:
        """For people."""
        return Group(*(self._one.as_text(result) for result in results))

    def as_markdown(self, results: Sequence[Any], /) -> str:
        """For a page."""
        return "\n".join(self._one.as_markdown(result) for result in results)

    def as_json(self, results: Sequence[Any], /) -> str:
        """For programs."""
        items = ",".join(self._one.as_json(result) for result in results)
        return msgspec.json.format(f"[{items}]", indent=2) + "\n"


def show(result: object, wanted: str, renderers: Renderers) -> None:
    """Print a result as `text`, `markdown` or `json`."""
    if wanted == "text":
        _draw(renderers.as_text(result))
    else:
        sys.stdout.write(renderers.as_json(result) if wanted == "json" else renderers.as_markdown(result))


def _draw(result: RenderableType) -> None:
    screen = console()
    if screen.is_terminal:
        screen.print(result, crop=False)  # a command to be copied is longer than the screen is wide
        return
    with screen.capture() as drawn:
        screen.print(result, crop=False)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in drawn.get().splitlines()))


def say(text: str) -> None:
    """Print sentences as they are."""
    _print(console(), Text(text))


def note(text: str) -> None:
    """Say something beside the result."""
    _print(console(stderr=True), Text(text, "yellow"))


def _print(screen: Console, text: Text) -> None:
    # Only a person needs the lines broken; in a pipe they are whole.
    screen.print(text, soft_wrap=not screen.is_terminal)


def show_error(error: SyncError) -> None:
    """Say what went wrong and what to do; a configuration's problems all at once."""
    screen = console(stderr=True)
    if isinstance(error, ConfigError) and len(error.problems) > 1:
        _show_all(f"{len(error.problems)} things in the configuration must be put right", error.problems)
        return
    if isinstance(error, UnsafePlan):
        _show_all("nothing was written; guards refuse this", [full(row.why) for row in error.refusals])
        _print(screen, Text(f"If this is meant, run again with: {error.override}"))
        return
    if isinstance(error, StalePlan):
        _show_all("nothing was written; the approved plan does not hold any more", [f"{row}." for row in error.changed])
        _print(screen, Text("What to do: look at a new diff."))
        return
    what, todo = explain(error)
    if isinstance(error, LeaseTaken):
        todo = "run it again once that has ended, wait for longer (--wait SECONDS), or stop it if it is a daemon"
    _print(screen, Text.assemble(("Error: ", "bold red"), f"{what}."))
    if todo:
        _print(screen, Text(f"What to do: {todo}."))


def _show_all(what: str, reasons: Iterable[str]) -> None:
    screen = console(stderr=True)
    _print(screen, Text.assemble(("Error: ", "bold red"), f"{what}:"))
    for reason in reasons:
        _print(screen, Text(f"  - {reason}"))


@contextmanager
def progress() -> Iterator[Callable[[str, int], None]]:
    """A function to tell what came in, shown while it works on a terminal and nowhere else."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda _kind, _count: None
        return
    counts: Counter[str] = Counter()
    with screen.status("Reading both systems") as status:

        def tell(kind: str, count: int) -> None:
            counts[kind] += count
            status.update(_told(counts))

        yield tell


def _told(counts: Counter[str]) -> str:
    read = ", ".join(f"{counts[kind]} {name}" for kind, name in _NAMES.items() if counts[kind])
    return f"Read {read}" + (f"; written {counts['done']}" if counts["done"] else "")
