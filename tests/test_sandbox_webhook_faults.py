"""What becomes of webhooks on their way, by fault."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

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


@pytest.mark.parametrize(
    ("fault", "told", "outcomes"),
    [
        ("webhook_lost", ["filled", "filled"], ["lost", "delivered", "delivered"]),
        ("webhook_doubled", ["posted", "posted", "filled", "filled"], ["delivered"] * 4),
        ("webhook_reordered", ["filled", "posted", "filled"], ["delivered"] * 3),
        ("webhook_late", ["filled", "filled", "posted"], ["delivered"] * 3),
        ("webhook_forged", ["posted", "posted", "filled", "filled"], ["delivered"] * 4),
    ],
)
def test_a_call_may_suffer_on_its_way(
    control: Served, receiver: Receiver, fault: str, told: list[str], outcomes: list[str]
) -> None:
    """Lost, doubled, overtaken by the next one, late, or beside one that somebody forged."""
    control.aim(receiver)
    control.post("/faults", {"fault": fault, "system": "wonolo", "path": "/hooks", "times": 1, "minutes": 30})
    number = posted_job_request(control)["id"]
    control.post("/act", {"name": "worker_accepts", "job_request_id": number})
    control.post("/advance", {"minutes": 30})
    assert [state for _, state in states(receiver)] == told
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
    posted_job_request(control)
    assert len(receiver.calls) == 0
    control.post("/faults", {"fault": "error", "path": "/hooks"})
    control.post("/advance", {"minutes": 1})
    assert len(receiver.calls) == 1


def _spoil(control: Served, receiver: Receiver, system: str, fault: str) -> tuple[dict[str, str], bytes]:
    """Let one webhook of a system suffer a fault; returns what came."""
    control.aim(receiver, system, batch_seconds=0)
    control.post("/faults", {"fault": fault, "system": system, "times": 1})
    control.post("/act", {"name": "requestor_posts" if system == "wonolo" else "manager_creates_shift"})
    ((headers, body),) = receiver.calls
    signature = {
        "wonolo": lambda: (TOKEN, hashlib.sha256(body + b"sk_test_sandbox").hexdigest()),
        "wheniwork": lambda: (SIGNED, base64.b64encode(hmac.digest(b"shared", body, "sha256")).decode()),
    }
    name, expected = signature[system]()
    assert headers[name] == expected
    return headers, body


@pytest.mark.parametrize("system", ["wonolo", "wheniwork"])
def test_a_signed_body_may_be_larger_than_any_receiver_takes(control: Served, receiver: Receiver, system: str) -> None:
    """It is whole otherwise; of the call only the size is shown."""
    _, body = _spoil(control, receiver, system, "webhook_huge")
    assert len(body) > 1 << 20
    assert set(json.loads(body)) == {"job_request" if system == "wonolo" else "events", "padding"}
    (delivery,) = control.get("/webhooks")["deliveries"]
    assert (delivery["body"], delivery["outcome"]) == (f"({len(body)} bytes)", "delivered")


@pytest.mark.parametrize("system", ["wonolo", "wheniwork"])
def test_a_signed_body_may_be_nested_a_thousand_deep(control: Served, receiver: Receiver, system: str) -> None:
    """More than a careful reader follows."""
    _, body = _spoil(control, receiver, system, "webhook_deep")
    assert body.endswith(b'"deeper":' + b"[" * 1000 + b"]" * 1000 + b"}")
    assert control.get("/webhooks")["deliveries"][0]["body"] == f"({len(body)} bytes)"


@pytest.mark.parametrize("system", ["wonolo", "wheniwork"])
def test_a_signed_body_may_be_no_json(control: Served, receiver: Receiver, system: str) -> None:
    """The first half of one."""
    _, body = _spoil(control, receiver, system, "webhook_malformed")
    assert body.startswith(b'{"')
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


@pytest.mark.parametrize("system", ["wonolo", "wheniwork"])
def test_a_signed_body_may_name_what_nobody_knows(control: Served, receiver: Receiver, system: str) -> None:
    """Another record than Wonolo's two, an event of an unheard-of type of When I Work."""
    _, body = _spoil(control, receiver, system, "webhook_unknown")
    content: Any = json.loads(body)
    if system == "wonolo":
        assert content == {"gadget": {"id": 1, "state": "polished"}}
    else:
        ((event,),) = content.values()
        assert (event["type"], event["data"]) == ("gadgets::polished", {"gadgetId": "1", "fields": {}})
        assert {"uuid", "userId", "createdAt", "sentAt"} <= set(event)


@pytest.mark.parametrize("fault", ["webhook_doubled", "webhook_forged"])
def test_a_second_call_of_a_batch_has_the_same_numbers(control: Served, receiver: Receiver, fault: str) -> None:
    """Of the batch and of its events; only a forger's signature differs."""
    control.aim(receiver, "wheniwork", batch_seconds=0)
    control.post("/faults", {"fault": fault, "system": "wheniwork", "times": 1})
    control.post("/act", {"name": "manager_creates_shift"})
    (first, body), (second, again) = receiver.calls
    assert (body, first["x-webhook-id"]) == (again, second["x-webhook-id"])
    assert (first[SIGNED] == second[SIGNED]) is (fault == "webhook_doubled")
