"""One record that its service will not show stops nothing but itself: each story has a bad one and a good one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product
from pathlib import Path

import httpx
import pytest

from sandbox.faults import Rule
from sync.clients.exchange import Request, read
from sync.errors import RemoteError
from sync.report import of_outcome
from tests.engine_world import START, Pair, at, copied, open_pair

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"
TEN = "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00"

BODIES = {
    "nothing": b"",
    "text": b"Bad request",
    "page": b"<!DOCTYPE html><html></html>",
    "error": b'{"error": "bad record"}',
    "errors": b'{"errors": ["bad record"]}',
    "fields": b'{"errors": {"id": ["is bad"]}}',
    "coded": b'{"error": "bad record", "code": 2000}',
    "nested": b'{"error": {"code": "BAD", "title": "bad record"}}',
    "list": b"[]",
    "null": b"null",
}
STATUSES = (200, 400, 403, 404, 409, 422, 500)


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet; what is asked of the database is tested elsewhere."""
    async with open_pair(copied(sqlite_template, tmp_path), sync={"times_days": 14}) as opened:
        for client in (opened.engine._wonolo, opened.engine._wheniwork):
            object.__setattr__(client._api._limits, "attempts", 1)
        yield opened


class Bad:
    """Paths that answer with a status and a body instead of a record."""

    def __init__(self, pair: Pair) -> None:
        self.status, self.body, self.paths = 400, b"", frozenset[str]()
        inner = pair.wire._inner
        pair.wire._inner = self  # type: ignore[assignment]  # it stands in between
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer for a bad record, or pass the request on."""
        if request.method == "GET" and request.url.path in self.paths:
            return httpx.Response(self.status, content=self.body)
        return await self._inner.handle_async_request(request)


ANSWERS = [f"{status} {name}" for status, name in zip(STATUSES * 2, BODIES, strict=False)]
"""Each status and each body; that no pair of them stops more than its record is told by the client's own test."""


def spoil(bad: Bad, answer: str, *paths: str) -> None:
    """Let the paths answer so."""
    status, name = answer.split()
    bad.status, bad.body, bad.paths = int(status), BODIES[name], frozenset(paths)


@pytest.mark.parametrize("permissions", [None, frozenset({3005})])
def test_no_answer_about_one_record_is_an_error_of_the_whole_system(permissions: frozenset[int] | None) -> None:
    """Whatever the status and the body, in either service."""
    request = Request("wonolo", "GET", "/jobs/1", "https://a.example/jobs/1")
    for status, body in product(STATUSES, BODIES.values()):
        with pytest.raises(RemoteError) as caught:
            read(request, httpx.Response(status, content=body), permissions, START).record("job")
        assert (status, body, caught.value.spreads) == (status, body, False)


async def test_a_record_that_cannot_be_looked_at_keeps_no_other_from_being_written(pair: Pair) -> None:
    """Whatever its service answers; the row names it, and the run says that something is left."""
    first, second = pair.offer(1), pair.offer(1, start="10:00")
    await pair.settled()
    bad, [one, _] = Bad(pair), pair.requests()
    for seats, answer in enumerate(ANSWERS, 2):
        for stack in (first, second):
            pair.edit(stack, instances=seats)
        spoil(bad, answer, f"/api_v2/job_requests/{one}")
        outcome = await pair.engine.reconcile({"spend": 1e9})
        assert (answer, pair.wonolo_side()[1]) == (answer, f"{TEN}: {seats} open")
        assert of_outcome(outcome, "main").is_pending
        if answer != "404 error":  # which is an answer: it is gone
            assert (answer, [row.change.record for row in outcome.failed]) == (answer, [str(one)])


async def test_a_vanished_shift_that_cannot_be_asked_for_stops_no_reading(pair: Pair) -> None:
    """It stays as it is known, and the others are carried over."""
    first, second = pair.offer(1), pair.offer(1, start="10:00")
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=first)
    bad = Bad(pair)
    for seats, answer in enumerate([row for row in ANSWERS if row[:3] not in ("404", "200")], 2):
        pair.edit(second, instances=seats)
        spoil(bad, answer, f"/2/shifts/{first}")
        outcome = await pair.engine.reconcile({"spend": 1e9})
        assert (answer, pair.wonolo_side()) == (answer, [f"{PICKER}: 1 open", f"{TEN}: {seats} open"])
        assert [(row.verdict, row.kind, row.record) for row in outcome.waiting] == [("blocked", "shift", str(first))]
    bad.paths = frozenset()
    assert await pair.settled() == [f"{TEN}: {seats} open"]


async def test_a_vanished_time_that_cannot_be_asked_for_stops_no_reading(pair: Pair) -> None:
    """Hours of other Jobs are entered meanwhile."""
    pair.offer(1)
    pair.offer(1, start="10:00")
    await pair.settled()
    for name, request in zip(("Ada", "Bruno"), pair.requests(), strict=True):
        pair.accept(name, request)
    await pair.settled()
    pair.world.advance(at(2, "16:30") - pair.world.clock.now())
    await pair.engine.reconcile()
    [time] = [row["id"] for row in pair.world.wheniwork.table("times").values() if "[sb:" in (row["notes"] or "")]
    del pair.world.wheniwork.table("times")[time]
    bad = Bad(pair)
    spoil(bad, "403 error", f"/2/times/{time}")
    pair.world.advance(timedelta(hours=2))
    outcome = await pair.engine.reconcile()
    assert [row.key for row in outcome.done if row.kind == "time"] != []
    assert [(row.verdict, row.kind, row.record) for row in outcome.waiting] == [("blocked", "time", str(time))]


@pytest.mark.parametrize("answer", ["400 error", "403 text", "422 fields", "500 nothing", "200 null"])
async def test_a_write_whose_outcome_cannot_be_learned_stops_no_run(pair: Pair, answer: str) -> None:
    """Not even after days; the row names the record and the reason."""
    first, second = pair.offer(1), pair.offer(1, start="10:00")
    await pair.settled()
    bad, [one, _] = Bad(pair), pair.requests()
    pair.edit(first, instances=2)
    pair.world.faults.add(Rule(fault="lost_reply", method="PATCH", times=1))
    await pair.engine.reconcile()
    spoil(bad, answer, f"/api_v2/job_requests/{one}")
    pair.world.advance(timedelta(hours=20))
    pair.edit(second, instances=2)
    outcome = await pair.engine.reconcile()
    assert pair.wonolo_side() == [f"{PICKER}: 2 open", f"{TEN}: 2 open"]
    [row] = outcome.waiting
    text = "the outcome of an earlier write (update) is not known yet: Wonolo does not show it"
    assert row.reason.startswith(f"{text}: wonolo: GET /job_requests/{one}: {answer[:3]}")
    bad.paths = frozenset()
    assert await pair.settled() == [f"{PICKER}: 2 open", f"{TEN}: 2 open"]
