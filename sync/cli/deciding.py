"""The commands by which a person decides what waits: see it, say yes or no, choose a way out."""

# ruff: noqa: PLC0415 - late imports keep the start quick
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import CONFIG, ConfigPath, Format, PairName, Printed, Verbose, Who, Why, app, given

if TYPE_CHECKING:
    from sync.config import Config
    from sync.deciding import Answered
    from sync.plan import Change, Plan

_CAME_OF: "dict[Answered, str]" = {
    "kept": "The next reconcile heeds it.",
    "takes back": "The earlier answer is taken back, and the next reconcile heeds it.",
    "repeated": "You decided so already; nothing new was kept.",
    "needless": "It waits for no yes, so nothing was kept.",
}

Keys = Annotated[list[str], typer.Argument(help="The keys that diff and conflicts show; their first letters will do.")]


@app.command()
def conflicts(
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    format: Printed = Format.TEXT,  # noqa: A002
    verbose: Verbose = 0,
) -> int:
    """Show what waits for a person, as of the latest pull. Exit code 2 when something does."""
    import asyncio

    from sync import report
    from sync.cli import terminal, work
    from sync.engine import open_engine

    settings = work.settings(config, verbose, pair)

    async def plan() -> "Plan":
        async with open_engine(settings) as engine:
            return await engine.plan()

    found = report.of_waiting(asyncio.run(plan()), settings.name, given(config, pair))
    terminal.show(found, format, report)
    return 2 if found.entries else 0


@app.command()
def approve(
    keys: Keys, config: ConfigPath = CONFIG, pair: PairName = "", who: Who = "", why: Why = "", verbose: Verbose = 0
) -> None:
    """Say yes to changes that wait; the next reconcile carries them out, once, if nothing about them changes."""
    from mappings.decision import YES
    from sync.cli import work

    _answer(work.settings(config, verbose, pair), dict.fromkeys(keys, YES), who, why)


@app.command()
def refuse(
    keys: Keys, config: ConfigPath = CONFIG, pair: PairName = "", who: Who = "", why: Why = "", verbose: Verbose = 0
) -> None:
    """Say no to changes, those that wait or any other; they are left out until something about them changes."""
    from mappings.decision import NO
    from sync.cli import work

    _answer(work.settings(config, verbose, pair), dict.fromkeys(keys, NO), who, why)


@app.command()
def resolve(  # noqa: PLR0913, PLR0917 - a command has its options as parameters
    key: Annotated[str, typer.Argument(help="The key that diff and conflicts show; its first letters will do.")],
    choice: Annotated[str, typer.Argument(help="The number of a choice, or its words.")],
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    who: Who = "",
    why: Why = "",
    verbose: Verbose = 0,
) -> None:
    """Choose a way out of a conflict; the next reconcile takes it."""
    from sync.cli import work

    _answer(work.settings(config, verbose, pair), {key: choice}, who, why)


@app.command()
def decisions(config: ConfigPath = CONFIG, pair: PairName = "", verbose: Verbose = 0) -> None:
    """Show the latest decisions: who, when, why, and what became of them."""
    import asyncio

    from sync.cli import terminal, work
    from sync.engine import open_engine
    from sync.report.decisions import as_text

    settings = work.settings(config, verbose, pair)

    async def kept() -> str:
        async with open_engine(settings) as engine:
            return as_text(await engine.deciding.decided(50))

    terminal.say(asyncio.run(kept()))


def _answer(settings: "Config", wanted: dict[str, str], who: str, why: str) -> None:
    """Keep answers by key; one that fits nothing is an error, and then none is kept."""
    import asyncio

    from sync.cli import terminal
    from sync.cli.answers import answers, me
    from sync.engine import open_engine
    from sync.report import words

    async def keep() -> "list[tuple[Change, str, Answered]]":
        async with open_engine(settings) as engine:
            found = answers((await engine.deciding.open_questions()).changes, wanted)
            return [
                (change, choice, await engine.deciding.answer(change, choice, who or me(), why))
                for change, choice in found
            ]

    for change, choice, came_of in asyncio.run(keep()):
        said = dict(zip(change.options, change.choices, strict=True)).get(choice, choice)
        terminal.say(f"{said}: {words.line(change)}. {_CAME_OF[came_of]}")
