"""The command that compares the hours of both systems."""

# ruff: noqa: PLC0415 - late imports keep the start quick
from datetime import date
from typing import Annotated

import typer

from sync.cli.options import CONFIG, ConfigPath, Format, PairName, Printed, Traced, Verbose, app

FirstDay = Annotated[str, typer.Option("--from", metavar="DAY", help="The first day, as 2026-03-02.")]
LastDay = Annotated[str, typer.Option("--to", metavar="DAY", help="The last day; today if it is not told.")]


@app.command()
def hours(  # noqa: PLR0913, PLR0917 - a command has its options as parameters
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    first: FirstDay = "",
    last: LastDay = "",
    format: Printed = Format.TEXT,  # noqa: A002
    trace: Traced = None,
    verbose: Verbose = 0,
) -> int:
    """Compare the hours worked in both systems; write nothing. Exit code 2 when some differ."""
    from sync.cli import terminal, work
    from sync.report import hours as shown

    bounds = (_day("--from", first), _day("--to", last))
    if bounds[0] and bounds[1] and bounds[0] > bounds[1]:
        raise typer.BadParameter(f"--from {bounds[0]} is after --to {bounds[1]}")
    settings = work.settings(config, verbose, pair)

    rows = work.reading(settings, lambda engine: engine.hours(*bounds), trace)
    found = shown.HoursReport(settings.name, rows, settings.sync.week_starts)
    terminal.show(found, format, shown)
    return 2 if found.differs else 0


def _day(option: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{option} {text!r} is no day like 2026-03-02") from None
