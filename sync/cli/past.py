"""The commands about what has been: who changed a record, and taking back what a run wrote."""

# ruff: noqa: PLC0415 - late imports keep the start quick
from typing import Annotated

import typer

from mappings.convert import LARGEST_ID, decimal
from sync.cli.options import CONFIG, ConfigPath, Format, PairName, Printed, Traced, Verbose, Wait, Who, app, given


@app.command()
def undo(  # noqa: PLR0913, PLR0917 - a command has its options as parameters
    run: Annotated[str, typer.Argument(help="The number of a run, as status and history show it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Carry it out.")] = False,  # noqa: FBT002
    approve: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Say yes to something of it that waits for a yes.")
    ] = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="Let a guard pass once, as it says: delete:shifts=40, spend=1200.")
    ] = None,
    who: Who = "",
    wait: Wait = 60,
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    format: Printed = Format.TEXT,  # noqa: A002
    trace: Traced = None,
    verbose: Verbose = 0,
) -> int:
    """Show what takes a run back; with --yes do it. Exit codes as those of diff, with --yes as those of reconcile."""
    from sync import report
    from sync.cli import terminal, work
    from sync.cli.answers import me
    from sync.undo import Wanted

    permitted = work.allowances(allow or ())
    settings, options = work.settings(config, verbose, pair), given(config, pair)
    number = decimal(run) or 0
    if not 0 < number <= LARGEST_ID:
        raise typer.BadParameter(f"{run!r} is no run: write its number, as `shiftbridge status` shows it")
    wanted = Wanted(number, who or me(), tuple(approve or ()))

    if yes:
        outcome = work.writing(settings, wait, lambda engine, wait: engine.undo(wanted, permitted, wait), trace)
        return work.show_outcome(outcome, settings.name, format, f"shiftbridge undo {run} --yes{options}", options)
    plan = work.reading(settings, lambda engine: engine.undo_plan(wanted), trace)
    shown = report.of_plan(plan, settings.name, options)
    terminal.show(shown, format, report)
    if shown.counts["to_do"]:
        terminal.note(f"Nothing is written yet: shiftbridge undo {run} --yes{options} carries it out.")
    return 2 if shown.is_pending else 0


@app.command()
def history(
    record: Annotated[
        list[str],
        typer.Argument(help="Like shift 10000, request 12, job 5, user 33, link KEY, a change's key, or a name."),
    ],
    ask: Annotated[bool, typer.Option("--ask", help="Also ask When I Work for its own history of the shifts.")] = False,  # noqa: FBT002
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    format: Printed = Format.TEXT,  # noqa: A002
    verbose: Verbose = 0,
) -> None:
    """Show who changed a record, when, why, and what proves it."""
    import asyncio

    from sync.cli import terminal, work
    from sync.connecting import open_clients
    from sync.history import shown
    from sync.history.asking import with_asked
    from sync.history.reading import History, read_history
    from sync.mirror.store import Store

    settings = work.settings(config, verbose, pair)

    def kept() -> History:
        store = Store.open(settings.database.url)
        try:
            with store.begin(settings.name) as tx:
                return read_history(tx, " ".join(record), settings.rules)
        finally:
            store.close()

    async def asked(found: History) -> History:
        async with open_clients(settings) as (_, wheniwork):
            return await with_asked(found, wheniwork)

    found = kept()
    terminal.show(asyncio.run(asked(found)) if ask else found, format, shown)
