"""Webhooks that the sandbox's services send to a program on this machine."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.courier import Courier
from sandbox.people import perform
from sandbox.serve import Server
from sandbox.webhooks import Target
from sandbox.world import build_world
from tests.sandbox_control import Control
from tests.sandbox_wonolo import NOON, job_request_body
from tests.webhook_receiver import Receiver, receiving

TOKEN = "x-wonolo-webhook-token"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A program that takes every call."""
    with receiving() as receiver:
        yield receiver


class Served(Control):
    """The same over TCP: what is sent after an answer needs a server that goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._server = Server(self.world)
        self._http = httpx.Client(base_url=self._server.url)

    def __enter__(self) -> Served:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._server.stop()

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request."""
        return self._http.request(method, path, **options)

    def aim(self, receiver: Receiver, system: str = "wonolo", **target: Any) -> Any:
        """Send webhooks of a system to the receiver."""
        secret = {"secret": "shared"} if system == "wheniwork" else {}
        return self.post("/webhooks", {"system": system, "url": receiver.url, **secret, **target})


@pytest.fixture
def control() -> Iterator[Served]:
    """A sandbox at noon with three demands."""
    with Served() as control:
        yield control


def _post_job_request(control: Control) -> Any:
    return control.wonolo("POST", "/job_requests", json=job_request_body(slots=1)).json()["job_request"]


def _states(receiver: Receiver) -> list[tuple[str, str]]:
    return [(name, record["state"]) for body in receiver.bodies() for name, record in body.items()]


def test_the_signature_is_the_documented_one() -> None:
    """SHA-256 of body and secret, in three spellings (Wonolo reference 11); When I Work's is an HMAC."""
    url = "http://127.0.0.1:1/"
    known = "639035754c5b270c7eb0823a2bae4c95bef42ce577c479a24ba7502c27f0581b"
    body, secret = b'{"a":1}', "sk_test_x"
    assert Target(system="wonolo", url=url).signature(body, secret) == known
    assert Target(system="wonolo", url=url, digest="upper_hex").signature(body, secret) == known.upper()
    encoded = Target(system="wonolo", url=url, digest="base64").signature(body, secret)
    assert encoded == base64.b64encode(bytes.fromhex(known)).decode()
    mine = Target(system="wheniwork", url=url, secret=secret).signature(body, secret)
    assert mine == hmac.new(secret.encode(), body, "sha256").hexdigest()


def test_wonolo_tells_every_state_change(control: Served, receiver: Receiver) -> None:
    """Of JobRequests and Jobs, each with the record as a read would give it, signed with the API's secret key."""
    control.aim(receiver)
    posted = _post_job_request(control)
    control.post("/act", {"name": "worker_accepts", "job_request_id": posted["id"]})
    control.post("/act", {"name": "requestor_cancels", "job_request_id": posted["id"]})
    assert _states(receiver) == [
        ("job_request", "posted"),
        ("job", "filled"),
        ("job_request", "filled"),
        ("job_request", "cancelled"),
        ("job", "cancelled"),
    ]
    assert receiver.bodies()[0] == {"job_request": posted}
    for headers, body in receiver.calls:
        assert headers[TOKEN] == hashlib.sha256(body + b"sk_test_sandbox").hexdigest()
        assert headers["content-type"] == "application/json"


def test_edits_and_drafts_that_change_no_state_are_not_told(control: Served, receiver: Receiver) -> None:
    """A draft is told as such, and again when it is posted (Wonolo reference 11)."""
    control.aim(receiver)
    number = _post_job_request(control)["id"]
    control.post("/act", {"name": "requestor_edits", "job_request_id": number, "fields": {"wage": 200}})
    draft = control.post("/act", {"name": "requestor_posts", "fields": {"state": "draft"}})["job_request"]
    edit = {"name": "requestor_edits", "job_request_id": draft["id"], "fields": {"state": "posted"}}
    control.post("/act", edit)
    assert _states(receiver) == [("job_request", name) for name in ("posted", "draft", "posted")]


def test_what_happens_by_itself_is_told_too(control: Served, receiver: Receiver) -> None:
    """Workers start and finish as the clock moves; each call is due at the instant of its change."""
    control.aim(receiver)
    number = _post_job_request(control)["id"]
    control.post("/act", {"name": "worker_accepts", "job_request_id": number})
    control.post("/advance", {"hours": 48})
    assert [state for name, state in _states(receiver) if name == "job"] == ["filled", "in_progress", "completed"]
    deliveries = control.get("/webhooks")["deliveries"]
    assert {delivery["outcome"] for delivery in deliveries} == {"delivered"}
    assert deliveries[-1]["attempts"] == [{"at": "2026-11-24T23:00:00+00:00", "status": 200}]


