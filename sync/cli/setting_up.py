"""Writing configurations: a first one for two accounts, a ready one for a sandbox."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

import typer

from mappings.model import NAMES, System
from sync.cli.terminal import progress
from sync.clock import SystemClock
from sync.config import read
from sync.config.deployment import folder_of
from sync.config.writing import check_free, write_file
from sync.errors import ConfigError
from sync.init import Proposal, configuration, propose
from sync.setup import is_untouched, ready_configuration, signed

_ACCESS: dict[System, tuple[str, ...]] = {
    "wonolo": ("api_key", "secret_key"),
    "wheniwork": ("key", "email", "password"),
}
_WORDS = {"key": "developer key", "email": "e-mail address"}


def first_configuration(path: Path, environ: Mapping[str, str], *, overwrite: bool) -> str:
    """Ask for the access, read both accounts, write the file, and return what to tell the user."""
    _check_file(path)
    check_free(path, overwrite=overwrite)
    secrets = _asked(environ)
    config = read({section: dict(options) for section, options in secrets.items()}, environ, path.parent)
    with progress():
        proposal = asyncio.run(propose(config))
    pair = path.stem if folder_of(path) else ""
    write_file(path, configuration(config, secrets, proposal, pair), overwrite=overwrite)
    return _next_steps(path, proposal)


def _check_file(path: Path) -> None:
    """Raise ConfigError where a folder is named."""
    if path.is_dir():
        example = path / ("pairs/NAME.toml" if (path / "pairs").is_dir() else "shiftbridge.toml")
        raise ConfigError([f"{path}: is a folder; name the file to write, as --config {example}"])


def _asked(environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Ask for what the environment does not tell; without a terminal nobody is asked."""
    if not sys.stdin.isatty():
        return {}
    return {
        system: {option: _answer(system, option) for option in options if not _is_set(system, option, environ)}
        for system, options in _ACCESS.items()
    }


def _is_set(system: System, option: str, environ: Mapping[str, str]) -> bool:
    name = f"SHIFTBRIDGE_{system}__{option}".upper()
    return bool(environ.get(name) or environ.get(f"{name}_FILE"))


def _answer(system: System, option: str) -> str:
    question = f"{NAMES[system]}: {_WORDS.get(option, option.replace('_', ' '))}"
    answer: str = typer.prompt(question, hide_input=option != "email", err=True)
    return answer.strip()


def _next_steps(path: Path, proposal: Proposal) -> str:
    gaps = "".join(f"  - {gap}\n" for gap in proposal.gaps)
    used = ", ".join(proposal.categories)
    return (
        f"Wrote {path} for {proposal.company} (account {proposal.account_id}): "
        f"{len(proposal.places)} places, {len(proposal.skills)} skills.\n"
        + (f"\nLeft for you to fill in:\n{gaps}" if gaps else "")
        + (f"Categories that your company has used of late: {used}.\n" if used else "")
        + f"""
Read it through; take out what Wonolo is not to fill. Then:
  shiftbridge doctor{_option(path)}
  shiftbridge diff{_option(path)}
Nothing is written yet: when a diff looks right, set write = true under [wonolo] and [wheniwork]."""
    )


def _option(path: Path) -> str:
    if folder := folder_of(path):
        return f" --config {folder} --pair {path.stem}"
    return "" if path == Path("shiftbridge.toml") else f" --config {path}"


def sandbox_pair() -> str:
    """A fresh name for the pair of a sandbox, so that what a database knows of an earlier one is left alone."""
    return f"sandbox-{SystemClock().now():%Y%m%d-%H%M%S}"


def sandbox_configuration(url: str, path: Path, ca_file: str = "", name: str = "", *, overwrite: bool) -> str:
    """Write a configuration for the sandbox at `url` and return what to tell the user.

    `ca_file` is the authority to trust where the sandbox serves https, `name` the name of the pair, a fresh one if
    none is given.
    """
    _check_file(path)
    text = asyncio.run(ready_configuration(url, name or sandbox_pair(), ca_file))
    write_file(path, signed(text), overwrite=overwrite or is_untouched(path))
    return f"""The sandbox listens on {url} until you press Ctrl-C. Wrote {path} for it.

In another terminal:
  shiftbridge diff{_option(path)}
  shiftbridge reconcile{_option(path)}
  curl{f" --cacert {ca_file}" if ca_file else ""} -X POST {url}/_sandbox/act -d '{{"name": "life", "acts": 3}}'
"""
