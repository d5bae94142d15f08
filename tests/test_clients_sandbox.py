"""What the recorded days leave out: the clients' other calls, played against the sandbox in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from sandbox.app import create_app
from sandbox.people import perform
from sandbox.world import World, build_world
from sync.clients.wonolo import Wonolo
from sync.errors import Rejected
from tests.sandbox_wonolo import KEYS, job_request_body


@pytest.fixture
def world() -> World:
    """A small world of its own for each test."""
    return build_world(seed=7, demands=0)


@pytest.fixture
async def wonolo(world: World) -> AsyncIterator[Wonolo]:
    """A client of its Wonolo."""
    transport, keys = httpx.ASGITransport(create_app(world)), (KEYS["api_key"], KEYS["secret_key"])
    with capture_logs():
        async with Wonolo("http://127.0.0.1/api_v2", *keys, transport=transport, per_second=1000) as client:
            yield client


async def ids(pages: AsyncIterator[list[dict[str, Any]]]) -> list[int]:
    """Return the ids of a whole listing."""
    return [row["id"] async for page in pages for row in page]


async def test_workers_are_ranked_told_again_and_ranked_anew(wonolo: Wonolo, world: World) -> None:
    """The answers' shapes are not known, so they come as they are."""
    posted = await wonolo.create_job_request(job_request_body())
    assert len((await wonolo.rankings(posted["id"]))["rankings"]) > 1
    assert (await wonolo.resend_notifications(posted["id"]))["job_request"]["id"] == posted["id"]
    assert (await wonolo.re_rank_workers(posted["id"]))["job_request"]["id"] == posted["id"]
    worker = perform(world, "worker_accepts", {"job_request_id": posted["id"]})["job"]["worker"]
    assert (await wonolo.tracking(worker["id"])).keys() == {"tracking"}


async def test_a_message_is_sent_found_and_read(wonolo: Wonolo, world: World) -> None:
    """By its job, and by its id."""
    posted = await wonolo.create_job_request(job_request_body())
    job = perform(world, "worker_accepts", {"job_request_id": posted["id"]})["job"]
    people = {"sender_id": job["employer"]["id"], "receiver_id": job["worker"]["id"], "job_id": job["id"]}
    sent = await wonolo.create_message(people | {"body": "Gate 4"})
    assert await wonolo.message(sent["id"]) == sent
    assert (await ids(wonolo.messages(job_id=job["id"])), await ids(wonolo.messages(job_id=1))) == ([sent["id"]], [])


async def test_days_stand_under_one_umbrella(wonolo: Wonolo) -> None:
    """Each of them is a job request that names it."""
    fields = {"repeat_type": "daily", "repeat_number": 3, "job_request": job_request_body()}
    made = await wonolo.create_multi_day_job_request(fields)
    changed = await wonolo.update_multi_day_job_request(made["id"], {"same_workers": True})
    assert (made["same_workers"], changed["same_workers"]) == (False, True)
    assert await wonolo.multi_day_job_request(made["id"]) == changed
    assert len(await ids(wonolo.job_requests(multi_day_job_request_id=made["id"]))) == 3


async def test_the_company_is_searched(wonolo: Wonolo) -> None:
    """What is found comes as it is, and a search for nothing is refused."""
    badge = await wonolo.create_badge({"name": "Reach Truck", "description": "May drive one"})
    assert [row["id"] for row in (await wonolo.search(query="reach"))["badges"]] == [badge["id"]]
    with pytest.raises(Rejected, match="query"):
        await wonolo.search()
