"""Requests that are no webhooks of ours: refused before anything of them is parsed or stored."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from sync.mirror.store import Store
from tests.webhook_door import JOB, LARGEST, Door, configured, signature


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """A store of the test's own."""
    opened = Store.open(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def door(store: Store) -> Door:
    """A door over it."""
    return Door(store)


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    """A body of that size whose length is not announced."""
    for start in range(0, size, 1 << 16):
        yield b" " * min(1 << 16, size - start)


async def never_whole() -> AsyncIterator[bytes]:
    """A body whose end does not come."""
    yield b'{"job":'
    await asyncio.Event().wait()


def untouched(door: Door) -> bool:
    """Whether nothing is stored and nobody was woken."""
    return not door.waiting() and not door.marked() and not door.pair.woken


@pytest.mark.parametrize("system", ["wonolo", "wheniwork"])
@pytest.mark.parametrize("body", [b"{}", b"{", b"[" * 5000, b""])
async def test_what_is_forged_is_refused_before_it_is_parsed(door: Door, system: str, body: bytes) -> None:
    """Without a signature, with that of somebody else, with one of another body, with what is no text."""
    header = next(iter(signature(system, body)))
    wrong = [{}, signature(system, body, "guessed"), signature(system, b"else"), {header: ""}, {header: "\u00e9"}]
    answers = [await door.send(system, body, headers) for headers in wrong]
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (401, '{"error":"The signature is missing or not the right one."}')
    }
    assert door.counted == [("main", system, "forged")] * 5
    assert untouched(door)


async def test_the_signature_of_one_service_is_none_of_the_other(door: Door) -> None:
    """Nor is the one of another pair, whose secret is its own."""
    body = b'{"events": []}'
    assert (await door.send("wheniwork", body, signature("wonolo", body))).status_code == 401
    door.pairs["second"] = type(door.pair)(configured({"secret_key": "sk2"}), door.store)
    assert (await door.signed("wonolo", body, "sk", pair="second")).status_code == 401
    assert (await door.signed("wonolo", body, "sk2", pair="second")).status_code == 200


async def test_without_a_secret_when_i_work_is_refused(store: Store) -> None:
    """Nobody can be known then, whatever they sign with."""
    door = Door(store, configured(wheniwork={"webhook_secret": ""}))
    answers = [await door.signed("wheniwork", {"events": []}, secret) for secret in ("", "shared")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert (door.outcomes, untouched(door)) == (["forged", "forged"], True)


async def test_a_pair_that_is_not_there_has_no_name(door: Door) -> None:
    """What the sender calls it is neither counted, logged nor answered; once there is one it is taken."""
    with capture_logs() as lines:
        answer = await door.signed("wonolo", JOB, pair="nobody's")
    assert (answer.status_code, answer.json()) == (404, {"error": "There is no pair of this name."})
    assert door.counted == [("", "wonolo", "no_such_pair")]
    assert "nobody" not in repr(lines)
    door.pairs["nobody's"] = door.pair
    assert (await door.signed("wonolo", JOB, pair="nobody's")).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_only_a_post_is_a_webhook(door: Door, method: str) -> None:
    """A link that somebody follows does nothing."""
    assert (await door.send(method=method)).status_code == 405
    assert door.counted == []


async def test_a_body_of_a_mebibyte_is_read_and_a_larger_one_is_not(door: Door) -> None:
    """Its length is known beforehand, or not, or is a lie."""
    fits, larger = b" " * LARGEST, b" " * (LARGEST + 1)
    assert (await door.signed("wonolo", fits)).status_code == 200
    assert (await door.send("wonolo", in_pieces(LARGEST), signature("wonolo", fits))).json() == {"status": "double"}
    lengths = [str(LARGEST + 1), "9" * 5000]
    answers = [await door.send("wonolo", never_whole(), {"content-length": length}) for length in lengths]
    answers.append(await door.send("wonolo", larger, signature("wonolo", larger)))
    answers.append(await door.send("wonolo", in_pieces(LARGEST + 1), signature("wonolo", larger)))
    answers.append(await door.send("wonolo", in_pieces(2 * LARGEST), {"content-length": "2"}))
    assert [answer.status_code for answer in answers] == [413] * 5
    assert door.outcomes == ["malformed", "double", *["too_large"] * 5]


async def test_a_sender_that_never_ends_is_let_go(store: Store) -> None:
    """Its connection is not held for ever."""
    door = Door(store, patience_seconds=0.05)
    assert (await door.send("wonolo", never_whole())).status_code == 408
    assert (door.outcomes, untouched(door)) == (["incomplete"], True)


async def test_a_sender_that_hangs_up_leaves_nothing_behind(door: Door) -> None:
    """Half a body is no webhook, and no reason for a traceback."""
    came: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": b'{"job":', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return came.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/webhooks/wonolo/main"}
    scope |= {"headers": [], "query_string": b"", "client": None}
    await door.app(scope, receive, send)
    assert (sent[0]["status"], door.outcomes, untouched(door)) == (408, ["incomplete"], True)


async def test_who_fails_again_and_again_is_throttled_and_not_logged(door: Door) -> None:
    """Twenty times a minute; whatever the failure."""
    with capture_logs() as lines:
        answers = [await door.send("wonolo", os.urandom(9)) for _ in range(20)]
        answers += [await door.send("wonolo", b"{}"), await door.send("wheniwork", pair="nobody")]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429] * 2
    assert answers[-1].headers["retry-after"] == "60"
    assert door.counted[20:] == [("main", "wonolo", "throttled"), ("", "wheniwork", "throttled")]
    assert len(lines) == 20
    door.pass_time(minutes=1)
    assert (await door.send("wonolo", b"{}")).status_code == 401


async def test_a_genuine_webhook_is_taken_although_others_fail_from_the_same_address(door: Door) -> None:
    """Behind a reverse proxy all of them have one."""
    for _ in range(30):
        await door.send("wonolo", b"{}")
    assert (await door.signed("wonolo", JOB)).status_code == 200
    assert door.waiting() == {("job", 7, 1)}


async def test_no_line_shows_what_came(door: Door) -> None:
    """Neither body nor signature, whether it is taken or refused."""
    body = b'{"job": {"id": 7, "worker": {"phone": "+13125550100", "first_name": "Ida"}}}'
    with capture_logs() as lines:
        await door.signed("wonolo", body)
        await door.send("wonolo", body, signature("wonolo", body, "guessed"))
        await door.signed("wonolo", body[:-1])
    shown = repr(lines)
    assert [line["outcome"] for line in lines] == ["taken", "forged", "malformed"]
    assert not [word for word in ("Ida", "3125550100", *signature("wonolo", body).values()) if word in shown]
