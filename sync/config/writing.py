"""Making a commented configuration file out of the options' own descriptions."""

import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

import tomlkit
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from tomlkit import TOMLDocument
from tomlkit.items import Table

from mappings.overriding import possible, sections, spelled
from sync.config.access import WhenIWorkSection, WonoloSection
from sync.config.daemon import DaemonSection
from sync.config.entries import PlaceEntry, SkillEntry
from sync.config.guards import GuardsSection
from sync.config.model import Config, ConnectionSection, DatabaseSection, ScopeSection, SyncSection
from sync.config.ownership import OwnershipSection
from sync.errors import ConfigError

_HEAD = """\
shiftbridge keeps one Wonolo company and one When I Work account equal.

Each option can also be set by an environment variable, as SHIFTBRIDGE_WONOLO__SECRET_KEY, and each secret be kept in
a file of its own: secret_key_file = "path". An option that stands here with its default may be left out."""

_TABLES: dict[str, type[BaseModel]] = {
    "database": DatabaseSection,
    "daemon": DaemonSection,
    "connection": ConnectionSection,
    "wonolo": WonoloSection,
    "wheniwork": WhenIWorkSection,
    "sync": SyncSection,
    "scope": ScopeSection,
    "guards": GuardsSection,
}
_LISTS: dict[str, type[BaseModel]] = {"places": PlaceEntry, "skills": SkillEntry}
_COLUMNS = 116


def commented(values: Mapping[str, Any], without: Collection[str] = ()) -> str:
    """The text of a configuration file with these values, every other option at its default, each one explained.

    `values` has the shape of the file: a mapping per table, a sequence of mappings for places and for skills. A value
    may be a tomlkit item with a comment of its own. Tables named in `without` are left out.
    """
    head = tomlkit.document()
    _put(head, "name", Config.model_fields["name"], values)
    parts = [_comment(_HEAD), tomlkit.dumps(head)]
    for name, model in _TABLES.items():
        if name not in without:
            parts += _section([name], model, values.get(name, {}))
    parts.append(_ownership(values.get("ownership", {})))
    for name, model in _LISTS.items():
        for number, row in enumerate(values.get(name, ())):
            rows = tomlkit.aot()
            rows.append(_table(model, row, explained=number == 0))
            parts.append(("" if number else _comment(str(model.__doc__))) + tomlkit.dumps({name: rows}))
    return "\n".join(parts)


def check_free(path: Path, *, overwrite: bool) -> None:
    """Raise ConfigError when the file is there already and may not be overwritten."""
    if path.exists() and not overwrite:
        raise ConfigError([f"{path}: is there already; name another file with --config, or replace it with --force"])


def write_file(path: Path, text: str, *, overwrite: bool = False) -> None:
    """Write a configuration, whole or not at all, readable by its owner alone, since it may hold secrets.

    Raises ConfigError when the file is there already and may not be overwritten, or cannot be written.
    """
    check_free(path, overwrite=overwrite)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # created with mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError([f"{path}: cannot be written: {error.strerror}"]) from None


def _ownership(values: Mapping[str, Mapping[str, str]]) -> str:
    """The table of rights, but for those without a choice."""
    tables = []
    for section, rights in sections().items():
        choices = {field: spelled(right) for field, right in rights.items() if len(possible(section, field)) > 1}
        if choices:
            table = tomlkit.table()
            _explain(table, str(OwnershipSection.model_fields[section].description))
            for field, right in (choices | dict(values.get(section, {}))).items():
                table.add(field, right)
            tables.append(tomlkit.dumps({"ownership": {section: table}}))
    return _comment(str(OwnershipSection.__doc__)) + "\n".join(tables)


def _section(path: list[str], model: type[BaseModel], values: Mapping[str, Any]) -> list[str]:
    """A table under its description, then the tables within it."""
    document: dict[str, Any] = {path[-1]: _table(model, values, explained=True)}
    for name in path[-2::-1]:
        document = {name: document}
    parts = [_comment(str(model.__doc__)) + tomlkit.dumps(document)]
    for name, field in model.model_fields.items():
        if within := _table_within(field):
            parts += _section([*path, name], within, values.get(name, {}))
    return parts


def _table_within(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _table(model: type[BaseModel], values: Mapping[str, Any], *, explained: bool) -> Table:
    table = tomlkit.table()
    for name, field in model.model_fields.items():
        if _table_within(field):
            continue
        _put(table, name, field, values, explained=explained)
        if f"{name}_file" in values:
            table.add(f"{name}_file", values[f"{name}_file"])
    return table


def _put(
    table: Table | TOMLDocument, name: str, field: FieldInfo, values: Mapping[str, Any], *, explained: bool = True
) -> None:
    """Add one option; one that has no value here and no default stands in a comment, to be filled in."""
    default = None if field.is_required() or f"{name}_file" in values else field.default
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    value = values.get(name, list(default) if isinstance(default, tuple) else default)
    if not explained and value in (default, []):
        return
    if explained and field.description:
        _explain(table, field.description)
    if value is None:
        table.add(tomlkit.comment(f"{name} ="))
    else:
        table.add(name, value)


def _explain(table: Table | TOMLDocument, text: str) -> None:
    for line in wrap(text, _COLUMNS):
        table.add(tomlkit.comment(line))


def _comment(text: str) -> str:
    """Each paragraph of a text as comment lines."""
    lines = [line for paragraph in text.split("\n\n") for line in ("", *wrap(" ".join(paragraph.split()), _COLUMNS))]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines[1:])
