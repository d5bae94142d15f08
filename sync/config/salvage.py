"""The usable part of a configuration with mistakes: `doctor` checks the accounts all the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sync.config.deployment import tables_of
from sync.config.loading import Tables, place_authorities, placed, read_secrets, worded
from sync.config.model import Config
from sync.errors import ConfigError

_ACCESS = frozenset({"wonolo", "wheniwork"})
_LISTS = frozenset({"places", "skills"})


@dataclass(frozen=True)
class Salvaged:
    """A configuration without the options that are wrong, and its file; `whole` when it has all places and skills.

    `gaps` are what is to be filled in before anything is written, which shows only once the rest is right.
    """

    config: Config
    file: Path
    whole: bool
    gaps: tuple[str, ...]


def salvage(path: Path, environ: Mapping[str, str], pair: str = "") -> Salvaged | None:
    """Read a file, or a pair of a folder, without its mistakes; writing is off where something is to be filled in.

    None where the access to the accounts is among what is wrong, or the file cannot be read.
    """
    try:
        file, tables = tables_of(path, environ, pair)
    except ConfigError:
        return None
    tables = {section: {} for section in _ACCESS} | tables
    if read_secrets(tables, file.parent):
        return None
    place_authorities(tables, file.parent)
    gaps: list[str] = []
    config, dropped = _without_mistakes(tables, gaps)
    if config is None:
        return None
    config = config.model_copy(update={"database": placed(config.database, file.parent)})
    return Salvaged(config, file, dropped.isdisjoint(_LISTS), tuple(gaps))


def _without_mistakes(tables: Tables, gaps: list[str]) -> tuple[Config | None, set[str]]:
    """Take out what is wrong until the rest is right; with it come the sections that lost something.

    What is to be filled in is added to `gaps`.
    """
    dropped: set[str] = set()
    while True:
        try:
            return Config.model_validate(tables), dropped
        except ValidationError as error:
            places = {one["loc"][:2] for one in error.errors(include_url=False)}
            gaps += worded(error, tables, {}) if places == {()} else []
        if any(place and place[0] in _ACCESS for place in places):
            return None, dropped
        for place in sorted(places, key=lambda place: [f"{part:>9}" for part in place], reverse=True):
            _take_out(tables, place)
            dropped |= {str(part) for part in place[:1]}


def _take_out(tables: Tables, place: tuple[Any, ...]) -> None:
    """Take out the option, entry or section at a place; with no place, it is writing that is not ready yet."""
    if not place:
        tables["wonolo"] = {**tables["wonolo"], "write": False}
        return
    section, *inner = place
    held = tables.get(section)
    if inner and isinstance(held, list) and isinstance(inner[0], int):
        tables[section] = [row for number, row in enumerate(held) if number != inner[0]]
    elif inner and isinstance(held, dict) and inner[0] in held:
        tables[section] = {name: value for name, value in held.items() if name != inner[0]}
    else:
        tables.pop(section, None)
