"""Webhooks that the sandbox's services send to a program on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterator

import pytest

from sandbox.targets import Target
from tests.sandbox_control import Control
from tests.sandbox_webhooks import SIGNED, TOKEN, Served, posted_job_request, states
from tests.webhook_receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A program that takes every call."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def control() -> Iterator[Served]:
    """A sandbox at noon with three demands."""
    with Served() as control:
        yield control


def test_the_signature_is_the_documented_one() -> None:
    """SHA-256 of body and secret, in three spellings (Wonolo reference 11); When I Work's is an HMAC in base64."""
    url = "http://127.0.0.1:1/"
    known = "639035754c5b270c7eb0823a2bae4c95bef42ce577c479a24ba7502c27f0581b"
    body, secret = b'{"a":1}', "sk_test_x"
    assert Target(system="wonolo", url=url).signature(body, secret) == known
    assert Target(system="wonolo", url=url, digest="upper_hex").signature(body, secret) == known.upper()
    encoded = Target(system="wonolo", url=url, digest="base64").signature(body, secret)
    assert encoded == base64.b64encode(bytes.fromhex(known)).decode()
    mine = Target(system="wheniwork", url=url, secret=secret).signature(body, secret)
    assert mine == base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    in_hex = Target(system="wheniwork", url=url, secret=secret, digest="hex").signature(body, secret)
    assert in_hex == hmac.digest(secret.encode(), body, "sha256").hex()


