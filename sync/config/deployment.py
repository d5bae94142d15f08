"""The pairs that one process serves: that of one file, or those of a folder with what they share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sync.config.daemon import DaemonSection
from sync.config.environment import SHARED, Problems, Variables, prefix_of, sorted_out
from sync.config.loading import PREFIX, Tables, load, overlaid, parse, place_authorities, placed, read_pair, worded
from sync.config.model import Config, ConnectionSection, DatabaseSection
from sync.config.section import Section
from sync.errors import ConfigError

SHARED_FILE = "shiftbridge.toml"
PAIRS = "pairs"
NOT_IN_PAIRS = ("database", "daemon")
"""The tables that stand in the shared file alone."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")  # no dot at first: "." and ".." are no names of files


@dataclass(frozen=True)
class Deployment:
    """The pairs of a file or folder, in the order of their names, each with the shared sections merged in.

    `files` are the files they were read from, by the same names.
    """

    path: Path
    daemon: DaemonSection
    database: DatabaseSection
    pairs: dict[str, Config]
    files: dict[str, Path] = field(default_factory=dict)


class _Shared(Section):
    database: DatabaseSection = DatabaseSection()
    daemon: DaemonSection = DaemonSection()
    connection: ConnectionSection = ConnectionSection()


@dataclass
class _Found:
    """The usable pairs of a folder, what is wrong with all of it, and what is wrong with each other pair."""

    deployment: Deployment
    problems: list[str]
    wrong: Problems

    @property
    def everything_wrong(self) -> ConfigError:
        """All problems, each once, those of the whole folder first."""
        problems = [*self.problems, *(problem for name in sorted(self.wrong) for problem in self.wrong[name])]
        return ConfigError(list(dict.fromkeys(problems)))


def folder_of(file: Path) -> Path | None:
    """Return the folder of several pairs that a file is one pair of, or is to become; None where it stands alone."""
    folder = file.absolute().parent
    return folder.parent if folder.name == PAIRS and (folder.parent / SHARED_FILE).is_file() else None


def load_deployment(path: Path, environ: Mapping[str, str]) -> Deployment:
    """Read a file with one pair, or a folder: `shiftbridge.toml` with what is shared, `pairs/*.toml` with a pair each.

    `SHIFTBRIDGE_PAIR_NAME__SECTION__OPTION` sets an option of one pair of a folder, `SHIFTBRIDGE_SECTION__OPTION` one
    that is shared. Raises ConfigError with everything that is wrong in all files.
    """
    if not path.is_dir():
        return _of_one_file(path, environ)
    found = _read_folder(path, environ)
    if found.problems or found.wrong:
        raise found.everything_wrong
    return found.deployment


def load_deployment_leniently(path: Path, environ: Mapping[str, str]) -> tuple[Deployment, dict[str, ConfigError]]:
    """Read a file or folder, and return the usable pairs and, by name, what is wrong with each other.

    A file that is no TOML goes by its own name without `.toml`, as the name in it is not known: `Deployment.files` of
    an earlier reading says which pair it held. Raises ConfigError when what is shared is wrong, or every pair is.
    """
    if not path.is_dir():
        return _of_one_file(path, environ), {}
    found = _read_folder(path, environ)
    if found.problems or not found.deployment.pairs:
        raise found.everything_wrong
    return found.deployment, {name: ConfigError(found.wrong[name]) for name in sorted(found.wrong)}


def _of_one_file(path: Path, environ: Mapping[str, str]) -> Deployment:
    if folder := folder_of(path):
        # Alone it would have another database than its daemon, and make anew what is there.
        hint = f"use --config {folder} and --pair with its name"
        raise ConfigError([f"{path}: is a pair of the folder {folder}; {hint}"])
    config = load(path, environ)
    return Deployment(path, config.daemon, config.database, {config.name: config}, {config.name: path})


def _read_folder(path: Path, environ: Mapping[str, str]) -> _Found:
    parsed, wrong = _parse_pairs(path / PAIRS)
    names = {file: _name(file, tables) for file, tables in parsed.items()}
    variables = sorted_out(environ, [*names.values(), *wrong], complete=not wrong)
    shared, problems = _read_shared(path, variables)
    problems += variables.unclear
    if not parsed and not wrong:
        problems.append(f"{path}: holds no pairs; put a file for each into {path / PAIRS}, or name one with --config")
    pairs: dict[str, Config] = {}
    for file, tables in parsed.items():
        try:
            pairs[names[file]] = _read_pair(file, tables, names[file], shared, variables)
        except ConfigError as error:
            _add(wrong, names[file], error.problems)
    for name, twice in _named_twice(names).items():
        _add(wrong, name, [f"{' and '.join(map(str, twice))}: both name their pair {name!r}; rename one of them"])
    for twins in _same_accounts(pairs):
        words = " and ".join(str(file) for file, name in names.items() if name in twins)
        for name in twins:
            _add(wrong, name, [f"{words}: both name the same two accounts, so each would write all; take one out"])
    for name, unclear in variables.wrong.items():
        _add(wrong, name, unclear)
    usable = {name: pairs[name] for name in sorted(pairs) if name not in wrong}
    files = {name: file for file, name in names.items() if name in usable}
    return _Found(Deployment(path, shared.daemon, shared.database, usable, files), problems, wrong)


