"""The first run over two accounts that people kept by hand: 200 demands, a third of them with one slip each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from mappings.matching import SAME
from tests.engine_world import Pair, copied, open_pair

TAG = "#wonolo"
SLIPS = ("spelling", "draft", "horizon", "tag", "zip")
SHORT = {"Road": "Rd.", "Drive": "DR", "Square": "Sq."}


@dataclass
class Typed:
    """The ids of the records that people typed, by slip ("" for none)."""

    requests: dict[str, list[int]] = field(default_factory=dict)
    shifts: dict[str, list[int]] = field(default_factory=dict)


def typed(pair: Pair, demands: int = 200) -> Typed:
    """Let people type each demand into both systems; every third has a slip, each kind in turn."""
    found = Typed()
    places, skills = pair.config.places, pair.config.skills
    for number in range(demands):
        slip = SLIPS[number // 3 % len(SLIPS)] if number % 3 == 0 else ""
        place, skill = places[number % len(places)], skills[number % len(skills)]
        day, start = 20 if slip == "horizon" else 1 + number // 35, f"{6 + number // 35 % 12:02}:00"
        seats = 1 + number % 3
        address, postcode = place.address, place.zip
        if slip == "spelling":
            words = address.split()
            address = " ".join([*words[:-1], SHORT[words[-1]]])
        if slip == "zip":
            postcode = postcode[:3] + postcode[4] + postcode[3]
        request = pair.post(
            seats,
            day=day,
            start=start,
            category=skill.category,
            request_name=f"{skill.name} with gloves {TAG}",
            description_tasks=skill.description,
            venue=place.venue or place.name,
            address=address,
            city=place.city,
            zip=postcode,
        )
        shift = pair.offer(
            seats,
            day=day,
            start=start,
            location_id=place.location_id,
            position_id=skill.position_id,
            notes="" if slip == "tag" else f"{skill.name} with gloves {TAG}",
            published=slip != "draft",
        )
        found.requests.setdefault(slip, []).append(request)
        found.shifts.setdefault(slip, []).append(shift)
    return found


def seats(pair: Pair) -> tuple[int, int]:
    """The seats asked for on both sides, whatever their state."""
    asked = sum(row["slots"] for row in pair.world.wonolo.job_requests.records.values() if row["state"] != "cancelled")
    return asked, sum(max(1, row["instances"] or 1) for row in pair.world.wheniwork.shifts.values())


def linked(pair: Pair, requests: list[int]) -> int:
    """How many of these JobRequests are linked."""
    with pair.engine.store.read(pair.config.name) as tx:
        return sum(bool(tx.past.links("job_request", number)) for number in requests)


def put_right(pair: Pair, found: Typed) -> None:
    """People publish the drafts and correct the zips."""
    for shift in found.shifts["draft"]:
        pair.edit(shift, published=True)
    zips = {place.address: place.zip for place in pair.config.places}
    for number in found.requests["zip"]:
        address = pair.world.wonolo.job_requests.records[number]["address"]
        pair.act("requestor_edits", job_request_id=number, fields={"zip": zips[address]})


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two accounts of one company."""
    async with open_pair(copied(sqlite_template, tmp_path), scope={"tag": TAG}) as opened:
        yield opened


async def test_a_first_run_over_two_lists_typed_by_hand_doubles_nothing(pair: Pair) -> None:
    """What is certainly the same is linked, each doubt is one question, and nothing is made, then or later."""
    found = typed(pair)
    before = seats(pair)
    outcome = await pair.engine.reconcile()
    assert {(change.action, change.kind) for change in outcome.done} == {("link", "job_request")}
    assert {slip: linked(pair, rows) for slip, rows in found.requests.items()} == {
        "": 133,
        "spelling": 14,
        "draft": 0,
        "horizon": 0,
        "tag": 0,
        "zip": 0,
    }
    in_doubt = [*found.requests["draft"], *found.requests["tag"], *found.requests["zip"]]
    assert sorted(change.record for change in outcome.waiting) == sorted(map(str, in_doubt))

    doubts, _ = await pair.engine.deciding.doubts()
    await pair.engine.deciding.settle([(doubt, SAME) for doubt in doubts], "a manager", "")
    outcome = await pair.engine.reconcile()
    assert [change for change in outcome.done if change.action == "create"] == []
    assert linked(pair, found.requests["tag"]) == 13
    assert [change for change in outcome.waiting if change.doubt] == []

    put_right(pair, found)
    await pair.engine.reconcile()
    pair.world.clock.advance(timedelta(days=7))  # the far ones come into view
    await pair.engine.reconcile()
    assert seats(pair) == before
    assert {slip: linked(pair, rows) - len(rows) for slip, rows in found.requests.items()} == dict.fromkeys(
        ("", *SLIPS), 0
    )
