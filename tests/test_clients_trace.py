"""The trace: every exchange in a file that may leave the house."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from sandbox.app import create_app
from sandbox.world import build_world
from sync.clients.trace import Trace, trace_to
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.errors import ConfigError, OutcomeUnknown
from sync.log import REDACTED
from tests.scripted import NOON, Answer, HandClock, Scripted, said

PERSONAL = ("first_name", "last_name", "email", "phone", "phone_number")
KEYS = ("pk_test_sandbox", "sk_test_sandbox")
LOGIN = ("sandbox-developer-key", "manager@sandbox.example", "sandbox")
TOKEN = said({"token": "tok-secret", "expires_at": "2026-11-21T12:00:00Z"})


def wonolo_at(trace: Trace, *answers: Answer | Exception) -> Wonolo:
    """Make a client that logs in first and then gets the answers."""
    transport, clock = Scripted(TOKEN, *answers), HandClock()
    base = "https://wonolo.example/api_v2"
    return Wonolo(base, "pk", "sk", transport=transport, per_second=1000, clock=clock, trace=trace)


async def of_job(path: Path, *answers: Answer) -> list[dict[str, Any]]:
    """Return the trace of reading job 5, the login aside."""
    with trace_to(path) as trace:
        async with wonolo_at(trace, *answers) as wonolo:
            await wonolo.job(5)
    return read(path)[1:]


def read(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a trace without how long things took."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(line.pop("ms") >= 0 for line in lines)
    return lines


async def test_a_read_is_traced_with_its_reply(tmp_path: Path) -> None:
    """Method, path, query, status and records; the token was never there."""
    path = tmp_path / "trace.jsonl"
    worker = {"id": 9, "first_name": "Ada", "email": "ada@mail.example", "phone": "+13125550101", "city": "Chicago"}
    lines = await of_job(
        path, said({"job": {"id": 5, "transitions": [{"latitude": 1.5}], "worker": worker}}, W_Limit_Remaining="9")
    )
    hidden = {"id": 9, "first_name": REDACTED, "email": REDACTED, "phone": REDACTED, "city": REDACTED}
    assert lines == [
        {
            "at": NOON.isoformat(timespec="milliseconds"),
            "system": "wonolo",
            "request": "GET /jobs/5",
            "query": {},
            "headers": {},
            "sent": None,
            "status": 200,
            "reply_headers": {"content-type": "application/json", "w-limit-remaining": "9"},
            "reply": {"job": {"id": 5, "transitions": [{"latitude": REDACTED}], "worker": hidden}},
        }
    ]
    assert "tok-secret" not in path.read_text(encoding="utf-8")


async def test_each_attempt_is_traced(tmp_path: Path) -> None:
    """A page of a proxy, a refusal in the service's own words, and the answer at last."""
    busy, page = said({"message": "Wait 0 seconds"}, 429), said("<html>Bad gateway for ada@mail.example</html>", 502)
    lines = await of_job(tmp_path / "trace.jsonl", page, busy, said({"job": {"id": 5}}))
    assert [(line["status"], line["reply"]) for line in lines] == [
        (502, f"<html>Bad gateway for {REDACTED}</html>"),
        (429, {"message": "Wait 0 seconds"}),
        (200, {"job": {"id": 5}}),
    ]


async def test_what_people_write_to_each_other_is_not_traced(tmp_path: Path) -> None:
    """That a message was sent is, even when no answer came."""
    path = tmp_path / "trace.jsonl"
    with trace_to(path) as trace:
        async with wonolo_at(trace, httpx.ReadTimeout("slow")) as wonolo:
            with pytest.raises(OutcomeUnknown):
                await wonolo.create_message({"sender_id": 1, "body": "Come in by the back door"})
    line = read(path)[1]
    assert line["sent"] == {"message": {"sender_id": 1, "body": REDACTED}}
    assert line["failure"] == "wonolo: POST /messages: no complete answer (ReadTimeout)"


async def test_a_place_of_work_is_traced(tmp_path: Path) -> None:
    """Support needs to see what was asked for; only a person's address is nobody's business."""
    place = {"id": 7, "address": "400 Harbor Road", "city": "Chicago", "zip": "60617"}
    [line] = await of_job(tmp_path / "trace.jsonl", said({"job": place}))
    assert line["reply"] == {"job": place}


async def test_no_secret_and_nobody_of_a_whole_world_gets_into_a_trace(tmp_path: Path) -> None:
    """Whoever can be listed is listed, in both systems."""
    path, world = tmp_path / "trace.jsonl", build_world(seed=1, demands=3)
    transport, here = httpx.ASGITransport(create_app(world)), "http://127.0.0.1"
    with trace_to(path) as trace:
        async with (
            Wonolo(f"{here}/api_v2", *KEYS, transport=transport, per_second=1000, trace=trace) as wonolo,
            WhenIWork(f"{here}/2", f"{here}/login", *LOGIN, transport=transport, trace=trace) as wheniwork,
        ):
            assert [page async for page in wonolo.users(email="nobody@mail.example")] == []
            assert len([page async for page in wonolo.users()]) == 1
            assert await wheniwork.users.list()
            assert await wheniwork.own_users()
    text = path.read_text(encoding="utf-8")
    people = [*world.wonolo.users.records.values(), *world.wheniwork.users.values()]
    words = {str(one[name]) for one in people for name in PERSONAL if one.get(name)}
    words |= {*KEYS, *LOGIN, "nobody@mail.example"}
    assert [word for word in sorted(words) if f'"{word}"' in text or "Bearer" in text] == []
    assert len(text.splitlines()) == 7


def test_only_its_owner_may_read_a_trace(tmp_path: Path) -> None:
    """It is scrubbed, but still about a company."""
    path = tmp_path / "trace.jsonl"
    with trace_to(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_trace_that_cannot_be_written_is_a_configuration_error(tmp_path: Path) -> None:
    """Said before anything is asked of anybody."""
    with pytest.raises(ConfigError, match=r"the trace cannot be written to .*: Is a directory"), trace_to(tmp_path):
        pass


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the request log out of the test's output."""
    with capture_logs():
        yield


async def test_of_a_picture_its_size_and_type_are_traced(tmp_path: Path) -> None:
    """Its bytes would be of no use to support, and a face is nobody's business."""
    path = tmp_path / "trace.jsonl"
    base, login = "https://wiw.example/2", said({"login": {"id": 3, "token": "tok-1"}, "user": {"id": 11}})
    with trace_to(path) as trace:
        transport, key = Scripted(login, said({"user": {"id": 7}})), ("key", "m@sandbox.example", "pw")
        async with WhenIWork(
            base, f"{base}/login", *key, transport=transport, per_minute=60_000, clock=HandClock(), trace=trace
        ) as wheniwork:
            await wheniwork.users.set_avatar(7, b"\x89PNG", "image/png")
    assert read(path)[1]["sent"] == "(4 bytes of image/png)"
