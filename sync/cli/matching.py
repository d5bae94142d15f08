"""The command by which a person decides doubtful matches: one by one on a terminal, or many in a file."""

# ruff: noqa: PLC0415 - late imports keep the start quick
import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import CONFIG, ConfigPath, PairName, Verbose, Who, Why, app, given

if TYPE_CHECKING:
    from sync.engine import Engine

Out = Annotated[Path | None, typer.Option("--out", help="Write the matches to a file for a spreadsheet.")]
Apply = Annotated[Path | None, typer.Option("--apply", help="Read such a file back, with its decisions filled in.")]


@app.command()
def match(  # noqa: PLR0913, PLR0917 - a command has its options as parameters
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    out: Out = None,
    apply: Apply = None,
    who: Who = "",
    why: Why = "",
    verbose: Verbose = 0,
) -> int:
    """Decide which doubtful records are the same, as of the latest pull. Exit code 2 when some stay in doubt."""
    import asyncio

    from sync.cli import work
    from sync.cli.answers import me
    from sync.engine import open_engine

    if out and apply:
        raise typer.BadParameter("--out writes the file, --apply reads it: one at a time")

    async def run() -> int:
        async with open_engine(work.settings(config, verbose, pair)) as engine:
            if out:
                return await _write(engine, out, given(config, pair))
            if apply:
                return await _apply(engine, apply, who or me(), why)
            return await (_ask(engine, who or me(), why) if sys.stdin.isatty() else _show(engine, given(config, pair)))

    return asyncio.run(run())


async def _write(engine: "Engine", path: Path, options: str) -> int:
    from sync.cli import matches, terminal

    doubts, decided = await engine.deciding.doubts()
    matches.write(path, doubts, decided)
    terminal.say(
        f"Wrote {path} with {matches.many(len(doubts))}. Write same or different into its column decision; then:"
    )
    terminal.say(f"  shiftbridge match --apply {quote(str(path))}{options}")
    return 0


async def _apply(engine: "Engine", path: Path, who: str, why: str) -> int:
    from sync.cli import matches, terminal

    doubts, decided = await engine.deciding.doubts()
    answers, emptied = matches.read(path, doubts, decided)
    await engine.deciding.settle(answers, who, why)
    terminal.say(_kept(len(answers)))
    if emptied:
        terminal.say(f"Still decided, as an empty cell takes nothing back: {', '.join(emptied)}.")
    return await _left(engine)


def _kept(count: int) -> str:
    if not count:
        return "The file decides nothing that is not decided already."
    if count == 1:
        return "Kept 1 decision. The next reconcile heeds it."
    return f"Kept {count} decisions. The next reconcile heeds them."


async def _show(engine: "Engine", options: str) -> int:
    """List the matches in doubt where nobody can be asked."""
    from sync.cli import matches, terminal

    doubts = matches.still_open(*await engine.deciding.doubts())
    for doubt in doubts:
        terminal.say(f"{matches.side_by_side(doubt)}\n")
    if doubts:
        terminal.note(f"To decide, run it on a terminal, or: shiftbridge match --out FILE{options}, then --apply FILE.")
    return await _left(engine)


async def _ask(engine: "Engine", who: str, why: str) -> int:
    """Ask about one match after the other; each answer is kept at once."""
    from sync.cli import matches, terminal

    doubts, decided = await engine.deciding.doubts()
    while waiting := matches.still_open(doubts, decided):
        doubt = waiting[0]
        terminal.say(f"{len(waiting)} in doubt\n{matches.side_by_side(doubt)}")
        choice = matches.asked()
        if choice is None:
            break
        decided[doubt.key] = choice
        if choice:
            await engine.deciding.settle([(doubt, choice)], who, why)
    return await _left(engine)


async def _left(engine: "Engine") -> int:
    """Say how many matches stay in doubt."""
    from sync.cli import matches, terminal

    count = len(matches.still_open(*await engine.deciding.doubts()))
    if not count:
        terminal.say("No match is in doubt, as of the latest pull.")
        return 0
    terminal.say(f"In doubt: {count}. Nothing is made for these records until a person decides.")
    return 2
