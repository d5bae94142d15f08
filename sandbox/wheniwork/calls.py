"""One API call as a handler sees it: who calls, with what query, path and body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.wheniwork import records
from sandbox.wheniwork.answers import NOT_FOUND as NOT_FOUND_CODE
from sandbox.wheniwork.answers import ApiError, forbidden, invalid
from sandbox.wheniwork.fields import Converter, Setting, flag, ids, read_fields
from sandbox.wheniwork.phrases import Moment, read_moment
from sandbox.wheniwork.records import Record, rendered
from sandbox.wheniwork.state import WhenIWorkState

_RANKS = {records.ADMIN: 3, records.MANAGER: 3, records.SUPERVISOR: 2}


class Query:
    """A query string read leniently: `ids=1,2`, `ids=1&ids=2`, `ids[]=1&ids[]=2` and `ids[0]=1` are the same."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.partition("[")[0], []).append(value)

    def texts(self, name: str) -> list[str]:
        """Every value given under the name, commas split, or nothing."""
        return [part.strip() for value in self._values.get(name, []) for part in value.split(",") if part.strip()]

    def text(self, *names: str) -> str | None:
        """The last value of the first of these names that is there."""
        return next((self._values[name][-1] for name in names if name in self._values), None)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean in any spelling of When I Work reference 3.1."""
        found = self.text(name)
        return default if found is None else flag(found)

    def ids(self, name: str) -> list[int] | None:
        """Ids under the name; None when the name is absent or empty, a 400 for what is no id."""
        texts = self.texts(name)
        try:
            return ids(texts) if texts else None
        except ValueError as error:
            raise invalid(f"The value of {name} is invalid.") from error


@dataclass(frozen=True)
class Call:
    """A call by a user who is logged in; `body` is the decoded JSON ({} when there is none)."""

    state: WhenIWorkState
    user: Record
    zone: ZoneInfo
    query: Query
    path: Mapping[str, str]
    body: Any

    @property
    def setting(self) -> Setting:
        """What spelled moments depend on."""
        return Setting(self.zone, self.state.now())

    @property
    def account_id(self) -> int:
        """The account in which the caller acts."""
        account_id: int = self.user["account_id"]
        return account_id

    @property
    def is_manager(self) -> bool:
        """Whether the caller is a manager or admin."""
        return rank(self.user) >= 3

    @property
    def is_supervisor(self) -> bool:
        """Whether the caller is at least a supervisor."""
        return rank(self.user) >= 2

    def fields(self, converters: Mapping[str, Converter], body: Any = None) -> dict[str, Any]:
        """The known fields of the body (or of one item of it), converted."""
        return read_fields(self.body if body is None else body, converters, self.setting)

    def body_ids(self, name: str) -> list[int]:
        """Ids from the query or from the body; a 400 when neither names any."""
        found = self.query.ids(name) or read_fields(self.body or {}, {name: ids}, self.setting).get(name)
        if not found:
            raise invalid(f"The parameter {name} is required.")
        chosen: list[int] = found
        return chosen

    def moment(self, *names: str) -> Moment | None:
        """The moment given in the query under one of the names; a 400 when it cannot be read."""
        found = self.query.text(*names)
        if not found:
            return None
        try:
            return read_moment(found, self.zone, self.state.now())
        except ValueError as error:
            raise invalid(f"The value of {names[0]} is invalid.") from error

    def find(self, kind: str, raw_id: Any) -> Record:
        """The record of the caller's account with that id, or the answer that there is none (code 4005)."""
        table = self.state.table(kind)
        record = table.get(int(raw_id)) if str(raw_id).isdecimal() and len(str(raw_id)) < 20 else None
        if record is None or record["account_id"] != self.account_id:
            raise not_found(self.state, kind)
        return record

    def show(self, record: Mapping[str, Any]) -> Record:
        """The record as this caller reads it: instants in the caller's zone."""
        return rendered(record, self.zone)

    def require_supervisor(self) -> None:
        """403 with code 3005 for employees."""
        if not self.is_supervisor:
            raise forbidden()

    def require_manager(self) -> None:
        """403 with code 3005 for employees and supervisors."""
        if not self.is_manager:
            raise forbidden()


Handler = Callable[[Call], Any]
Handlers = Mapping[str, Mapping[str, Handler]]
"""Paths of the API, and for each method what answers it."""


def rank(user: Mapping[str, Any]) -> int:
    """3 for managers and admins, 2 for supervisors, 1 for everybody else."""
    return _RANKS.get(user["role"], 1)


def not_found(state: WhenIWorkState, kind: str) -> ApiError:
    """The answer for an id that is not there, in the words recorded for shifts ("No shift found")."""
    words = kind.removesuffix("s").replace("_", " ")
    return ApiError(state.switches.gone_status, f"No {words} found.", NOT_FOUND_CODE)