@pytest.mark.parametrize(
    ("body", "keys"),
    [("bare", {"id", "state", "job_request_id"}), ("hint", {"resource", "id", "state"})],
)
def test_the_body_may_have_another_shape(control: Served, receiver: Receiver, body: str, keys: set[str]) -> None:
    """Its real one is not known (Wonolo reference 11)."""
    control.aim(receiver, body=body, header="X-Signed", digest="base64")
    number = _post_job_request(control)["id"]
    control.post("/act", {"name": "worker_accepts", "job_request_id": number})
    job = receiver.bodies()[1]
    assert keys <= set(job)
    assert job["state"] == "filled"
    assert (job.get("resource", "job"), len(receiver.calls[0][0]["x-signed"])) == ("job", 44)


def test_a_call_without_success_is_repeated_after_one_two_and_four_minutes(control: Served, receiver: Receiver) -> None:
    """Of virtual time; any 2xx ends it (Wonolo reference 11)."""
    receiver.statuses = [500, 302, 404, 204]
    control.aim(receiver)
    _post_job_request(control)
    counts = []
    for seconds in (0, 59, 1, 119, 1, 239, 1, 3000):
        control.post("/advance", {"minutes": seconds / 60})
        counts.append(len(receiver.calls))
    assert counts == [1, 1, 2, 2, 3, 3, 4, 4]
    assert len({body for _, body in receiver.calls}) == 1
    (delivery,) = control.get("/webhooks")["deliveries"]
    assert (delivery["outcome"], [one["status"] for one in delivery["attempts"]]) == ("delivered", [500, 302, 404, 204])


def test_after_three_repetitions_a_call_is_given_up(control: Served, receiver: Receiver) -> None:
    """Also when nobody listens, and when the clock jumps over all of it."""
    receiver.statuses = [500] * 9
    control.aim(receiver)
    control.post("/webhooks", {"system": "wonolo", "url": "http://127.0.0.1:9/"})
    _post_job_request(control)
    control.post("/advance", {"hours": 1})
    (delivery,) = control.get("/webhooks")["deliveries"]
    assert (delivery["outcome"], [one["status"] for one in delivery["attempts"]]) == ("given up", [None] * 4)
    assert [one["at"][11:19] for one in delivery["attempts"]] == ["18:00:00", "18:01:00", "18:03:00", "18:07:00"]


def test_when_i_work_tells_changes_in_batches(control: Served, receiver: Receiver) -> None:
    """Of shifts and users: who did it, what changed from what, in the words of When I Work reference 9.1."""
    control.aim(receiver, "wheniwork")
    times = {"start_time": "2026-11-25 09:00:00", "end_time": "2026-11-25 12:00:00"}
    fields = {"location_id": 136, "position_id": 32, "published": True, "user_id": 0, "notes": "", "instances": 1}
    number = control.post("/act", {"name": "manager_creates_shift", "fields": fields | times})["shift"]["id"]
    control.post("/act", {"name": "manager_edits_shift", "shift_id": number, "fields": {"notes": "Gate 2"}})
    control.post("/act", {"name": "manager_deletes_shift", "shift_id": number})
    assert receiver.calls == []
    control.post("/advance", {"minutes": 1})
    ((headers, body),) = receiver.calls
    assert headers["x-wheniwork-signature"] == hmac.new(b"shared", body, "sha256").hexdigest()
    created, updated, deleted = receiver.bodies()[0]["events"]
    assert [event["type"] for event in (created, updated, deleted)] == [
        "shifts::created",
        "shifts::updated",
        "shifts::deleted",
    ]
    assert len({event["uuid"] for event in (created, updated, deleted)}) == 3
    assert created["data"]["shiftId"] == str(number)
    assert created["data"]["fields"]["published"] == {"new": 1, "old": None}
    assert created["data"]["fields"]["startTime"] == {"new": "2026-11-25 15:00:00", "old": None}
    assert updated["data"] == {"shiftId": str(number), "fields": {"notes": {"new": "Gate 2", "old": ""}}}
    assert (deleted["data"]["fields"], deleted["userId"].isdigit()) == ({}, True)
    assert (created["createdAt"], created["sentAt"]) == (
        "2026-11-23T18:00:00.000000000Z",
        "2026-11-23T18:00:03.000000000Z",
    )


def test_unset_dates_are_zero_and_users_are_told(control: Served, receiver: Receiver) -> None:
    """A batch of no length goes at once, under any header; the real one's name is not known."""
    control.aim(receiver, "wheniwork", batch_seconds=0, header="X-Hook")
    user = next(iter(control.world.wheniwork.users.values()))
    shift = next(one for one in control.world.wheniwork.shifts.values() if one["notified_at"] is None)
    user["dismissed_at"], shift["notified_at"] = None, control.world.clock.now()
    control.post("/advance", {})
    events = {event["type"]: event["data"] for event in receiver.bodies()[0]["events"]}
    unset = "0000-00-00 00:00:00"
    assert events["users::updated"] == {
        "userId": str(user["id"]),
        "fields": {"dismissedAt": {"new": unset, "old": ""}},
    }
    assert events["shifts::updated"]["fields"] == {"notifiedAt": {"new": "2026-11-23 18:00:00", "old": unset}}
    assert "x-hook" in receiver.calls[0][0]


