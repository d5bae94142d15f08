"""Faults by switch that let an answer through and change what it says or how it is spelled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from sandbox.effects import Reply, reply_under
from sandbox.faults import FaultName, Rule
from tests.sandbox_faults import Client, served
from tests.sandbox_wonolo import job_request_body


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a fresh sandbox."""
    with served() as client:
        yield client


def test_half_an_answer_is_no_json(client: Client) -> None:
    """Its status and length are those of a whole one."""
    client.fault(fault="broken_json", times=1)
    half, whole = (client.wonolo("GET", "/users") for _ in range(2))
    assert (half.status_code, half.content) == (200, whole.content[: len(whole.content) // 2])


def test_values_may_be_spelled_otherwise(client: Client) -> None:
    """Ids as strings, unset dates as zeros, booleans as numbers; all else stays."""
    for fault in ("string_ids", "zero_dates", "int_booleans"):
        client.fault(fault=fault, times=1)
    strings, zeros, ints, plain = (client.wonolo("GET", "/users/1003").json()["user"] for _ in range(4))
    assert (strings["id"], zeros["suspended_at"], ints["suspended"]) == ("1003", "0000-00-00 00:00:00", 0)
    assert ints["suspended"] is not False
    assert strings == {**plain, "id": "1003", "user_badges": strings["user_badges"]}
    held = [(str(badge["id"]), str(badge["user_id"]), str(badge["badge_id"])) for badge in plain["user_badges"]]
    assert [(badge["id"], badge["user_id"], badge["badge_id"]) for badge in strings["user_badges"]] == held
    assert {name for name in plain if zeros[name] != plain[name]} >= {"suspended_at"}
    assert plain == client.wonolo("GET", "/users/1003").json()["user"]


def test_lists_of_ids_are_spelled_alike(client: Client) -> None:
    """Where their name tells; an answer without a body, or with a bare list or value, passes through any of them."""
    client.fault(fault="string_ids", path="/api_v2/job_requests", times=1)
    fields = {**job_request_body(), "ban_list": [1003]}
    assert client.wonolo("POST", "/job_requests", json=fields).json()["job_request"]["ban_list"] == [1003]

    async def reply(fault: FaultName, body: bytes) -> bytes | None:
        async def call() -> Reply:
            return Reply(200, body)

        answer = await reply_under(Rule(fault=fault), call)
        return None if answer is None else answer.body

    cases: list[tuple[FaultName, bytes]] = [
        ("string_ids", b""),
        ("string_ids", b'{"shift_ids":[1,2],"a":[{"id":3}]}'),
        ("lists_for_maps", b'{"a":{},"b":[{"c":{}}]}'),
        ("truncated_listing", b"[1,2]"),
        ("truncated_listing", b"7"),
        ("empty_listing", b""),
    ]
    found = [asyncio.run(reply(fault, body)) for fault, body in cases]
    assert found == [b"", b'{"shift_ids":["1","2"],"a":[{"id":"3"}]}', b'{"a":[],"b":[{"c":[]}]}', b"[1]", b"7", b""]


def test_an_empty_map_travels_as_a_list(client: Client) -> None:
    """As PHP spells it; one that holds something stays a map."""
    client.fault(fault="lists_for_maps", path="/api_v2/job_requests", times=1)
    found = [client.wonolo("POST", "/job_requests", json=job_request_body()).json()["job_request"] for _ in range(2)]
    assert [one["cached_job_states"] for one in found] == [[], {}]
    assert [one["can"] for one in found] == [{"update": True}] * 2


def test_a_listing_drifts_while_its_pages_are_read(client: Client) -> None:
    """A record of the last page moves to the first one, which has been read: it is missed, another comes twice."""
    client.http.post("/_sandbox/advance", json={"minutes": 1})
    read = _page(client, 1)
    client.fault(fault="page_drift", times=1)
    read += _page(client, 2) + _page(client, 3)
    assert (len(read), len(set(read))) == (42, 41)
    assert set(client.world.wonolo.users.records) - set(read) == {1001}
    client.fault(fault="page_drift", times=2)
    assert client.wonolo("GET", "/jobs").json() == {"jobs": []}
    assert client.http.get("/api_v2/info").status_code == 200


def _page(client: Client, number: int) -> list[int]:
    page = {"token": client.token, "page": number, "per": 20}
    return [user["id"] for user in client.http.get("/api_v2/users", params=page).json()["users"]]
