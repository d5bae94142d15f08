"""The main job in a minute: two sandbox accounts, one plan, then life happens, and both sides end up equal."""

import asyncio
import tempfile
from pathlib import Path

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from mappings.decision import YES
from sandbox.serve import Server
from sandbox.world import World, build_world
from sync.config import Config, load
from sync.config.writing import write_file
from sync.demo.compare import compare
from sync.demo.daemon import fill_a_seat, listening
from sync.demo.story import called_off, life, seat_moved_alone, taken_tonight, tonight
from sync.engine import Engine, open_engine
from sync.report import as_text, of_outcome, of_plan
from sync.report.words import headline, short_key
from sync.setup import ready_configuration

_DEMANDS = 6


def play(screen: Console, seed: int) -> bool:
    """Play the story on a sandbox of this seed; returns whether both systems ended up equal and nothing was left."""
    world = build_world(seed, _DEMANDS)
    world.wheniwork.switches.rate_limit_per_minute = 0
    with tempfile.TemporaryDirectory() as folder, Server(world) as server:
        path = Path(folder) / "shiftbridge.toml"
        write_file(path, listening(asyncio.run(ready_configuration(server.url, "demo"))))
        is_equal = asyncio.run(_tell(screen, world, load(path, {})))
        return asyncio.run(_leave_alone(screen, server, path)) and is_equal


async def _tell(screen: Console, world: World, config: Config) -> bool:
    async with open_engine(config) as engine:
        _open(screen, "Two accounts", "When I Work has open shifts that Wonolo does not know. What is to be done?")
        await _diff(screen, engine)
        _open(screen, "The plan is carried out", "Every write is recorded first, sent once, and read back.")
        screen.print(Text(f"\n{headline(of_outcome(await engine.reconcile(), 'demo'))}", "bold"))
        _open(screen, "Once more", "In a quiet world there is nothing to do.")
        await _diff(screen, engine)
        for title, sentence in life(world):
            _open(screen, title, sentence)
            await _reconcile(screen, engine)
        _open(screen, *seat_moved_alone(world))
        await _decide(screen, engine, "resolve", 1)
        for act in (tonight, taken_tonight):
            _open(screen, *act(world))
            await _reconcile(screen, engine)
        _open(screen, *called_off(world))
        await _decide(screen, engine, "approve")
        _open(screen, "The end", "Both systems side by side:")
        is_equal = compare(screen, world, config.rules)
        left = of_plan(await engine.diff(), "demo")
    screen.print(Text("\nBoth systems are equal." if is_equal and not left.is_pending else "\nThey differ.", "bold"))
    return is_equal and not left.is_pending


async def _leave_alone(screen: Console, server: Server, path: Path) -> bool:
    """Let the daemon run; returns whether it filled a seat by itself."""
    _open(screen, "And from now on by itself", "$ shiftbridge daemon    (webhooks come in, timers find what they lose)")
    filled = await fill_a_seat(server, path)
    screen.print(Text(f"\n{filled.sentence}", "bold"))
    return filled.seconds is not None


def _open(screen: Console, title: str, sentence: str) -> None:
    screen.print()
    screen.print(Rule(Text(title, style="bold green"), characters="=", align="left", style="green"))
    screen.print(Text(sentence))


async def _diff(screen: Console, engine: Engine) -> None:
    screen.print(as_text(of_plan(await engine.diff(), "demo")))


async def _reconcile(screen: Console, engine: Engine) -> None:
    screen.print(as_text(of_outcome(await engine.reconcile(), "demo")))


async def _decide(screen: Console, engine: Engine, command: str, number: int = 0) -> None:
    """Show what waits, let a person decide it as the command line would, and carry that out."""
    outcome = await engine.reconcile()
    screen.print(as_text(of_outcome(outcome, "demo")))
    (asked,) = outcome.waiting
    choice, said = (asked.options[number - 1], asked.choices[number - 1]) if number else (YES, YES)
    typed = f"shiftbridge {command} {short_key(asked)}" + (f" {number}" if number else "")
    _open(screen, "A person decides", f"$ {typed}    ({said})")
    await engine.deciding.answer(asked, choice, "a manager", "")
    await _reconcile(screen, engine)
