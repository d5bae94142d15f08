"""Reading a configuration: the file, then what the environment sets over it, then the secrets kept in files."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from sync.config.model import Config, WhenIWorkSection, WonoloSection
from sync.config.problems import Location, sentence
from sync.errors import ConfigError

_PREFIX = "SHIFTBRIDGE_"
_ACCESS: dict[str, type[BaseModel]] = {"wonolo": WonoloSection, "wheniwork": WhenIWorkSection}

Tables = dict[str, Any]


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Read the configuration at `path`; see `read`."""
    return read(_parse(path), environ, path.parent)


def read(tables: Tables, environ: Mapping[str, str], folder: Path) -> Config:
    """Make a configuration of a file's tables.

    `SHIFTBRIDGE_SECTION__OPTION` (or `SHIFTBRIDGE_OWNERSHIP__LOCKED__START`) sets an option over the file's;
    `OPTION_file` names a file that holds a secret.
    Relative paths are seen from the folder. Raises ConfigError with everything that is wrong.
    """
    tables = {name: dict(table) if isinstance(table, dict) else table for name, table in tables.items()}
    for section in _ACCESS:
        tables.setdefault(section, {})
    from_environment = _overlay(tables, environ)
    problems = _read_secrets(tables, folder)
    _place_authorities(tables, folder)
    try:
        config = Config.model_validate(tables)
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems += [sentence(dict(one), tables, from_environment) for one in found]
    if problems:
        raise ConfigError(sorted(set(problems)))
    database = config.database.model_copy(update={"url": _placed(config.database.url, folder)})
    return config.model_copy(update={"database": database})


def _parse(path: Path) -> Tables:
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


def _overlay(tables: Tables, environ: Mapping[str, str]) -> set[Location]:
    """Set the options that the environment names, and return which they are."""
    named: set[Location] = set()
    for name, value in environ.items():
        # Other names of that prefix are not ours: an orchestrator sets SHIFTBRIDGE_PORT for a service of that name.
        section, split, option = name.removeprefix(_PREFIX).lower().partition("__")
        table = tables.setdefault(section, {}) if split and value and name.startswith(_PREFIX) else None
        if isinstance(table, dict):
            outer, deeper, inner = option.partition("__")
            named.add((section, outer))
            if deeper and isinstance(table.get(outer, {}), dict):
                table[outer] = {**table.get(outer, {}), inner: value}
                continue
            table.pop(option.removesuffix("_file") if option.endswith("_file") else f"{option}_file", None)
            table[option] = value
    return named


def _read_secrets(tables: Tables, folder: Path) -> list[str]:
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
    if option in table:
        return [f"{where}: {option} is set too; keep one of the two"]
    table[option] = "unread"
    if not isinstance(name, str):
        return [f"{where}: must be the name of a file, in quotes"]
    try:
        table[option] = (folder / name).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        return [f"{where}: {folder / name} cannot be read: {error.strerror}"]
    except UnicodeDecodeError:
        return [f"{where}: {folder / name} is not text in UTF-8"]
    return [] if table[option] else [f"{where}: {folder / name} is empty"]


def _place_authorities(tables: Tables, folder: Path) -> None:
    """Make the path of the authorities' file absolute, where there is one."""
    table = tables.get("connection")
    if isinstance(table, dict) and isinstance(name := table.get("ca_file"), str) and name:
        table["ca_file"] = str((folder / Path(name).expanduser()).absolute())


def _placed(url: str, folder: Path) -> str:
    """The URL with a SQLite file's path made absolute."""
    prefix, slashes, path = url.partition(":///")
    return f"{prefix}{slashes}{(folder / Path(path).expanduser()).absolute()}" if prefix == "sqlite" else url
