"""Webhooks that come together are stored together, each for itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event

from sync.daemon.storing import Storing, Webhook
from sync.errors import StoreError
from sync.mirror.dirty import DirtyRecord
from sync.mirror.looks import LastLook
from sync.mirror.store import Store
from tests.webhook_door import NOON


def webhook(body: str, seconds: int = 0) -> Webhook:
    """One of Wonolo that came so long after noon."""
    return Webhook("wonolo", body.encode(), {}, NOON + timedelta(seconds=seconds))


async def test_a_burst_is_stored_in_commits_of_fifty(database_url: str) -> None:
    """However many came, and each of them is new."""
    store, commits = Store.open(database_url), list[object]()
    event.listen(store._engine, "commit", commits.append)
    storing = Storing("main")
    burst = [webhook(f'{{"job": {{"id": {number}}}}}') for number in range(1, 121)]
    found = await asyncio.gather(*(storing.store(store, one) for one in burst))
    assert [(hint.records, new) for hint, new in found] == [((("job", number),), True) for number in range(1, 121)]
    assert len(commits) == 3
    store.close()


async def test_of_doubles_that_come_together_the_first_is_new(database_url: str) -> None:
    """A record keeps when the first word of it came, a part when the last one did."""
    store, storing = Store.open(database_url), Storing("main")
    bodies = ('{"job": {"id": 7}}', "{", '{"job": {"id": 7}}', '{"job": {"id": 7, "state": "filled"}}')
    came = [webhook(body, second) for second, body in enumerate(bodies)]
    found = await asyncio.gather(*(storing.store(store, one) for one in came))
    assert [new for _, new in found] == [True, True, False, True]
    with store.begin("main") as tx:
        assert tx.dirty.oldest(10) == [DirtyRecord(NOON, "job", 7, 2)]
        tx.looks.looked("requests", NOON + timedelta(seconds=2))
        assert tx.looks.all() == {"requests": LastLook(NOON + timedelta(seconds=2), marked=True)}
    store.close()


async def test_what_cannot_be_stored_is_said_to_every_sender_and_stops_nothing(sqlite_url: str) -> None:
    """Those that come later are stored."""
    store, storing = Store.open(sqlite_url), Storing("main")
    broken = Store.unopened("sqlite:////nowhere/at/all.db")
    came_of = await asyncio.gather(
        *(storing.store(broken, webhook(body)) for body in ("{", "[")), return_exceptions=True
    )
    assert [type(error) for error in came_of] == [StoreError, StoreError]
    with pytest.raises(AttributeError):
        await storing.store(None, webhook("{"))  # type: ignore[arg-type] # a mistake of ours
    assert (await storing.store(store, webhook("{")))[1]
    store.close()
