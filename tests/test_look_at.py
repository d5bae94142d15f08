"""Single records read again by their ids: what is said to have changed is believed only as its service shows it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from mappings.digest import RecordKind
from sandbox.faults import Rule
from sync.clients.http import Api
from sync.engine import open_engine
from sync.errors import Unavailable
from sync.mirror.dirty import DirtyKind
from tests.engine_world import Pair, at, copied, open_pair

MISSING = 999_999


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts with a stack of two seats, one of which Ada holds; all of it read and settled."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        opened.offer(2)
        await opened.settled()
        opened.accept("Ada")
        await opened.settled()
        opened.world.advance(timedelta(minutes=1))
        yield opened


def seen(pair: Pair, kind: RecordKind, record: int) -> Any:
    """A record as the mirror has it."""
    with pair.engine.store.read("main") as tx:
        return tx.observations.record(kind, record)


def asked(pair: Pair, number: int) -> list[str]:
    """The paths that were read after the request of that number."""
    return [row.path for row in pair.world.requests.since(number)]


@dataclass(frozen=True)
class Known:
    """The records of the pair that can be read by id."""

    shift: int
    job_request: int
    job: int
    worker: int
    user: int
    time: int


def known(pair: Pair) -> Known:
    """One record of each kind."""
    return Known(
        shift=pair.shifts(held=False)[0],
        job_request=pair.requests()[0],
        job=max(pair.world.wonolo.jobs.records),
        worker=pair.worker("Ada"),
        user=next(user for user, row in pair.world.wheniwork.users.items() if row["employee_code"]),
        time=min(pair.world.wheniwork.times),
    )


def stored(pair: Pair, kind: DirtyKind) -> dict[int, Any]:
    """The records of a kind as their service stores them."""
    here, there = pair.world.wheniwork, pair.world.wonolo
    tables = {"shift": here.shifts, "user": here.users, "time": here.times}
    tables |= {"job_request": there.job_requests.records, "job": there.jobs.records, "worker": there.users.records}
    return tables[kind]


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("shift", "instances", 4),
        ("job_request", "slots", 5),
        ("job", "actual_duration", 333),
        ("worker", "first_name", "Adelheid"),
        ("user", "first_name", "Adelheid"),
        ("time", "notes", "Paid"),
    ],
)
async def test_a_record_is_read_as_its_service_shows_it_by_now(
    pair: Pair, kind: DirtyKind, field: str, value: Any
) -> None:
    """Each kind by its own call."""
    record = getattr(known(pair), kind)
    if kind == "shift":
        pair.edit(record, **{field: value})  # the sandbox keeps shifts as it printed them until somebody edits one
    else:
        stored(pair, kind)[record][field] = value
    pulled = await pair.engine.look_at([(kind, record)])
    assert pulled.problems == []
    assert seen(pair, kind, record)[field] == value


@pytest.mark.parametrize("kind", ["shift", "user", "time"])
async def test_a_record_that_when_i_work_no_longer_has_is_gone(pair: Pair, kind: DirtyKind) -> None:
    """That is a fact, and no trouble."""
    record = getattr(known(pair), kind)
    await pair.engine.look_at([(kind, record)])
    assert seen(pair, kind, record) is not None
    stored(pair, kind).pop(record)
    pulled = await pair.engine.look_at([(kind, record)])
    assert (pulled.problems, seen(pair, kind, record)) == ([], None)


@pytest.mark.parametrize("kind", ["job_request", "job", "worker"])
async def test_a_record_that_wonolo_does_not_show_is_not_gone(pair: Pair, kind: DirtyKind) -> None:
    """Wonolo deletes nothing, so it says nothing but that this key may not see it; a sentence says so."""
    record = getattr(known(pair), kind)
    table = {"job_request": "job_requests", "job": "jobs", "worker": "users"}[kind]
    pair.world.faults.add(Rule(fault="error", path=f"/api_v2/{table}/{record}", status=404))
    pulled = await pair.engine.look_at([(kind, record)])
    assert [row.startswith(f"{kind} {record} could not be read: ") for row in pulled.problems] == [True]
    assert seen(pair, kind, record) is not None


@pytest.mark.parametrize("kind", ["job_request", "job"])
async def test_what_neither_wonolo_nor_the_mirror_has_is_nothing(pair: Pair, kind: DirtyKind) -> None:
    """A webhook may name what is another customer's, or nobody's."""
    pulled = await pair.engine.look_at([(kind, MISSING)])
    assert (pulled.problems, pulled.refused, (await pair.engine.plan()).changes) == ([], {}, ())


async def test_a_record_that_was_refused_waits_until_a_listing_brings_it(pair: Pair) -> None:
    """Whether it was known before, or not."""
    new = pair.post(1, start="18:00")
    old = known(pair).job_request
    pair.world.faults.add(Rule(fault="forbidden", path="/api_v2/job_requests/*"))
    await pair.engine.look_at([("job_request", old), ("job_request", new)])
    waiting = [row.record for row in (await pair.engine.plan()).waiting]
    pair.world.advance(timedelta(minutes=1))
    pair.act("requestor_edits", job_request_id=old, fields={"slots": 3})
    await pair.engine.pull()
    assert (waiting, (await pair.engine.plan()).waiting) == ([str(old), str(new)], ())


async def test_a_record_that_is_refused_is_passed_over_and_the_others_are_read(pair: Pair) -> None:
    """One that nobody may see must not keep the rest waiting."""
    rows = known(pair)
    pair.world.faults.add(Rule(fault="forbidden", path=f"/api_v2/jobs/{rows.job}"))
    pair.world.faults.add(Rule(fault="html", path=f"/2/users/{rows.user}", status=200))
    pair.edit(rows.shift, notes="Bring gloves")
    everything = [("job", rows.job), ("user", rows.user), ("shift", MISSING), ("shift", rows.shift)]
    pulled = await pair.engine.look_at(everything)  # type: ignore[arg-type]  # the pairs are of kinds and ids
    assert [row.partition(" could not")[0] for row in pulled.problems] == [f"job {rows.job}", f"user {rows.user}"]
    assert pulled.counts == {"shift": 2}
    assert seen(pair, "shift", rows.shift)["notes"] == "Bring gloves"


async def test_a_service_that_does_not_answer_is_no_news(pair: Pair) -> None:
    """It raises, and nothing is concluded: the record is still there, and still to be read."""
    shift = known(pair).shift
    hurried(pair.engine._wheniwork._api)
    pair.world.faults.add(Rule(fault="lost_request", path=f"/2/shifts/{shift}", times=1))
    before = seen(pair, "shift", shift)
    with pytest.raises(Unavailable):
        await pair.engine.look_at([("shift", shift)])
    assert seen(pair, "shift", shift) == before
    pair.act("manager_deletes_shift", shift_id=shift)
    await pair.engine.look_at([("shift", shift)])
    assert seen(pair, "shift", shift) is None


async def test_a_record_that_its_service_fails_over_is_passed_over_and_still_to_be_read(pair: Pair) -> None:
    """Others are read; only after some such records it is rather the service that is out of order."""
    rows = known(pair)
    hurried(pair.engine._wheniwork._api)
    pair.world.faults.add(Rule(fault="error", path="/2/users/*", status=500))
    pair.edit(rows.shift, notes="Bring gloves")
    pulled = await pair.engine.look_at([("user", rows.user), ("shift", rows.shift)])
    assert {record: error.status for record, error in pulled.unread.items()} == {("user", rows.user): 500}
    assert (pulled.counts, seen(pair, "shift", rows.shift)["notes"]) == ({"shift": 1}, "Bring gloves")
    with pytest.raises(Unavailable):
        await pair.engine.look_at([("user", rows.user + number) for number in range(4)])


def hurried(api: Api) -> None:
    """Let a client try each read once."""
    api._limits = type(api._limits)(api._limits.rate, attempts=1)


async def test_a_job_brings_its_request_and_the_jobs_of_that(pair: Pair) -> None:
    """Who accepts changes all of them; each is read once, however often it is named."""
    rows = known(pair)
    second = pair.accept("Bruno", rows.job_request)
    number = pair.last_request()
    pulled = await pair.engine.look_at([("job", second), ("job", rows.job), ("job_request", rows.job_request)])
    assert asked(pair, number) == [
        f"/api_v2/jobs/{second}",
        f"/api_v2/jobs/{rows.job}",
        f"/api_v2/job_requests/{rows.job_request}",
        *["/api_v2/jobs"] * 2,  # until a page is empty
    ]
    assert pulled.counts == {"job": 2, "job_request": 1}
    assert seen(pair, "job_request", rows.job_request)["state"] == "filled"
    assert seen(pair, "job", second)["worker"]["id"] == pair.worker("Bruno")


async def test_a_job_of_a_request_that_is_known_by_nobody_is_kept(pair: Pair) -> None:
    """Its request comes with it, and both are carried over."""
    request = pair.post(1, start="18:00")
    job = pair.accept("Bruno", request)
    await pair.engine.look_at([("job", job)])
    assert seen(pair, "job_request", request)["id"] == request
    assert [row.kind for row in (await pair.engine.plan()).to_do] == ["user", "shift"]


class Odd(httpx.AsyncBaseTransport):
    """The way to the sandbox, on which a Job names its request strangely."""

    def __init__(self, inner: httpx.AsyncBaseTransport, named: Any) -> None:
        self._inner, self._named = inner, named

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, and change a single Job on its way back."""
        response = await self._inner.handle_async_request(request)
        if not request.url.path.startswith("/api_v2/jobs/"):
            return response
        body = msgspec.json.decode(await response.aread())
        body.get("job", body)["job_request_id"] = self._named
        return httpx.Response(200, json=body)


@pytest.mark.parametrize("named", ["soon", [7], {"id": 7}])
async def test_a_job_that_names_its_request_strangely_is_passed_over(pair: Pair, named: Any) -> None:
    """With a sentence; the others are read."""
    rows = known(pair)
    async with open_engine(pair.config, transport=Odd(pair.wire, named), clock=pair.world.clock) as engine:
        pulled = await engine.look_at([("job", rows.job), ("shift", rows.shift)])
    assert pulled.counts == {"shift": 1}
    [problem] = pulled.problems
    assert problem.startswith(f"job {rows.job} could not be read: wonolo: GET /jobs/{rows.job}: 200: its JobRequest: ")


async def test_what_moved_far_away_is_followed(pair: Pair) -> None:
    """A reading by id knows no window."""
    stack = pair.offer(1, start="18:00")
    await pair.settled()
    pair.world.advance(timedelta(minutes=1))
    pair.edit(stack, start_time=at(30, "08:00"), end_time=at(30, "16:00"))
    await pair.engine.look_at([("shift", stack)])
    assert [(row.action, row.kind) for row in (await pair.engine.plan()).to_do] == [("update", "job_request")]
