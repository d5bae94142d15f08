"""What is wrong with a configuration, in sentences that say where and what to do."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from sync.config.model import Config

Location = tuple[int | str, ...]

_KINDS = {
    "string": "text, in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "tuple": "a list, in square brackets",
    "model": "a table of options",
    "dict": "a table of options",
}


def variable(section: str, option: str, prefix: str = "SHIFTBRIDGE_") -> str:
    """The environment variable that sets an option."""
    return f"{prefix}{section}__{option}".upper()


def sentence(
    error: Mapping[str, Any], tables: Mapping[str, Any], named: Mapping[Location, str], prefix: str = "SHIFTBRIDGE_"
) -> str:
    """Word one error of pydantic as `where: what is wrong and what to do`; a secret's value is never in it.

    `named` are the variables that set options; `prefix` is that of a variable which the sentence may propose.
    """
    location: Location = error["loc"]
    kind: str = error["type"]
    words: Callable[[Mapping[str, Any]], str] = {
        "missing": lambda error: _missing(error, prefix),
        "extra_forbidden": _unknown,
        "value_error": _refused,
        "literal_error": _not_among,
    }.get(kind, _out_of_range)
    if kind.endswith(("_type", "_parsing", "_from_float")):
        words = _wrong_type
    return f"{_where(location, tables, named)}: {words(error)}"


def _where(location: Location, tables: Mapping[str, Any], named: Mapping[Location, str]) -> str:
    """`sync.horizon_days`, `$SHIFTBRIDGE_SYNC__HORIZON_DAYS`, or `places no. 2 (Airport Hub).zip`."""
    if not location:
        return "wonolo.write"
    if location in named:
        return f"${named[location]}"
    if len(location) < 2 or isinstance(location[1], str):
        return ".".join(map(str, location))
    section, index, *rest = location
    row = tables[str(section)][index]
    name = f" ({row['name']})" if isinstance(row, dict) and row.get("name") else ""
    return f"{section} no. {int(index) + 1}{name}" + "".join(f".{part}" for part in rest[:1])


def _missing(error: Mapping[str, Any], prefix: str) -> str:
    section, option = error["loc"][0], error["loc"][-1]
    model = _model(error["loc"])
    if model and model.model_fields[option].annotation is SecretStr:
        place = variable(section, option, prefix)
        return f"is missing; set it under [{section}], in ${place}, or name a file in {option}_file"
    return "is missing"


def _unknown(error: Mapping[str, Any]) -> str:
    location = error["loc"]
    option = str(location[-1])
    near = get_close_matches(option, _options(location), 1)
    if near:
        return f"there is no such option; did you mean {near[0]}?"
    for table in _tables(Config):
        if option in _options((*table, option)) and table != location[:-1]:
            return f"there is no such option here; there is one under [{'.'.join(table)}]"
    return f"there is no such option; there are {', '.join(sorted(_options(location)))}"


def _refused(error: Mapping[str, Any]) -> str:
    return str(error["ctx"]["error"])


def _not_among(error: Mapping[str, Any]) -> str:
    expected = error["ctx"]["expected"].replace("'", '"')
    return f"must be {expected}, in quotes; it is {error['input']!r}"


def _wrong_type(error: Mapping[str, Any]) -> str:
    kind = error["type"].split("_")[0]
    return f"must be {_KINDS.get(kind, kind)}"


def _out_of_range(error: Mapping[str, Any]) -> str:
    return str(error["msg"]).replace("Input should", "must").replace("String should", "must")


def _model(location: Location) -> type[BaseModel] | None:
    """The table that the location's option is in."""
    model: type[BaseModel] | None = Config
    for part in location[:-1]:
        if isinstance(part, str):
            model = _table_of(model.model_fields.get(part)) if model else None
    return model


def _table_of(field: FieldInfo | None) -> type[BaseModel] | None:
    """The table that an option is, or that each row of its list is."""
    kinds = [field.annotation, *get_args(field.annotation)] if field else []
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _tables(model: type[BaseModel], *within: str) -> Iterator[tuple[str, ...]]:
    """The names of all tables, those within tables too, as `("daemon", "poll")`."""
    for name, field in model.model_fields.items():
        if table := _table_of(field):
            yield (*within, name)
            yield from _tables(table, *within, name)


def _options(location: Location) -> list[str]:
    model = _model(location)
    return list(model.model_fields) if model else []
