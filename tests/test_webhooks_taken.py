"""Webhooks that are genuine: stored before they are answered, once each, whatever they say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine
from structlog.testing import capture_logs

from sandbox.webhook_bodies import webhook_body
from sync.mirror.store import Store
from tests.webhook_door import JOB, Door, configured

SHIFT = {"events": [{"uuid": "u1", "type": "shifts::updated", "data": {"shiftId": "12", "fields": {}}}]}


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """A door over a store of the test's own."""
    store = Store.open(database_url)
    yield Door(store)
    store.close()


async def test_a_webhook_is_stored_and_wakes_its_pair(door: Door) -> None:
    """Both services name records, which are marked; nothing else of what they say is kept."""
    with capture_logs() as lines:
        answers = [await door.signed("wonolo", JOB), await door.signed("wheniwork", SHIFT)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"status": "taken"})] * 2
    assert (door.waiting(), door.marked(), door.pair.woken) == ({("job", 7, 1), ("shift", 12, 1)}, set(), 2)
    assert door.counted == [("main", "wonolo", "taken"), ("main", "wheniwork", "taken")]
    line = {"event": "webhook", "log_level": "info", "pair": "main", "outcome": "taken", "records": 1}
    assert lines == [line | {"system": "wonolo"}, line | {"system": "wheniwork"}]


async def test_a_double_is_counted_and_costs_nothing(door: Door) -> None:
    """The pair is not woken again; a second event about the same record is no double."""
    await door.signed("wonolo", JOB)
    door.pass_time(minutes=7)
    double = await door.signed("wonolo", JOB)
    assert (double.status_code, double.json()) == (200, {"status": "double"})
    await door.signed("wheniwork", SHIFT)
    await door.signed("wheniwork", SHIFT)
    assert (door.waiting(), door.pair.woken) == ({("job", 7, 1), ("shift", 12, 1)}, 2)
    await door.signed("wonolo", {"job": {**JOB["job"], "state": "cancelled"}})
    assert door.waiting() == {("job", 7, 2), ("shift", 12, 1)}
    assert door.outcomes == ["taken", "double", "taken", "double", "taken"]


async def test_what_is_replayed_after_a_day_costs_one_reading(door: Door) -> None:
    """It is a hint like any other: nothing in it is believed."""
    await door.signed("wheniwork", SHIFT)
    door.pass_time(hours=23)
    await door.signed("wheniwork", SHIFT, **{"X-Webhook-Id": "another"})
    door.pass_time(hours=1)
    await door.signed("wheniwork", SHIFT)
    assert door.outcomes == ["taken", "double", "taken"]


@pytest.mark.parametrize(
    ("fault", "outcome", "records"),
    [("webhook_unknown", "unknown", 0), ("webhook_malformed", "malformed", 0), ("webhook_deep", "malformed", 0)],
)
async def test_what_nobody_understands_has_the_nearest_parts_read(
    door: Door, fault: str, outcome: str, records: int
) -> None:
    """The service signed it, so it is stored and answered with 200; the log says that it was strange."""
    contents: list[tuple[str, Any]] = [("wonolo", JOB), ("wheniwork", SHIFT)]
    with capture_logs() as lines:
        answers = [await door.signed(system, webhook_body(content, fault)) for system, content in contents]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (door.waiting(), door.marked(), door.pair.woken) == (set(), {"requests", "soon", "later"}, 2)
    assert door.outcomes == [outcome, outcome]
    assert [(line["log_level"], line["records"]) for line in lines] == [("warning", records)] * 2


async def test_while_keys_are_changed_both_secrets_are_taken(door: Door) -> None:
    """The header may have another name, too; a reload is in force at once."""
    secrets = {"webhook_secret": "new", "previous_webhook_secret": "old"}
    door.pair.config = configured(secrets, secrets | {"webhook_header": "X-Wonolo-Webhook-Token"})
    for number, secret in enumerate(["new", "old", "sk"], start=1):
        await door.signed("wonolo", {"job": {"id": number}}, secret)
    assert door.outcomes == ["taken", "taken", "forged"]
    door.pair.config = configured(secrets)
    await door.signed("wheniwork", SHIFT)
    assert door.outcomes[-1] == "taken"


async def test_what_cannot_be_stored_is_not_taken_and_comes_again(door: Door, database_url: str) -> None:
    """All or nothing: the second time it is no double."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE look RENAME TO away")
    with capture_logs() as lines:
        answer = await door.signed("wonolo", b"{")
    assert (answer.status_code, answer.headers["retry-after"], door.pair.woken) == (503, "30", 0)
    assert [(line["outcome"], line["log_level"]) for line in lines] == [("not_stored", "warning")]
    assert "cannot be used" in lines[0]["reason"]
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO look")
    engine.dispose()
    await door.signed("wonolo", b"{")
    assert (door.outcomes, door.marked()) == (["not_stored", "malformed"], {"requests"})


async def test_many_at_once_are_each_taken_once(door: Door) -> None:
    """Forty webhooks and as many doubles, about ten records."""
    contents = [{"job": {"id": number % 10 + 1, "at": number}} for number in range(40)] * 2
    await asyncio.gather(*(door.signed("wonolo", content) for content in contents))
    assert sorted(door.outcomes) == ["double"] * 40 + ["taken"] * 40
    assert door.waiting() == {("job", number, 4) for number in range(1, 11)}


async def test_a_database_that_is_busy_for_long_keeps_no_sender_waiting(door: Door) -> None:
    """It comes again; what was stored after all by then is a double, so that it counts once."""
    hurried = Door(door.store, patience_seconds=0.2)
    with door.store.begin("main") as tx:
        tx.dirty.mark([("job", 7)], door.now)
        answer = await hurried.signed("wonolo", JOB)
    assert (answer.status_code, answer.headers["retry-after"], hurried.outcomes) == (503, "30", ["not_stored"])
    assert (await door.signed("wonolo", JOB)).status_code == 200
    assert door.waiting() == {("job", 7, 2)}
