"""What the webhooks of both services tell, gathered from what has happened in them since the last look."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.targets import Target
from sandbox.webhooks import Webhooks
from sandbox.wheniwork.dates import ZERO_DATE
from sandbox.wheniwork.records import Record, shift_record, user_record
from sandbox.wheniwork.state import ACCOUNT_ID, WhenIWorkState
from sandbox.wonolo.announcements import Announcement, take_announcements
from sandbox.wonolo.state import WonoloState

_KINDS = {"shifts": "shiftId", "users": "userId"}
_BLANK = {"shifts": shift_record, "users": user_record}
_DATE_ENDINGS = ("_at", "_date", "_login")
_COMPUTED = "is_open"


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
    """Looks at When I Work's shifts and users, and posts what changed in batches (When I Work reference 9.1 and 13.6).

    Webhooks belong to one account, the sandbox's first.
    """

    def __init__(self, state: WhenIWorkState, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks
        self._seen = {kind: _copied(state.table(kind)) for kind in _KINDS}
        self._sent = len(state.sent)
        self._gathered: list[Record] = []
        self._ends_at = state.clock.now()

    def look(self) -> None:
        """Gather what has changed since the last look; post the batch once its time has come."""
        now = self._state.clock.now()
        events = [*(event for kind in _KINDS for event in self._events(kind)), *self._invitations()]
        if events and not self._gathered:
            self._ends_at = now + timedelta(seconds=self._webhooks.targets["wheniwork"].batch_seconds)
        self._gathered += events
        if self._gathered and self._ends_at <= now:
            sent = {"sentAt": _milliseconds(self._ends_at)}
            batch, self._gathered = [event | sent for event in self._gathered], []
            headers = {"X-Account-Id": str(ACCOUNT_ID), "X-Webhook-Id": self._uuid()}
            self._webhooks.post("wheniwork", {"events": batch}, self._ends_at, headers)

    @property
    def ends_at(self) -> datetime | None:
        """The instant at which the batch goes for which events wait."""
        return self._ends_at if self._gathered else None

    def _events(self, kind: str) -> Iterator[Record]:
        seen, now = self._seen[kind], self._state.table(kind)
        # Most records are as they were, and to find that out takes one comparison each.
        changed = [one for one in now.items() if one[1] != seen.get(one[0]) and one[1]["account_id"] == ACCOUNT_ID]
        for number, record in changed:
            before = seen.get(number)
            seen[number] = dict(record)
            if before is None:
                yield self._event(kind, number, "created", _differences(record, _blank(kind, record), created=True))
            elif fields := _differences(record, before, created=False):
                yield self._event(kind, number, "updated", fields)
        for number in seen.keys() - now.keys():
            del seen[number]
            yield self._event(kind, number, "deleted", {})

    def _invitations(self) -> Iterator[Record]:
        new, self._sent = self._state.sent[self._sent :], len(self._state.sent)
        for message in new:
            if message["kind"] == "invitation" and message["user_id"] in self._seen["users"]:
                yield self._event("users", message["user_id"], "invited", {})

    def _event(self, kind: str, number: int, verb: str, fields: Record) -> Record:
        history = self._state.history.of(number)
        actor = history[-1].actor_id if history else self._state.admin()["id"]
        return {
            "uuid": self._uuid(),
            "type": f"{kind}::{verb}",
            "userId": str(actor),
            "createdAt": _nanoseconds(self._state.clock.now()),
            "data": {_KINDS[kind]: str(number), "fields": fields},
        }

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._webhooks.rng.getrandbits(128), version=4))


def _copied(table: Mapping[int, Record]) -> dict[int, Record]:
    return {number: dict(record) for number, record in table.items() if record["account_id"] == ACCOUNT_ID}


def _blank(kind: str, record: Record) -> Record:
    """The unset values that a new record is compared with; an unassigned shift always lists its instances."""
    blank = _BLANK[kind]({"id": record["id"]}, record["created_at"])
    return blank | {"instances": 0} if record.get("is_open") else blank


def _differences(record: Record, before: Record, *, created: bool) -> Record:
    """The plain fields that differ, in camel case; of a new record the old values are null."""
    plain = [name for name, value in record.items() if name != _COMPUTED and not isinstance(value, list | dict)]
    changed = [name for name in plain if before[name] != record[name]]
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


def _milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _nanoseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