@pytest.mark.parametrize(
    ("fault", "states", "outcomes"),
    [
        ("webhook_lost", ["filled", "filled"], ["lost", "delivered", "delivered"]),
        ("webhook_doubled", ["posted", "posted", "filled", "filled"], ["delivered"] * 4),
        ("webhook_reordered", ["filled", "posted", "filled"], ["delivered"] * 3),
        ("webhook_late", ["filled", "filled", "posted"], ["delivered"] * 3),
        ("webhook_forged", ["posted", "posted", "filled", "filled"], ["delivered"] * 4),
    ],
)
def test_a_call_may_suffer_on_its_way(
    control: Served, receiver: Receiver, fault: str, states: list[str], outcomes: list[str]
) -> None:
    """Lost, doubled, overtaken by the next one, late, or beside one that somebody forged."""
    control.aim(receiver)
    control.post("/faults", {"fault": fault, "system": "wonolo", "path": "/hooks", "times": 1, "minutes": 30})
    number = _post_job_request(control)["id"]
    control.post("/act", {"name": "worker_accepts", "job_request_id": number})
    control.post("/advance", {"minutes": 30})
    assert [state for _, state in _states(receiver)] == states
    deliveries = control.get("/webhooks")["deliveries"]
    assert [delivery["outcome"] for delivery in deliveries] == outcomes
    assert deliveries[0]["fault"] == fault
    signed = [headers[TOKEN] == hashlib.sha256(b + b"sk_test_sandbox").hexdigest() for headers, b in receiver.calls]
    assert signed == [fault != "webhook_forged" or index != 1 for index in range(len(signed))]


def test_faults_of_webhooks_and_of_requests_keep_apart(control: Served, receiver: Receiver) -> None:
    """A rule for one of them is no rule for the other."""
    control.aim(receiver)
    control.post("/faults", {"fault": "webhook_lost", "path": "/elsewhere"})
    control.post("/faults", {"fault": "webhook_lost", "path": "/api_v2/*"})
    _post_job_request(control)
    assert len(receiver.calls) == 0
    control.post("/faults", {"fault": "error", "path": "/hooks"})
    control.post("/advance", {"minutes": 1})
    assert len(receiver.calls) == 1


def test_webhooks_can_be_stopped(control: Served, receiver: Receiver) -> None:
    """What happened before a target was set, or after it went, is not told; a secret is not shown."""
    _post_job_request(control)
    target = {"system": "wonolo", "url": receiver.url}
    shown = control.post("/webhooks", target)
    control.post("/webhooks", {**target, "system": "wheniwork", "secret": "shared"})
    assert shown["targets"] == [
        {**target, "secret": "***", "header": None, "digest": "hex", "body": "record", "batch_seconds": 3.0}
    ]
    assert control.send("DELETE", "/_sandbox/webhooks").json() == {"targets": [], "deliveries": []}
    _post_job_request(control)
    control.post("/webhooks", target)
    assert receiver.calls == []


@pytest.mark.parametrize(
    "target",
    [
        {"system": "wonolo", "url": "http://hooks.example:80/"},
        {"system": "wonolo", "url": "https://127.0.0.1:8000/"},
        {"system": "wonolo", "url": "http://127.0.0.1/"},
        {"system": "wonolo", "url": "http://127.0.0.1:x/"},
        {"system": "wheniwork", "url": "http://127.0.0.1:8000/"},
        {"system": "payroll", "url": "http://127.0.0.1:8000/"},
        {"system": "wonolo"},
    ],
)
def test_a_target_elsewhere_or_without_a_secret_is_refused(target: dict[str, str]) -> None:
    """Nothing leaves this machine."""
    control = Control()
    assert control.refused("/webhooks", target)[0] == 400
    assert control.get("/webhooks") == {"targets": [], "deliveries": []}


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


def test_on_a_running_clock_webhooks_go_by_themselves(receiver: Receiver) -> None:
    """After the request that set them off, and after the end of a batch."""
    with Server(build_world(demands=0)) as server, httpx.Client(base_url=server.url) as http:
        target = {"url": receiver.url, "secret": "shared", "batch_seconds": 0.2}
        for system in ("wonolo", "wheniwork"):
            http.post("/_sandbox/webhooks", json={**target, "system": system})
        keys = {"api_key": "pk_test_sandbox", "secret_key": "sk_test_sandbox"}
        token = http.post("/api_v2/authenticate", data=keys).json()["token"]
        http.post("/api_v2/job_requests", params={"token": token}, json=job_request_body(start_time="2030-01-01 09:00"))
        http.post("/_sandbox/act", json={"name": "manager_creates_shift"})
        http.get("/api_v2/info")
        deadline = time.monotonic() + 10
        while len(receiver.calls) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    assert [list(body) for body in receiver.bodies()] == [["job_request"], ["events"]]
