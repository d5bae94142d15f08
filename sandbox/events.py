"""What the webhooks of both services tell, gathered from what has happened in them since the last look."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.webhooks import Target, Webhooks
from sandbox.wheniwork.dates import ZERO_DATE
from sandbox.wheniwork.records import Record, shift_record, user_record
from sandbox.wheniwork.state import WhenIWorkState
from sandbox.wonolo.announcements import Announcement, take_announcements
from sandbox.wonolo.state import WonoloState

_KINDS = {"shifts": "shiftId", "users": "userId"}
_BLANK = {"shifts": shift_record, "users": user_record}
_DATE_ENDINGS = ("_at", "_date", "_login")


def tell_wonolo(state: WonoloState, webhooks: Webhooks) -> None:
    """Post a call for each state change of a JobRequest or Job (Wonolo reference 11)."""
    for announcement in take_announcements(state):
        webhooks.post("wonolo", _wonolo_body(webhooks.targets["wonolo"], announcement), announcement.at)


def _wonolo_body(target: Target, announcement: Announcement) -> Record:
    record = announcement.record
    if target.body == "bare":
        return record
    if target.body == "hint":
        return {"resource": announcement.name, "id": record["id"], "state": record["state"]}
    return {announcement.name: record}


class Watch:
    """Looks at When I Work's shifts and users, and posts what changed in batches (When I Work reference 9.1)."""

    def __init__(self, state: WhenIWorkState, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks
        self._seen = {kind: _copied(state.table(kind)) for kind in _KINDS}
        self._gathered: list[Record] = []
        self._ends_at = state.clock.now()

    def look(self) -> None:
        """Gather what has changed since the last look; post the batch once its time has come."""
        now = self._state.clock.now()
        events = [event for kind in _KINDS for event in self._events(kind)]
        if events and not self._gathered:
            self._ends_at = now + timedelta(seconds=self._webhooks.targets["wheniwork"].batch_seconds)
        self._gathered += events
        if self._gathered and self._ends_at <= now:
            sent = {"sentAt": _nanoseconds(self._ends_at)}
            batch, self._gathered = [event | sent for event in self._gathered], []
            self._webhooks.post("wheniwork", {"events": batch}, self._ends_at)

    @property
    def gathering(self) -> bool:
        """Whether events wait for the end of their batch."""
        return bool(self._gathered)

    def _events(self, kind: str) -> Iterator[Record]:
        before, now = self._seen[kind], self._state.table(kind)
        for number, record in now.items():
            if number not in before:
                blank = _BLANK[kind]({"id": number}, record["created_at"])
                yield self._event(kind, number, "created", _differences(record, blank, created=True))
            elif fields := _differences(record, before[number], created=False):
                yield self._event(kind, number, "updated", fields)
        for number in before.keys() - now.keys():
            yield self._event(kind, number, "deleted", {})
        self._seen[kind] = _copied(now)

    def _event(self, kind: str, number: int, verb: str, fields: Record) -> Record:
        history = self._state.history.of(number)
        actor = history[-1].actor_id if history else self._state.admin()["id"]
        return {
            "uuid": str(uuid.UUID(int=self._webhooks.rng.getrandbits(128), version=4)),
            "type": f"{kind}::{verb}",
            "userId": str(actor),
            "createdAt": _nanoseconds(self._state.clock.now()),
            "data": {_KINDS[kind]: str(number), "fields": fields},
        }


def _copied(table: Mapping[int, Record]) -> dict[int, Record]:
    return {number: dict(record) for number, record in table.items()}


def _differences(record: Record, before: Record, *, created: bool) -> Record:
    """The plain fields that differ, in camel case; of a new record the old values are null."""
    changed = [name for name, value in record.items() if not isinstance(value, list | dict) and before[name] != value]
    return {
        _camel(name): {"new": _spelled(name, record[name]), "old": None if created else _spelled(name, before[name])}
        for name in changed
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _spelled(name: str, value: Any) -> Any:
    """UTC without a zone, booleans as 1, zero dates for what is unset (When I Work reference 9.1)."""
    if value == ZERO_DATE or (value is None and name.endswith(_DATE_ENDINGS)):
        return "0000-00-00 00:00:00"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return int(value) if isinstance(value, bool) else value


def _nanoseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
