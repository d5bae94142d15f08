"""When webhooks leave: at once, whatever set them off, and again after a call that was broken off."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sandbox.courier import Courier
from sandbox.people import perform
from sandbox.serve import Server
from sandbox.targets import SHARED_SECRET, Target, targets_beneath
from sandbox.world import World, build_world
from tests.sandbox_wonolo import KEYS, NOON, job_request_body
from tests.webhook_receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A program that takes every call."""
    with receiving() as receiver:
        yield receiver


async def test_a_call_that_is_broken_off_is_made_again() -> None:
    """As when the program that sends it ends in the middle."""
    world = build_world(demands=0, start=NOON)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        world.aim_webhooks(Target(system="wonolo", url=f"http://127.0.0.1:{silent.getsockname()[1]}/"))
        perform(world, "requestor_posts", {})
        going = asyncio.create_task(Courier(world).deliver())
        connection, _ = await asyncio.to_thread(silent.accept)
        with connection:
            await asyncio.to_thread(connection.recv, 1)
            going.cancel()
            with pytest.raises(asyncio.CancelledError):
                await going
    assert world.webhooks.due
    assert world.webhooks.log[0].attempts == []


def _aimed(receiver: Receiver) -> World:
    """A small world on a running clock, whose webhooks go to the receiver."""
    world = build_world(demands=0)
    world.aim_webhooks(Target(system="wonolo", url=receiver.url))
    world.aim_webhooks(Target(system="wheniwork", url=receiver.url, secret="shared", batch_seconds=0.2))
    return world


def _until(receiver: Receiver, has_come: Callable[[list[Any]], bool]) -> list[Any]:
    """The bodies once they are so, or after ten seconds as they are."""
    deadline = time.monotonic() + 10
    while not has_come(receiver.bodies()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return receiver.bodies()


def _job_states(bodies: list[Any]) -> list[str]:
    return [body["job"]["state"] for body in bodies if "job" in body]


def test_what_a_request_sets_off_goes_by_itself(receiver: Receiver) -> None:
    """Of both services, also after the end of a batch, and though nobody asks the sandbox again."""
    with Server(_aimed(receiver)) as server, httpx.Client(base_url=server.url) as http:
        token = http.post("/api_v2/authenticate", data=KEYS).json()["token"]
        body = job_request_body(start_time="2030-01-01 09:00")
        http.post("/api_v2/job_requests", params={"token": token}, json=body)
        _until(receiver, lambda bodies: len(bodies) == 1)
        http.post("/_sandbox/act", json={"name": "manager_creates_shift"})
        bodies = _until(receiver, lambda bodies: len(bodies) == 2)
    assert [list(body) for body in bodies] == [["job_request"], ["events"]]


def test_what_time_sets_off_goes_though_nobody_ever_asks(receiver: Receiver) -> None:
    """A worker starts and finishes a Job while the sandbox only runs."""
    world = _aimed(receiver)
    start = world.clock.now() + timedelta(seconds=0.5)
    perform(world, "requestor_posts", {"fields": {"slots": 1, "start_time": start.isoformat(), "duration": 0}})
    perform(world, "worker_accepts", {})
    with Server(world):
        bodies = _until(receiver, lambda bodies: "completed" in _job_states(bodies))
    assert _job_states(bodies) == ["filled", "in_progress", "completed"]


def test_a_repetition_goes_as_the_clock_reaches_it(receiver: Receiver) -> None:
    """Nobody has to ask for it; here the clock jumps close to its instant."""
    receiver.statuses = [500]
    with Server(_aimed(receiver)) as server, httpx.Client(base_url=server.url) as http:
        http.post("/_sandbox/act", json={"name": "requestor_posts"})
        http.post("/_sandbox/advance", json={"minutes": 59.5 / 60})
        before = len(receiver.calls)
        first, again = _until(receiver, lambda bodies: len(bodies) == 2)
    assert (before, first) == (1, again)


def test_without_anything_to_send_the_courier_sleeps(receiver: Receiver) -> None:
    """Until the next reminders are due; a world that stands still needs no courier at all."""
    world, still = _aimed(receiver), build_world(demands=0, start=NOON)
    assert timedelta(seconds=50) < world.next_due - world.clock.now() <= timedelta(minutes=1)
    perform(world, "manager_creates_shift", {})
    world.gather_events()
    assert world.next_due - world.clock.now() <= timedelta(seconds=0.2)

    async def started() -> int:
        still.aim_webhooks(Target(system="wonolo", url=receiver.url))
        Courier(still).start()
        return len(asyncio.all_tasks())

    assert asyncio.run(started()) == 1


def test_when_nobody_listens_the_sandbox_goes_on() -> None:
    """Its answers are as always, and the call waits for its repetition."""
    world = build_world(demands=0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    world.aim_webhooks(Target(system="wonolo", url=free))
    with Server(world) as server, httpx.Client(base_url=server.url) as http:
        assert http.post("/_sandbox/act", json={"name": "requestor_posts"}).status_code == 200
        assert http.get("/api_v2/info").status_code == 200
        (delivery,) = http.get("/_sandbox/webhooks").json()["deliveries"]
    assert (delivery["outcome"], [one["status"] for one in delivery["attempts"]]) == ("waiting", [None])


def test_both_services_can_be_aimed_beneath_one_receiver() -> None:
    """Each with a path and a secret of its own, after the name of the pair."""
    base = "http://127.0.0.1:8026"
    wheniwork = Target(
        system="wheniwork", url=f"{base}/webhooks/wheniwork/pair-1", secret=SHARED_SECRET, batch_seconds=1.0
    )
    expected = [Target(system="wonolo", url=f"{base}/webhooks/wonolo/pair-1"), wheniwork]
    assert targets_beneath(f"{base}/", "pair-1", batch_seconds=1.0) == expected
