"""The commands that keep running: the daemon, and the workers that may do its work."""

# ruff: noqa: PLC0415 - late imports keep the start quick
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import CONFIG, ConfigPath, Verbose, app

if TYPE_CHECKING:
    from sync.daemon.roles import AsRole

Listen = Annotated[
    str,
    typer.Option("--listen", metavar="HOST:PORT", help="Where to listen, in place of [daemon] listen; port 0: any."),
]


@app.command()
def daemon(config: ConfigPath = CONFIG, listen: Listen = "", verbose: Verbose = 0) -> None:
    """Keep every pair of a file or folder equal, until SIGTERM: on timers, and as soon as a webhook comes."""
    from sync.daemon.starting import as_daemon

    _run(config, as_daemon, listen, verbose)


@app.command()
def worker(config: ConfigPath = CONFIG, listen: Listen = "", verbose: Verbose = 0) -> None:
    """Do the work that a daemon with `workers = "queue"` asks for, until SIGTERM; start as many as you like."""
    from sync.daemon.starting import as_worker

    _run(config, as_worker, listen, verbose)


def _run(config: Path, as_role: "AsRole", listen: str, verbose: int) -> None:
    import asyncio
    import sys

    from sync.daemon.process import Process, Source
    from sync.log import configure

    async def serve() -> None:
        running = Process(Source(config, os.environ), as_role, listen)
        running.take_signals()
        await running.run()

    configure("DEBUG" if verbose else "INFO", as_json=not sys.stderr.isatty())
    asyncio.run(serve())
