"""How writes to Wonolo are spelled, and where their token goes: each option against a service that takes that alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from structlog.testing import capture_logs

from sandbox.app import create_app
from sandbox.world import World, build_world
from sync.clients.exchange import form
from sync.clients.wonolo import Wonolo
from sync.errors import Rejected, Unauthorized
from tests.engine_world import open_pair, quiet_world
from tests.sandbox_wonolo import KEYS, NOON, job_request_body

Body = Literal["nested", "flat", "form"]
AuthIn = Literal["query", "body"]

ALONE: dict[Body, dict[str, str]] = {
    "nested": {"fields_in": "nested", "body_in": "json"},
    "flat": {"fields_in": "flat", "body_in": "json"},
    "form": {"body_in": "form"},
}
"""A service that takes writes in one style and no other."""


@pytest.fixture
def world() -> World:
    """A small world of its own for each test."""
    return build_world(seed=7, demands=0, start=NOON)


@asynccontextmanager
async def client(world: World, body: Body = "nested", auth_in: AuthIn = "query") -> AsyncIterator[Wonolo]:
    """A client of its Wonolo that spells writes in one way."""
    transport, keys = httpx.ASGITransport(create_app(world)), (KEYS["api_key"], KEYS["secret_key"])
    options: dict[str, Any] = {"transport": transport, "per_second": 1000, "body": body, "auth_in": auth_in}
    with capture_logs():
        async with Wonolo("http://127.0.0.1/api_v2", *keys, **options) as wonolo:
            yield wonolo


@pytest.mark.parametrize("body", ALONE)
async def test_a_write_is_understood_in_the_style_that_is_set(world: World, body: Body) -> None:
    """Texts, numbers, flags and lists arrive as they are meant."""
    world.wonolo.switches.change(ALONE[body])
    wanted = job_request_body(slots=2) | {"request_name": "Dock & [yard] = 5%", "preferred_candidate_ids": [7, 8]}
    async with client(world, body) as wonolo:
        posted = await wonolo.create_job_request(wanted)
        changed = await wonolo.update_job_request(posted["id"], {"slots": 3})
        badge = await wonolo.create_badge({"name": "Scanner", "description": "Scans", "is_soft": True})
    assert {name: posted[name] for name in ("request_name", "preferred_candidate_ids", "slots")} == {
        "request_name": "Dock & [yard] = 5%",
        "preferred_candidate_ids": [7, 8],
        "slots": 2,
    }
    assert (changed["slots"], badge["is_soft"]) == (3, True)


@pytest.mark.parametrize(("body", "taken"), [(body, taken) for body in ALONE for taken in ALONE if body != taken])
async def test_a_service_that_takes_another_style_refuses_for_certain(world: World, body: Body, taken: Body) -> None:
    """It finds no field, says so, and has done nothing."""
    world.wonolo.switches.change(ALONE[taken])
    async with client(world, body) as wonolo:
        with pytest.raises((Rejected, Unauthorized), match="422"):
            await wonolo.create_job_request(job_request_body())
    assert world.wonolo.job_requests.records == {}


@pytest.mark.parametrize("body", ALONE)
async def test_a_jobs_change_is_flat_in_every_style(world: World, body: Body) -> None:
    """As it is documented, unlike the creates (Wonolo reference 4)."""
    async with client(world, body) as wonolo:
        posted = await wonolo.create_job_request(job_request_body(slots=2))
        job = await wonolo.assign_job((await wonolo.rankings(posted["id"]))["rankings"][0]["worker_id"], posted["id"])
        world.wonolo.switches.change({"fields_in": "flat"})
        assert (await wonolo.update_job(job["id"], {"state": "cancelled"}))["state"] == "cancelled"


@pytest.mark.parametrize("body", ALONE)
@pytest.mark.parametrize("auth_in", ["query", "body"])
async def test_the_token_goes_where_it_is_looked_for(world: World, body: Body, auth_in: AuthIn) -> None:
    """With a write that has fields, one that has none, one that deletes, and one that reads."""
    world.wonolo.switches.change({"auth_in": auth_in})
    async with client(world, body, auth_in) as wonolo:
        posted = await wonolo.create_job_request(job_request_body())
        await wonolo.re_rank_workers(posted["id"])
        badge = await wonolo.create_badge({"name": "Scanner", "description": "Scans"})
        assert await wonolo.delete_badge(badge["id"])
        assert (await wonolo.job_request(posted["id"]))["id"] == posted["id"]


@pytest.mark.parametrize(("auth_in", "looked_in"), [("query", "body"), ("body", "query")])
async def test_a_token_elsewhere_is_not_found(world: World, auth_in: AuthIn, looked_in: str) -> None:
    """The service answers as to a stranger."""
    world.wonolo.switches.change({"auth_in": looked_in})
    async with client(world, auth_in=auth_in) as wonolo:
        with pytest.raises(Unauthorized, match="401"):
            await wonolo.create_job_request(job_request_body())


@pytest.mark.parametrize("body", ALONE)
async def test_the_engine_writes_as_the_configuration_says(tmp_path: Path, body: Body) -> None:
    """Post, change and cancel, with a service that takes nothing else."""
    world = quiet_world()
    world.wonolo.switches.change({**ALONE[body], "auth_in": "body"})
    async with open_pair(
        f"sqlite:///{tmp_path / 'shiftbridge.db'}", world, wonolo={"body": body, "auth_in": "body"}
    ) as pair:
        stack = pair.offer(2)
        assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 2 open"]
        pair.edit(stack, instances=3)
        assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 3 open"]
        pair.act("manager_deletes_shift", shift_id=stack)
        assert await pair.settled() == []


def test_a_form_spells_what_rails_reads() -> None:
    """Brackets for what is nested, one field for each of a list, words for flags, nothing for what is unset."""
    body = {"job": {"ids": [1, 2], "on": True, "note": None, "deep": {"off": False}}, "wage": 160.5}
    assert form(body) == {
        "job[ids][]": ["1", "2"],
        "job[on]": "true",
        "job[note]": "",
        "job[deep][off]": "false",
        "wage": "160.5",
    }
