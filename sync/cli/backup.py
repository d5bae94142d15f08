"""The command that copies the database."""

# ruff: noqa: PLC0415 - late imports keep the start quick
import os
from pathlib import Path
from typing import Annotated

import typer

from sync.cli.options import CONFIG, ConfigPath, Force, Verbose, app

Target = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")]


@app.command()
def backup(file: Target, config: ConfigPath = CONFIG, force: Force = False, verbose: Verbose = 0) -> None:  # noqa: FBT002
    """Copy the SQLite database to a file while a daemon goes on with it, and check the copy."""
    from sync.cli import terminal
    from sync.config import load_deployment_leniently
    from sync.errors import ConfigError
    from sync.mirror.backup import back_up, dump_command, sqlite_file

    terminal.log(verbose)
    url = load_deployment_leniently(config, os.environ)[0].database.url
    source = sqlite_file(url)
    if source is None:
        raise ConfigError([f"database.url: is a Postgres; copy it with its own tool: `{dump_command(url, file)}`"])
    try:
        size = back_up(source, file, overwrite=force)
    except FileExistsError:
        todo = "that is the database itself" if force else "name another file, or replace it with --force"
        raise typer.BadParameter(f"{file} is there already; {todo}") from None
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be written: {error.strerror}") from None
    terminal.say(f"Wrote {file}, a copy of {source} ({size / 1e6:.1f} MB), and checked it.")
    terminal.say(f"To restore: end the daemon, remove {source} with its -wal and -shm, copy {file} there, start it.")