def _parse_pairs(folder: Path) -> tuple[dict[Path, Tables], Problems]:
    """The tables of each file, in order, and what is wrong with those that are no TOML."""
    parsed: dict[Path, Tables] = {}
    wrong: Problems = {}
    for file in sorted(folder.glob("*.toml")):
        if file.name.startswith("."):
            continue  # an editor's, or one that is being written
        try:
            parsed[file] = parse(file)
        except ConfigError as error:
            wrong[file.stem] = error.problems
    return parsed, wrong


def _name(file: Path, tables: Tables) -> str:
    name = tables.get("name")
    return name if isinstance(name, str) and name else file.stem


def _named_twice(names: Mapping[Path, str]) -> dict[str, list[Path]]:
    by_name: dict[str, list[Path]] = {}
    for file, name in names.items():
        by_name.setdefault(name, []).append(file)
    return {name: files for name, files in by_name.items() if len(files) > 1}


def _same_accounts(pairs: Mapping[str, Config]) -> list[list[str]]:
    """The names of pairs that are the same company in Wonolo and the same account in When I Work."""
    by_accounts: dict[tuple[str, ...], list[str]] = {}
    for name, config in pairs.items():
        wonolo, wheniwork = config.wonolo, config.wheniwork
        account = str(wheniwork.account_id or wheniwork.email.get_secret_value())
        keys = (wonolo.api_key.get_secret_value(), wheniwork.key.get_secret_value())
        by_accounts.setdefault((wonolo.base_url, wheniwork.base_url, *keys, account), []).append(name)
    return [names for names in by_accounts.values() if len(names) > 1]


def _read_shared(path: Path, variables: Variables) -> tuple[_Shared, list[str]]:
    """Return what the pairs share, and what is wrong with it; the defaults where it cannot be used."""
    file = path / SHARED_FILE
    if not file.exists():
        todo = "write one with the [database] and [daemon] of all pairs; it may be empty"
        return _Shared(), [f"{path}: holds no {SHARED_FILE}; {todo}"]
    try:
        tables = parse(file)
    except ConfigError as error:
        return _Shared(), error.problems
    misplaced = [name for name in tables if name in Config.model_fields and name not in SHARED]
    problems = [f"{name}: belongs in the file of a pair, in {path / PAIRS}" for name in misplaced]
    tables, named = overlaid(
        {name: tables[name] for name in tables if name not in misplaced}, [(PREFIX, variables.shared)]
    )
    place_authorities(tables, path)
    shared = _Shared()
    try:
        shared = _Shared.model_validate(tables)
    except ValidationError as error:
        problems += worded(error, tables, named)
    shared = shared.model_copy(update={"database": placed(shared.database, path)})
    return shared, _in(file, problems)


def tables_of(path: Path, environ: Mapping[str, str], pair: str) -> tuple[Path, Tables]:
    """Return the file of a pair and its tables, with what the environment sets and the folder shares laid over them.

    Nothing is checked. Raises ConfigError where there is no such pair, or its file is no TOML.
    """
    if not path.is_dir():
        return path, overlaid(parse(path), [(PREFIX, environ)])[0]
    parsed, wrong = _parse_pairs(path / PAIRS)
    names = {file: _name(file, tables) for file, tables in parsed.items()}
    found = [file for file, name in names.items() if name == pair or (not pair and len(names) == 1)]
    if len(found) != 1:
        raise ConfigError([f"{path}: holds no pair {pair!r} that can be read"])
    variables = sorted_out(environ, [*names.values(), *wrong], complete=not wrong)
    shared, _ = _read_shared(path, variables)
    tables, _ = overlaid(parsed[found[0]], variables.layers(names[found[0]]))
    return found[0], _merged(tables, names[found[0]], shared)


def _merged(tables: Tables, name: str, shared: _Shared) -> Tables:
    """The tables of a pair with what all pairs of the folder share."""
    connection = _connection(tables.get("connection", {}), shared.connection)
    common = {"database": shared.database, "daemon": shared.daemon, "connection": connection}
    return {"name": name, **tables, **common}


def _read_pair(file: Path, tables: Tables, name: str, shared: _Shared, variables: Variables) -> Config:
    tables, named = overlaid(tables, variables.layers(name))
    problems = []
    for section in NOT_IN_PAIRS:
        if section in tables:
            where = next((f"${name}" for location, name in named.items() if location[0] == section), section)
            problems.append(f"{where}: belongs in {file.parent.parent / SHARED_FILE}, as all pairs share it")
    if not _NAME.fullmatch(name):
        problems.append(f"name: {name!r} must fit addresses and file names: letters, digits, -, _ and . alone")
    try:
        config = read_pair(_merged(tables, name, shared), named, file.parent, prefix_of(name))
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(_in(file, problems))
    return config


def _connection(own: Any, shared: ConnectionSection) -> Any:
    """A pair's connection over the shared one; an empty option is one that the pair leaves out."""
    if not isinstance(own, dict):
        return own
    return shared.model_dump() | {option: value for option, value in own.items() if value != ""}


def _in(file: Path, problems: list[str]) -> list[str]:
    """The problems with their file, but for those of the environment."""
    return [problem if problem.startswith("$") else f"{file}: {problem}" for problem in problems]


def _add(wrong: Problems, name: str, problems: list[str]) -> None:
    wrong.setdefault(name, []).extend(problems)
