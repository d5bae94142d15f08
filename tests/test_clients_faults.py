"""Both clients against a sandbox that misbehaves, over a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from sandbox.faults import FaultName, Rule
from sandbox.serve import Server
from sandbox.world import World, build_world
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.errors import Forbidden, OutcomeUnknown, RateLimited, RemoteError, Unauthorized, Unavailable

BADGE = {"name": "Scanner", "description": "May use the scanner"}
POSITION = {"name": "Scanner"}


@pytest.fixture
def world() -> World:
    """A small world of its own for each test."""
    return build_world(seed=1, demands=0)


@pytest.fixture
def url(world: World) -> Iterator[str]:
    """The world, served."""
    with Server(world) as server, capture_logs():
        yield server.url


def wonolo_at(url: str, pair: str = "sandbox") -> Wonolo:
    """Make a client with the sandbox's keys, or a pair of others."""
    return Wonolo(f"{url}/api_v2", f"pk_test_{pair}", f"sk_test_{pair}", per_second=1000)


def wheniwork_at(url: str, name: str = "manager") -> WhenIWork:
    """Make a client with the sandbox's manager, or somebody it does not know."""
    login = ("sandbox-developer-key", f"{name}@sandbox.example", "sandbox")
    return WhenIWork(f"{url}/2", f"{url}/2/login", *login, per_minute=60_000)


def strike(world: World, fault: FaultName, method: str, **tuning: Any) -> None:
    """Let the next request of that method go wrong."""
    world.faults.add(Rule(fault=fault, method=method, times=1, **tuning))


async def badges(wonolo: Wonolo) -> list[str]:
    """Return the names of the badges of that test."""
    return [row["name"] async for page in wonolo.badges(query="Scanner") for row in page]


@pytest.mark.parametrize(
    "fault", ["lost_request", "lost_reply", "error", "html", "throttle_403", "rate_limited", "expire_tokens"]
)
async def test_a_read_gets_through_one_fault(world: World, url: str, fault: FaultName) -> None:
    """The caller never notices."""
    async with wheniwork_at(url) as wheniwork:
        before = await wheniwork.account()
        strike(world, fault, "GET", **({"retry_after": 0} if fault == "rate_limited" else {}))
        assert await wheniwork.account() == before


@pytest.mark.parametrize(
    ("fault", "kind", "happened"),
    [
        ("lost_request", OutcomeUnknown, []),
        ("lost_reply", OutcomeUnknown, ["Scanner"]),
        ("error", OutcomeUnknown, []),
        ("error_after_effect", OutcomeUnknown, ["Scanner"]),
        ("html", OutcomeUnknown, []),
        ("rate_limited", RateLimited, []),
    ],
)
async def test_a_write_is_never_sent_twice(
    world: World, url: str, fault: FaultName, kind: type[RemoteError], happened: list[str]
) -> None:
    """Whether it happened is found out by looking."""
    async with wonolo_at(url) as wonolo:
        assert await badges(wonolo) == []
        strike(world, fault, "POST")
        with pytest.raises(RemoteError) as caught:
            await wonolo.create_badge(BADGE)
        assert (type(caught.value), await badges(wonolo)) == (kind, happened)


async def test_a_write_with_an_expired_token_happens_once(world: World, url: str) -> None:
    """It is refused, the login renewed, and the write sent again."""
    async with wonolo_at(url) as wonolo:
        await badges(wonolo)
        strike(world, "expire_tokens", "POST")
        await wonolo.create_badge(BADGE)
        assert await badges(wonolo) == ["Scanner"]


async def test_a_throttled_write_may_look_forbidden(world: World, url: str) -> None:
    """When I Work names no permission, so it is no lesson about this login."""
    async with wheniwork_at(url) as wheniwork:
        await wheniwork.account()
        strike(world, "throttle_403", "POST")
        with pytest.raises(Forbidden) as caught:
            await wheniwork.positions.create(POSITION)
    assert caught.value.ambiguous


async def test_a_public_pool_key_is_forbidden_to_write(world: World, url: str) -> None:
    """That is certain, and learned as a capability."""
    world.wonolo.switches.pool = "public"
    async with wonolo_at(url) as wonolo:
        with pytest.raises(Forbidden, match="Public Pool") as caught:
            await wonolo.create_job_request({"state": "posted"})
    assert caught.value.certain


async def test_wrong_credentials_are_unauthorized_in_both(url: str) -> None:
    """Each service says it in its own words."""
    async with wonolo_at(url, "other") as wonolo, wheniwork_at(url, "nobody") as wheniwork:
        with pytest.raises(Unauthorized, match="wonolo: POST /api_v2/authenticate: 401"):
            await wonolo.job(1)
        with pytest.raises(Unauthorized, match="wheniwork: POST /2/login: 401"):
            await wheniwork.account()


async def test_a_service_that_is_not_there_is_unavailable() -> None:
    """A write is known not to have happened then."""
    with Server(build_world(demands=0)) as server:
        url = server.url
    with capture_logs():
        async with wonolo_at(url) as wonolo:
            with pytest.raises(Unavailable, match=r"127\.0\.0\.1 was not reached \(ConnectError\)"):
                await wonolo.create_badge(BADGE)
