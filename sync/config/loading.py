"""Reading a configuration: the file, then what the environment sets over it, then the secrets kept in files."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from sync.config.access import WhenIWorkSection, WonoloSection
from sync.config.model import Config, DatabaseSection, NotReady
from sync.config.problems import Location, sentence, variable
from sync.errors import ConfigError

PREFIX = "SHIFTBRIDGE_"
_ACCESS: dict[str, type[BaseModel]] = {"wonolo": WonoloSection, "wheniwork": WhenIWorkSection}

Tables = dict[str, Any]
Layer = tuple[str, Mapping[str, str]]
"""The prefix of some variables of the environment, and the variables."""


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Read the configuration at `path`; see `read`."""
    return read(parse(path), environ, path.parent)


def read(tables: Tables, environ: Mapping[str, str], folder: Path) -> Config:
    """Make a configuration of a file's tables.

    `SHIFTBRIDGE_SECTION__OPTION` (or `SHIFTBRIDGE_OWNERSHIP__LOCKED__START`) sets an option over the file's;
    `OPTION_file` names a file that holds a secret.
    Relative paths are seen from the folder. Raises ConfigError with everything that is wrong.
    """
    return read_pair(*overlaid(tables, [(PREFIX, environ)]), folder)


def read_pair(tables: Tables, named: Mapping[Location, str], folder: Path, prefix: str = PREFIX) -> Config:
    """Make a configuration of tables that the environment is laid over already; see `overlaid`.

    `prefix` is that of the variables which a message may propose. Raises ConfigError with everything that is wrong.
    """
    tables = {section: {} for section in _ACCESS} | tables
    problems = read_secrets(tables, folder)
    place_authorities(tables, folder)
    try:
        config = Config.model_validate(tables)
    except ValidationError as error:
        problems += worded(error, tables, named, prefix)
    if problems:
        raise ConfigError(sorted(set(problems)))
    return config.model_copy(update={"database": placed(config.database, folder)})


def worded(error: ValidationError, tables: Tables, named: Mapping[Location, str], prefix: str = PREFIX) -> list[str]:
    """The sentences for what pydantic found."""
    return [
        sentence(dict(each), tables, named, prefix)
        for one in error.errors(include_url=False)
        for each in _each(dict(one))
    ]


def _each(error: dict[str, Any]) -> list[dict[str, Any]]:
    """An error once for each gap that it is about."""
    reason = error.get("ctx", {}).get("error")
    gaps = reason.gaps if isinstance(reason, NotReady) else ()
    return [error | {"ctx": {"error": gap}} for gap in gaps] or [error]


def parse(path: Path) -> Tables:
    """Read a file of TOML; raises ConfigError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        hint = "write one with `shiftbridge init`, or name another with --config"
        raise ConfigError([f"{path}: there is no such file; {hint}"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{path}: is not text in UTF-8; save it as that"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: is not TOML: {error}"]) from None


def overlaid(tables: Tables, layers: Iterable[Layer]) -> tuple[Tables, dict[Location, str]]:
    """The tables with the options that the environment sets, a later layer over an earlier one.

    With them comes the variable that set an option, by the option's location.
    """
    tables = {name: dict(table) if isinstance(table, dict) else table for name, table in tables.items()}
    named: dict[Location, str] = {}
    for prefix, environ in layers:
        for name, value in environ.items():
            # Other names of that prefix are not ours: an orchestrator sets SHIFTBRIDGE_PORT for a service of that name.
            section, split, option = name.removeprefix(prefix).lower().partition("__")
            if name.startswith(prefix) and split and value:
                named |= _lay_over(tables, section, option, value, prefix)
    return tables, named


def _lay_over(tables: Tables, section: str, option: str, value: str, prefix: str) -> dict[Location, str]:
    """Set one option, and return the locations that a message may name by its variable."""
    known: dict[Location, str] = {}
    if section not in tables and section not in Config.model_fields:
        known[section,] = f"{prefix}{section}".upper()
    outer, deeper, inner = option.partition("__")
    table = tables.setdefault(section, {})
    if not isinstance(table, dict):
        return {}
    if deeper and isinstance(table.get(outer, {}), dict):
        table[outer] = {**table.get(outer, {}), inner: value}
        known[section, outer, inner] = f"{variable(section, outer, prefix)}__{inner}".upper()
    else:
        table.pop(option.removesuffix("_file") if option.endswith("_file") else f"{option}_file", None)
        table[option] = value
    return known | {(section, outer): variable(section, outer, prefix)}


def read_secrets(tables: Tables, folder: Path) -> list[str]:
    """Put the content of each `OPTION_file` in the option's place, and return what went wrong."""
    problems = []
    for section, model in _ACCESS.items():
        table = tables[section]
        secrets = [name for name, field in model.model_fields.items() if field.annotation is SecretStr]
        for option in secrets if isinstance(table, dict) else ():
            if f"{option}_file" in table:
                problems += _read_secret(table, option, folder, f"{section}.{option}_file")
    return problems


def _read_secret(table: Tables, option: str, folder: Path, where: str) -> list[str]:
    name = table.pop(f"{option}_file")
    if table.get(option):
        return [f"{where}: {option} is set too; keep one of the two"]
    table[option] = f"unread {option}"  # two secrets that cannot be read are not the same one
    if not isinstance(name, str):
        return [f"{where}: must be the name of a file, in quotes"]
    try:
        table[option] = (folder / name).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        return [f"{where}: {folder / name} cannot be read: {error.strerror}"]
    except UnicodeDecodeError:
        return [f"{where}: {folder / name} is not text in UTF-8"]
    return [] if table[option] else [f"{where}: {folder / name} is empty"]


def place_authorities(tables: Tables, folder: Path) -> None:
    """Make the path of the authorities' file absolute, where there is one."""
    table = tables.get("connection")
    if isinstance(table, dict) and isinstance(name := table.get("ca_file"), str) and name:
        table["ca_file"] = str((folder / Path(name).expanduser()).absolute())


def placed(database: DatabaseSection, folder: Path) -> DatabaseSection:
    """The section with a SQLite file's path made absolute."""
    prefix, slashes, path = database.url.partition(":///")
    if prefix != "sqlite":
        return database
    url = f"{prefix}{slashes}{(folder / Path(path).expanduser()).absolute()}"
    return database.model_copy(update={"url": url})