def test_wonolo_tells_every_state_change(control: Served, receiver: Receiver) -> None:
    """Of JobRequests and Jobs, each with the record as a read would give it, signed with the API's secret key."""
    control.aim(receiver)
    posted = posted_job_request(control)
    control.post("/act", {"name": "worker_accepts", "job_request_id": posted["id"]})
    control.post("/act", {"name": "requestor_cancels", "job_request_id": posted["id"]})
    assert states(receiver) == [
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
    number = posted_job_request(control)["id"]
    control.post("/act", {"name": "requestor_edits", "job_request_id": number, "fields": {"wage": 200}})
    draft = control.post("/act", {"name": "requestor_posts", "fields": {"state": "draft"}})["job_request"]
    edit = {"name": "requestor_edits", "job_request_id": draft["id"], "fields": {"state": "posted"}}
    control.post("/act", edit)
    assert states(receiver) == [("job_request", name) for name in ("posted", "draft", "posted")]


def test_what_happens_by_itself_is_told_too(control: Served, receiver: Receiver) -> None:
    """Workers start and finish as the clock moves; each call is due at the instant of its change."""
    control.aim(receiver)
    number = posted_job_request(control)["id"]
    control.post("/act", {"name": "worker_accepts", "job_request_id": number})
    control.post("/advance", {"hours": 48})
    assert [state for name, state in states(receiver) if name == "job"] == ["filled", "in_progress", "completed"]
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
    number = posted_job_request(control)["id"]
    control.post("/act", {"name": "worker_accepts", "job_request_id": number})
    job = receiver.bodies()[1]
    assert keys <= set(job)
    assert job["state"] == "filled"
    assert (job.get("resource", "job"), len(receiver.calls[0][0]["x-signed"])) == ("job", 44)


def test_a_call_without_success_is_repeated_after_one_two_and_four_minutes(control: Served, receiver: Receiver) -> None:
    """Of virtual time; any 2xx ends it (Wonolo reference 11)."""
    receiver.statuses = [500, 302, 404, 204]
    control.aim(receiver)
    posted_job_request(control)
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
    posted_job_request(control)
    control.post("/advance", {"hours": 1})
    (delivery,) = control.get("/webhooks")["deliveries"]
    assert (delivery["outcome"], [one["status"] for one in delivery["attempts"]]) == ("given up", [None] * 4)
    assert [one["at"][11:19] for one in delivery["attempts"]] == ["18:00:00", "18:01:00", "18:03:00", "18:07:00"]


def test_when_i_work_tells_changes_in_batches(control: Served, receiver: Receiver) -> None:
    """Of shifts and users: who did it, what changed from what, in the words of When I Work reference 9.1 and 13.6."""
    control.aim(receiver, "wheniwork")
    times = {"start_time": "2026-11-25 09:00:00", "end_time": "2026-11-25 12:00:00"}
    fields = {"location_id": 136, "position_id": 32, "published": True, "user_id": 0, "notes": "", "instances": 1}
    number = control.post("/act", {"name": "manager_creates_shift", "fields": fields | times})["shift"]["id"]
    control.post("/act", {"name": "manager_edits_shift", "shift_id": number, "fields": {"notes": "Gate 2"}})
    control.post("/act", {"name": "manager_deletes_shift", "shift_id": number})
    assert receiver.calls == []
    control.post("/advance", {"minutes": 1})
    ((headers, body),) = receiver.calls
    assert headers[SIGNED] == base64.b64encode(hmac.digest(b"shared", body, "sha256")).decode()
    assert (headers["x-account-id"], uuid.UUID(headers["x-webhook-id"]).version) == ("3", 4)
    created, updated, deleted = receiver.bodies()[0]["events"]
    assert [event["type"] for event in (created, updated, deleted)] == [
        "shifts::created",
        "shifts::updated",
        "shifts::deleted",
    ]
    assert len({event["uuid"] for event in (created, updated, deleted)}) == 3
    assert created["data"]["shiftId"] == str(number)
    assert created["data"]["fields"]["published"] == {"new": 1, "old": None}
    assert created["data"]["fields"]["instances"] == {"new": 1, "old": None}
    assert "isOpen" not in created["data"]["fields"]
    assert created["data"]["fields"]["startTime"] == {"new": "2026-11-25 15:00:00", "old": None}
    assert updated["data"] == {"shiftId": str(number), "fields": {"notes": {"new": "Gate 2", "old": ""}}}
    assert (deleted["data"]["fields"], deleted["userId"].isdigit()) == ({}, True)
    assert (created["createdAt"], created["sentAt"]) == (
        "2026-11-23T18:00:00.000000000Z",
        "2026-11-23T18:00:03.000Z",
    )


def test_unset_dates_are_zero_and_users_are_told(control: Served, receiver: Receiver) -> None:
    """A batch of no length goes at once, under any header and in any format."""
    control.aim(receiver, "wheniwork", batch_seconds=0, header="X-Hook", digest="hex")
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
    ((headers, body),) = receiver.calls
    assert headers["x-hook"] == hmac.digest(b"shared", body, "sha256").hex()
    assert SIGNED not in headers


def test_an_invitation_is_an_event(control: Served, receiver: Receiver) -> None:
    """A user who is created with one, and one who is invited again; the first event is the creation."""
    control.aim(receiver, "wheniwork", batch_seconds=0)
    user = control.wheniwork("POST", "/users", json={"first_name": "Ada", "email": "ada@sandbox.example"}).json()
    number = user["user"]["id"]
    control.wheniwork("POST", f"/users/invite/{number}")
    control.wheniwork("POST", "/users", json={"first_name": "Bo", "email": "bo@sandbox.example", "invite": False})
    control.post("/advance", {})
    events = [(one["type"], int(one["data"]["userId"])) for body in receiver.bodies() for one in body["events"]]
    assert [event for event in events if event[1] >= number] == [
        *((f"users::{verb}", number) for verb in ("created", "invited", "invited")),
        ("users::created", number + 1),
    ]


def test_a_held_shift_and_one_that_is_taken_list_who_holds_them(control: Served, receiver: Receiver) -> None:
    """And neither `instances`, which stays one, nor `isOpen`, which follows from the holder."""
    control.aim(receiver, "wheniwork", batch_seconds=0)
    times = {"start_time": "2026-11-25 09:00:00", "end_time": "2026-11-25 12:00:00"}
    fields = {"location_id": 136, "position_id": 32, "published": True, **times}
    control.post("/act", {"name": "manager_creates_shift", "fields": {**fields, "user_id": 27384}})
    opened = control.post("/act", {"name": "manager_creates_shift", "fields": {**fields, "instances": 1}})["shift"]
    control.post("/act", {"name": "employee_takes", "shift_id": opened["id"], "user_id": 27384})
    held, _, taken = (body["events"][0]["data"]["fields"] for body in receiver.bodies())
    assert [fields["userId"]["new"] for fields in (held, taken)] == [27384, 27384]
    assert {"instances", "isOpen"} & (held.keys() | taken.keys()) == set()


def test_a_repeated_batch_is_the_same_one(control: Served, receiver: Receiver) -> None:
    """With its own number and those of its events; another batch has others."""
    receiver.statuses = [503]
    control.aim(receiver, "wheniwork", batch_seconds=0)
    control.post("/act", {"name": "manager_creates_shift"})
    control.post("/advance", {"minutes": 1})
    control.post("/act", {"name": "manager_creates_shift"})
    first, again, other = receiver.calls
    assert (first[1], first[0]["x-webhook-id"]) == (again[1], again[0]["x-webhook-id"])
    assert other[0]["x-webhook-id"] != first[0]["x-webhook-id"]
    assert len({event["uuid"] for body in receiver.bodies() for event in body["events"]}) == 2


def test_changes_of_another_account_are_not_sent(control: Served, receiver: Receiver) -> None:
    """A webhook is set up in one account."""
    control.aim(receiver, "wheniwork", batch_seconds=0)
    other = control.world.wheniwork.add_account("Elsewhere")
    control.world.wheniwork.add("users", {"account_id": other["id"], "email": "ada@sandbox.example"})
    control.post("/advance", {})
    assert receiver.calls == []


def test_webhooks_can_be_stopped(control: Served, receiver: Receiver) -> None:
    """What happened before a target was set, or after it went, is not told; a secret is not shown."""
    posted_job_request(control)
    target = {"system": "wonolo", "url": receiver.url}
    shown = control.post("/webhooks", target)
    control.post("/webhooks", {**target, "system": "wheniwork", "secret": "shared"})
    assert shown["targets"] == [
        {**target, "secret": "***", "header": None, "digest": None, "body": "record", "batch_seconds": 3.0}
    ]
    assert control.send("DELETE", "/_sandbox/webhooks").json() == {"targets": [], "deliveries": []}
    posted_job_request(control)
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
