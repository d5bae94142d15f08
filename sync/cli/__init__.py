"""The command line: one thin function per command.

Whatever takes long to import is imported inside the commands, so that `--version` and shell completion stay quick.
Standard output holds the result alone; progress, logs and errors go to standard error.
"""

# ruff: noqa: PLC0415 - late imports keep the start quick
import contextlib
import os
import sys
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer
import typer.main

from sync.cli.options import (
    CONFIG,
    ConfigPath,
    Force,
    Format,
    PairName,
    Printed,
    Seed,
    Traced,
    Verbose,
    Wait,
    app,
    given,
)
from sync.errors import LeaseTaken, StalePlan, SyncError, UnsafePlan


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; using it wrongly gives 1, as every error does."""
    try:
        return int(_command()(arguments, prog_name="shiftbridge", standalone_mode=False) or 0)
    except typer.TyperException as error:
        sys.stderr.write(f"Error: {error.format_message()}\nTry: shiftbridge --help\n")
    except typer.Abort:
        sys.stderr.write("Stopped.\n")
    except SyncError as error:
        from sync.cli.terminal import show_error

        show_error(error)
        return _exit_code(error)
    return 1


def _exit_code(error: SyncError) -> int:
    if isinstance(error, (UnsafePlan, StalePlan)):
        return 7
    return 4 if isinstance(error, LeaseTaken) else 1


def _command() -> Any:
    command = typer.main.get_command(app)
    for option in (*command.params, command.get_help_option(typer.Context(command))):
        if option:
            # Typer's own options are None by default, and to read a None it imports pydantic: a third of a second.
            option.default = False
    return command


@app.callback(invoke_without_command=True)
def shiftbridge(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,  # noqa: FBT002
) -> None:
    """Keep one Wonolo company and one When I Work account equal."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"shiftbridge {installed('shiftbridge')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def diff(
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    format: Printed = Format.TEXT,  # noqa: A002
    out: Annotated[Path | None, typer.Option("--out", help="Save the plan, for reconcile --plan.")] = None,
    trace: Traced = None,
    verbose: Verbose = 0,
) -> int:
    """Show what a reconcile would do; write nothing. Exit code 2 when there is something to do."""
    from sync import report
    from sync.cli import terminal, work

    settings = work.settings(config, verbose, pair)
    plan = work.reading(settings, lambda engine: engine.diff(), trace)
    found = report.of_plan(plan, settings.name, given(config, pair))
    terminal.show(found, format, report)
    if out:
        work.save_plan(found, out)
        terminal.note(f"Saved: shiftbridge reconcile --plan {quote(str(out))}{given(config, pair)}")
    return 2 if found.is_pending else 0


@app.command()
def reconcile(  # noqa: PLR0913, PLR0917 - a command has its options as parameters
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    format: Printed = Format.TEXT,  # noqa: A002
    allow: Annotated[
        list[str] | None, typer.Option(help="Let a guard pass once, as it says: delete:shifts=40, spend=1200.")
    ] = None,
    plan: Annotated[Path | None, typer.Option("--plan", help="Carry out a saved plan and nothing else.")] = None,
    approve: Annotated[
        str, typer.Option("--approve", metavar="CHECKSUM", help="Carry out the plan of this checksum and nothing else.")
    ] = "",
    wait: Wait = 60,
    trace: Traced = None,
    verbose: Verbose = 0,
) -> int:
    """Carry out what a diff shows.

    Exit code 3 when something waits or failed, 4 when another run was under way, 7 when all of it was refused.
    """
    from sync.cli import terminal, work

    if plan and approve:
        raise typer.BadParameter("use --plan or --approve, not both")
    permitted = work.allowances(allow or ())
    settings, file = work.settings_and_file(config, verbose, pair)
    approved = work.saved_plan(plan, settings.name) if plan else None
    outcome = work.writing(
        settings, wait, lambda engine, wait: engine.reconcile(permitted, approved, approve, wait), trace
    )
    code = work.show_outcome(outcome, settings.name, format, "the next run", given(config, pair))
    for system in settings.switched_off:
        terminal.note(f"Writing is switched off: set write = true under [{system}] in {file}.")
    return code


@app.command()
def status(
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    format: Printed = Format.TEXT,  # noqa: A002
    verbose: Verbose = 0,
) -> int:
    """Show how fresh it is, who writes, what is paused, and the latest runs. Exit code 1 when no success is recent.

    Without --pair, of all pairs of a folder.
    """
    from sync import status as shown
    from sync.cli import terminal, work
    from sync.clock import SystemClock

    now = SystemClock().now()
    if pair or not config.is_dir():
        one = shown.read_status(work.settings(config, verbose, pair), now)
        terminal.show(one, format, shown)
        return 1 if one.is_stale else 0
    pairs, wrong = work.all_settings(config, verbose)
    found = [shown.read_status(one, now) for one in pairs]
    terminal.show(found, format, terminal.Each(shown))
    for error in wrong:
        terminal.show_error(error)
    return 1 if wrong or any(one.is_stale for one in found) else 0


@app.command()
def policy(
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    format: Printed = Format.TEXT,  # noqa: A002
    verbose: Verbose = 0,
) -> None:
    """Show whose value wins for each field, at each stage of the work."""
    from sync import policy as shown
    from sync.cli import terminal, work

    settings = work.settings(config, verbose, pair)
    terminal.show(shown.read_policy(settings.name, settings.ownership.table), format, shown)


@app.command()
def doctor(
    config: ConfigPath = CONFIG,
    pair: PairName = "",
    format: Printed = Format.TEXT,  # noqa: A002
    trace: Traced = None,
    verbose: Verbose = 0,
) -> int:
    """Look at everything a run needs, and say what to do. Exit code 1 when something is wrong."""
    import asyncio

    from sync.cli import terminal, work
    from sync.doctor import shown
    from sync.doctor.examination import examine

    settings, file, problems, whole = work.examined(config, verbose, pair)
    with work.tracing(trace) as told:
        found = asyncio.run(examine(settings, file, trace=told, problems=problems, whole=whole))
    terminal.show(found, format, shown)
    return 1 if any(finding.level == "error" for finding in found) else 0


@app.command()
def init(config: ConfigPath = CONFIG, force: Force = False) -> None:  # noqa: FBT002
    """Read both accounts and write a first configuration, writing switched off."""
    from sync.cli import setting_up, terminal

    terminal.log(0)
    terminal.say(setting_up.first_configuration(config, os.environ, overwrite=force))


@app.command()
def sandbox(  # noqa: PLR0913, PLR0917 - a command has its options as parameters
    config: ConfigPath = CONFIG,
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.")] = 8025,
    seed: Seed = 1,
    demands: Annotated[int, typer.Option(min=0, help="How many stacks of open shifts there are.")] = 12,
    tls: Annotated[bool, typer.Option("--tls", help="Serve https, and a proxy for programs to find it by.")] = False,  # noqa: FBT002
    webhooks: Annotated[
        str, typer.Option(metavar="URL", help="The daemon to send webhooks to, on this machine; off sends none.")
    ] = "http://127.0.0.1:8026",
    force: Force = False,  # noqa: FBT002
) -> None:
    """Serve both APIs on this machine, with people in them, and write a configuration for them."""
    import tempfile

    from sandbox.authority import make_certificates
    from sandbox.serve import Server, end_on_signals, exports
    from sandbox.targets import targets_beneath
    from sandbox.world import build_world
    from sync.cli import setting_up, terminal
    from sync.clock import SystemClock

    terminal.log(0)
    name = setting_up.sandbox_pair()
    try:
        targets = targets_beneath(webhooks, name, batch_seconds=1) if webhooks not in ("", "off") else []
    except ValueError:
        raise typer.BadParameter("--webhooks takes http://127.0.0.1:PORT, a program on this machine, or off") from None
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        certificates = make_certificates(Path(folder), SystemClock().now()) if tls else None
        try:
            server = Server(build_world(seed, demands), port, certificates)
        except (OSError, ValueError) as error:
            raise typer.BadParameter(f"cannot serve on {getattr(error, 'strerror', error)}") from None
        server.world.wheniwork.switches.rate_limit_per_minute = 0
        for target in targets:
            server.world.aim_webhooks(target)
        end_on_signals()
        with contextlib.suppress(KeyboardInterrupt), server:
            ca_file = str(certificates.authority) if certificates else ""
            terminal.say(setting_up.sandbox_configuration(server.url, config, ca_file, name, overwrite=force))
            if targets:
                terminal.say(f"Webhooks go to {' and '.join(target.url for target in targets)}, if somebody listens.\n")
            if tls:
                terminal.say(f"For programs with the real hosts built in:\n  {exports(server.environment)}\n")
            server.wait()


@app.command()
def demo(seed: Seed = 1) -> int:
    """Show the main job on a sandbox, within a minute; nothing leaves this machine. Exit code 0 if it worked."""
    from sync.cli import terminal
    from sync.demo import play

    terminal.log(0)
    return 0 if play(terminal.console(), seed) else 1


from sync.cli import backup as _backup  # noqa: E402, F401 - its command comes after these
from sync.cli import daemon as _daemon  # noqa: E402, F401 - the same
from sync.cli import deciding as _deciding  # noqa: E402, F401 - the same
from sync.cli import hours as _hours  # noqa: E402, F401 - the same
from sync.cli import matching as _matching  # noqa: E402, F401 - its command comes after these
from sync.cli import past as _past  # noqa: E402, F401 - likewise
from sync.cli import pause as _pause  # noqa: E402, F401 - likewise, and last
