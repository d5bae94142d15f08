"""The command line's program, and the options that several commands have."""

from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

app = typer.Typer(
    name="shiftbridge",
    pretty_exceptions_enable=False,  # its tracebacks may show local values, and some of those are secrets
)


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


ConfigPath = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="SHIFTBRIDGE_CONFIG", help="The configuration file, or the folder of several pairs."
    ),
]
PairName = Annotated[
    str,
    typer.Option(
        "--pair", metavar="NAME", envvar="SHIFTBRIDGE_PAIR", help="Which pair of the folder; needed if it has several."
    ),
]
Printed = Annotated[Format, typer.Option("--format", "-f", help="How to print the result.")]
Verbose = Annotated[int, typer.Option("--verbose", "-v", count=True, help="Log to standard error; -vv logs more.")]
Traced = Annotated[
    Path | None, typer.Option("--trace", help="Write every request and reply, scrubbed, to a file for support.")
]
Wait = Annotated[
    int, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for another run of the pair.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]
Seed = Annotated[int, typer.Option(help="Decides every random choice.")]
Who = Annotated[str, typer.Option("--who", help="Who decides; this machine's user unless told.")]
Why = Annotated[str, typer.Option("--why", help="The reason, in a few words; it is kept with the decision.")]

CONFIG = Path("shiftbridge.toml")


def given(config: Path, pair: str) -> str:
    """Return the options, as they are typed, with which another command means the same configuration and pair."""
    options = [*(["--config", str(config)] if config != CONFIG else []), *(["--pair", pair] if pair else [])]
    return "".join(f" {quote(one)}" for one in options)
