"""The commands by which a person orders that nothing is written, for a pair or about one record, and ends that."""

# ruff: noqa: PLC0415 - late imports keep the start quick
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import CONFIG, ConfigPath, PairName, Verbose, app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from mappings.digest import RecordKind
    from sync.config import Config
    from sync.mirror.pauses import Pause
    from sync.mirror.store import Transaction

Record = Annotated[
    str, typer.Option("--record", metavar="KIND:ID", help="A shift, request, job, user, worker or time: shift:10000.")
]
Until = Annotated[
    str,
    typer.Option("--until", metavar="WHEN", help="2h, 3d, a time of the first place: 2026-12-02 08:00, or an instant."),
]
Reason = Annotated[str, typer.Option("--why", help="The reason, in a few words; reports show it.")]
Orderer = Annotated[str, typer.Option("--who", help="Who orders it; this machine's user unless told.")]


@app.command()
def pause(  # noqa: PLR0913, PLR0917 - a command has its options as parameters
    record: Record = "",
    until: Until = "",
    why: Reason = "",
    who: Orderer = "",
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    verbose: Verbose = 0,
) -> None:
    """Write nothing for a pair, or about one record and its demand, until it is resumed; reading goes on."""
    from sync.cli import terminal, work
    from sync.cli.answers import me
    from sync.mirror.pauses import Pause
    from sync.pausing import zone_of

    settings, wanted = work.settings(config, verbose, pair), _record(record)
    now, zone = _now(settings), zone_of(settings)
    order = Pause(who or me(), " ".join(why.split()), now, _until(until, now, zone), *(wanted or ()))
    with _opened(settings) as tx:
        replaced = [one for one in tx.pauses.current(now) if one.target == order.target]
        tx.pauses.add(order)
        is_known = wanted is None or bool(tx.past.records(wanted[0], [wanted[1]]))
        holder = tx.leases.holder()
    terminal.say(_meaning(order, settings.name, zone))
    for one in replaced:
        terminal.say(f"It replaces the pause by {_in_words(one, zone)}.")
    if not is_known:
        terminal.note(f"No {_name(order)} has been read yet: see that the number is right.")
    if holder:
        terminal.note(f"A run is under way ({holder.who}): it heeds the pause when it plans next.")


@app.command()
def resume(
    record: Record = "", who: Orderer = "", config: ConfigPath = CONFIG, pair: PairName = "", verbose: Verbose = 0
) -> None:
    """End a pause: the next run does what waited for it."""
    from sync.cli import terminal, work
    from sync.cli.answers import me
    from sync.pausing import zone_of

    settings, (kind, number) = work.settings(config, verbose, pair), _record(record) or ("", 0)
    now, zone = _now(settings), zone_of(settings)
    with _opened(settings) as tx:
        was_paused = tx.pauses.end(kind, number, now, who or me())
        left = tx.pauses.current(now)
    what = f"{record} of pair {settings.name}" if record else f"pair {settings.name}"
    terminal.say(f"Resumed: {what}. The next run does what waited." if was_paused else f"There is no pause of {what}.")
    for one in left:
        terminal.say(f"Still paused: {one.target}, by {_in_words(one, zone)}.")


def _record(text: str) -> "tuple[RecordKind, int] | None":
    from sync.pausing import read_record

    try:
        return read_record(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"--record {error}") from None


def _until(text: str, now: "datetime", zone: "ZoneInfo") -> "datetime | None":
    from sync.pausing import read_until

    try:
        return read_until(text, now, zone) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"--until {error}") from None


def _now(settings: "Config") -> "datetime":
    import asyncio

    from sync.pausing import current_time

    return asyncio.run(current_time(settings))


@contextmanager
def _opened(settings: "Config") -> "Iterator[Transaction]":
    from sync.mirror.store import Store

    store = Store.open(settings.database.url)
    try:
        with store.begin(settings.name) as tx:
            yield tx
    finally:
        store.close()


def _meaning(order: "Pause", pair: str, zone: "ZoneInfo") -> str:
    from sync.pausing import wall

    about = f"about {_name(order)} and its demand, for pair {pair}," if order.kind else f"for pair {pair}"
    until = f"until {wall(order.until, zone)}" if order.until else "from now on"
    option = f" --record {order.target}" if order.kind else ""
    return f"Nothing is written {about} {until}; reading goes on. shiftbridge resume{option} ends it."


def _name(order: "Pause") -> str:
    from sync.pausing import RECORDS

    return f"{RECORDS[order.kind]} {order.record}" if order.kind else "everything"


def _in_words(order: "Pause", zone: "ZoneInfo") -> str:
    from sync.pausing import wall

    until = f" until {wall(order.until, zone)}" if order.until else ""
    return f"{order.who}, {wall(order.at, zone)}{until}" + (f": {order.why}" if order.why else "")
