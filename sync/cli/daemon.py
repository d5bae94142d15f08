"""The commands that keep running: the daemon."""

# ruff: noqa: PLC0415 - late imports keep the start quick
import os

from sync.cli.options import CONFIG, ConfigPath, Verbose, app


@app.command()
def daemon(config: ConfigPath = CONFIG, verbose: Verbose = 0) -> None:
    """Keep every pair of a file or folder equal, until SIGTERM: on timers, and as soon as a webhook comes."""
    import asyncio
    import sys

    from sync.daemon.process import Daemon, Source
    from sync.log import configure

    async def serve() -> None:
        running = Daemon(Source(config, os.environ))
        running.take_signals()
        await running.run()

    configure("DEBUG" if verbose else "INFO", as_json=not sys.stderr.isatty())
    asyncio.run(serve())
