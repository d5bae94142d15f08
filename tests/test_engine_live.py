"""Stories of writes that stuck otherwise than they were sent: they are live, so they are told and asked about."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.faults import Rule
from sync import report
from sync.passes import Outcome
from sync.plan import Change
from sync.report.words import headline
from tests.engine_world import Pair, at, copied, open_pair, quiet_world, reopened
from tests.test_engine_times import adjust, edit, entered, job_record, only, worked

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"
HOUR = timedelta(hours=1)
CHOICES = (
    "cancel the request",
    "take Wonolo's start and end in When I Work too",
    "send When I Work's start and end again",
)


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


@pytest.fixture
async def eastern(database_url: str) -> AsyncIterator[Pair]:
    """A pair whose Wonolo reads the time on a wall in New York, which nobody told the configuration."""
    world = quiet_world()
    world.wonolo.switches.start_time_zone = "America/New_York"
    async with open_pair(database_url, world) as opened:
        yield opened


def said(outcome: Outcome) -> str:
    """The report's last sentence."""
    return headline(report.of_outcome(outcome, "main"))


def asked(outcome: Outcome) -> Change:
    """The one conflict that waits."""
    (change,) = [row for row in outcome.waiting if row.verdict == "conflict"]
    return change


async def answer(pair: Pair, change: Change, choice: str) -> Outcome:
    """Dana answers, and the next run does it."""
    await pair.engine.deciding.answer(change, choice, "Dana", "")
    return await pair.engine.reconcile()


async def test_a_request_that_stands_at_another_time_is_live_and_asked_about(eastern: Pair) -> None:
    """It is no failure: both times, both zones and the settings are named, and it is never posted again."""
    eastern.offer(1)
    outcome = await eastern.engine.reconcile()
    [row] = outcome.differing
    assert row.reason == (
        "start_time was sent as '2026-03-04 08:00' but reads '2026-03-04T05:00:00.000-08:00', "
        "which is Wed 04 Mar 07:00 in America/Chicago; Wonolo took the time on the wall for UTC-05:00, not for "
        "UTC-06:00: look at `zone` of Harbor Warehouse and `start_time_format` under [wonolo]"
    )
    assert said(outcome).startswith("1 change written (1 in Wonolo)")
    assert said(outcome).endswith("1 differs from what was sent, 1 conflict.")
    change = asked(await eastern.quiet())
    assert (change.record, change.choices) == ("50001", CHOICES)
    assert change.reason == f"request 50001 is live otherwise than it was sent: {row.reason}"
    assert len(eastern.requests()) == 1


async def test_a_request_at_another_time_whose_reply_was_lost_is_asked_about_too(eastern: Pair) -> None:
    """It is no edit of Wonolo's: the shift stays where the manager put it."""
    eastern.offer(1)
    eastern.world.faults.add(Rule(fault="lost_reply", method="POST", path="/api_v2/job_requests", times=1))
    assert [row.outcome for row in (await eastern.engine.reconcile()).failed] == ["unknown"]
    assert asked(await eastern.quiet()).choices == CHOICES
    assert eastern.wheniwork_side() == [f"{PICKER}: 1 open"]


async def test_who_accepts_a_request_at_another_time_is_seated_all_the_same(eastern: Pair) -> None:
    """The question goes on beside it, and to cancel is no longer offered."""
    eastern.offer(1)
    await eastern.engine.reconcile()
    eastern.accept("Ada")
    outcome = await eastern.engine.reconcile()
    assert [(row.action, row.kind) for row in outcome.done] == [("create", "user"), ("assign", "shift")]
    assert asked(await eastern.quiet()).choices == CHOICES[1:]


async def test_what_changes_beside_a_question_goes_on_and_is_no_part_of_it(eastern: Pair) -> None:
    """A manager asks for one more seat meanwhile."""
    stack = eastern.offer(1)
    asks = asked(await eastern.engine.reconcile())
    eastern.edit(stack, instances=2)
    outcome = await eastern.engine.reconcile()
    assert [(row.action, row.kind) for row in outcome.done] == [("update", "job_request")]
    assert asked(await eastern.quiet()).reason == asks.reason


async def test_when_i_work_follows_what_is_live(eastern: Pair) -> None:
    """After a yes to that; the next creation is made, and asked about by itself while the setting is wrong."""
    eastern.offer(1)
    outcome = await answer(eastern, asked(await eastern.engine.reconcile()), "follow")
    assert [(row.action, row.kind) for row in outcome.done] == [("update", "shift")]
    assert await eastern.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 07:00-15:00: 1 open"]
    eastern.offer(1, day=3)
    outcome = await eastern.engine.reconcile()
    assert [row.change.action for row in outcome.differing] == ["create"]
    assert asked(outcome).choices == CHOICES


async def test_a_start_is_sent_again_once_the_setting_is_right(eastern: Pair) -> None:
    """Then nothing is asked any more, and others are made as ever."""
    eastern.offer(1)
    change = asked(await eastern.engine.reconcile())
    eastern.world.wonolo.switches.start_time_zone = "company"
    eastern.offer(1, day=3)
    outcome = await answer(eastern, change, "send-again")
    assert [(row.action, row.kind) for row in outcome.done] == [("update", "job_request"), ("create", "job_request")]
    assert len(await eastern.settled()) == 2


async def test_what_comes_back_otherwise_again_is_asked_again(eastern: Pair) -> None:
    """Nobody sends it for ever: one write for each answer."""
    eastern.offer(1)
    outcome = await answer(eastern, asked(await eastern.engine.reconcile()), "send-again")
    assert [row.change.action for row in outcome.differing] == ["update"]
    assert asked(await eastern.quiet()).choices == CHOICES


async def test_a_request_is_taken_back_and_its_shift_stays(eastern: Pair) -> None:
    """It is posted again only after a yes, or with another zone."""
    stack = eastern.offer(1)
    outcome = await answer(eastern, asked(await eastern.engine.reconcile()), "cancel")
    assert [(row.action, row.kind) for row in outcome.done] == [("delete", "job_request")]
    assert [(row.action, row.verdict) for row in (await eastern.quiet()).waiting] == [("create", "hold")]
    assert eastern.shifts(held=False) == [stack]
    places = [row | {"zone": "America/New_York"} for row in eastern.config.model_dump()["places"]]
    async with reopened(eastern, places=places) as other:
        assert await other.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 09:00-17:00: 1 open"]


async def test_one_wrong_zone_posts_one_wrong_request(sqlite_template: Path, tmp_path: Path) -> None:
    """Of forty, also at other places of that zone; in that run, in the next, and for whoever says yes to one."""
    world = quiet_world()
    world.wonolo.switches.start_time_zone = "America/New_York"
    async with open_pair(copied(sqlite_template, tmp_path), world) as pair:
        others = [row["id"] for row in world.wheniwork.locations.values()]
        for number in range(40):
            pair.offer(
                1, day=2 + number % 5, location_id=others[number % len(others)], start=f"{8 + number // 5:02}:00"
            )
        outcome = await pair.engine.reconcile()
        assert (len(outcome.differing), len(pair.requests())) == (1, 1)
        held = [row for row in (await pair.quiet()).waiting if row.action == "create"]
        assert [row.verdict for row in held] == ["hold"] * 39
        await answer(pair, held[0], "yes")
        assert len(pair.requests()) == 2


async def test_a_request_with_another_zone_is_posted_meanwhile(pair: Pair) -> None:
    """Only what shares the cause waits."""
    places = [dict(row) for row in pair.config.model_dump()["places"]]
    places[-1] |= {"zone": "America/Denver"}
    pair.world.wonolo.switches.start_time_zone = "America/Denver"
    async with reopened(pair, places=places) as other:
        location = next(row["location_id"] for row in places[-1:])
        other.offer(1, day=2)
        other.offer(1, day=3, location_id=location)
        outcome = await other.engine.reconcile()
        assert [row.change.place for row in outcome.differing] == ["Harbor Warehouse"]
        assert [row.place for row in outcome.done] == [places[-1]["name"]]


Alter = Callable[[Pair, dict[str, Any]], dict[str, Any]]
"""The values that a service keeps instead of those that it was sent."""


def later(field: str) -> Alter:
    """An instant an hour later."""
    return lambda _pair, record: {field: record[field] + HOUR}


def kept(**fields: Any) -> Alter:
    """Other values."""
    return lambda _pair, _record: fields


def elsewhere(pair: Pair, _record: dict[str, Any]) -> dict[str, Any]:
    """The address of another place."""
    place = pair.config.places[-1]
    return {"address": place.address, "zip": place.zip, "city": place.city, "venue": place.name}


def at_other(name: str) -> Alter:
    """The last location or position there is."""
    return lambda pair, _record: {f"{name}_id": max(pair.world.wheniwork.table(f"{name}s"))}


def meddle(pair: Pair, kind: str, alter: Alter) -> None:
    """Let the next write of such a record come back otherwise."""
    paths = {"job_request": "/api_v2/job_requests", "shift": "/2/shifts", "time": "/2/times", "job": "/api_v2/jobs"}

    def after(request: httpx.Request) -> None:
        if not request.url.path.startswith(paths[kind]):
            return
        pair.wire.after_write = None
        tables = {
            "job_request": pair.world.wonolo.job_requests.records,
            "shift": pair.world.wheniwork.shifts,
            "time": pair.world.wheniwork.times,
            "job": pair.world.wonolo.jobs.records,
        }
        record = list(tables[kind].values())[-1]
        if kind == "shift":  # what it prints is kept until somebody edits it
            pair.edit(record["id"], **alter(pair, record))
        else:
            record.update(alter(pair, record))

    pair.wire.after_write = after


def offered(pair: Pair) -> None:
    """A manager offers a shift, so a request is posted."""
    pair.offer(2)


def posted(pair: Pair) -> None:
    """A requestor posts a request, so a shift is added."""
    pair.post(2)


@pytest.mark.parametrize(
    ("begin", "kind", "field", "alter"),
    [
        (offered, "job_request", "start_time", later("start_time")),
        (offered, "job_request", "duration", kept(duration=420)),
        (offered, "job_request", "slots", kept(slots=3)),
        (offered, "job_request", "wage", kept(wage=100)),
        (offered, "job_request", "address", elsewhere),
        (posted, "shift", "start_time", later("start_time")),
        (posted, "shift", "end_time", later("end_time")),
        (posted, "shift", "location_id", at_other("location")),
        (posted, "shift", "position_id", at_other("position")),
        (posted, "shift", "instances", kept(instances=5)),
    ],
)
async def test_every_field_of_a_creation_that_comes_back_otherwise_is_told_and_asked_about(
    pair: Pair, begin: Callable[[Pair], None], kind: str, field: str, alter: Alter
) -> None:
    """By name; both sides stay as they are until somebody says which counts, and nothing is made again."""
    begin(pair)
    meddle(pair, kind, alter)
    outcome = await pair.engine.reconcile()
    [row] = outcome.differing
    assert (row.change.action, row.change.kind, row.wrong) == ("create", kind, (field,))
    assert f"{field} was sent as " in row.reason
    change = asked(await pair.quiet())
    assert f"{field} was sent as " in change.reason
    counts = (len(pair.requests()), len(pair.shifts(held=False)))
    outcome = await answer(pair, change, change.options[-1])
    assert [(row.action, row.kind) for row in outcome.done] == [("update", kind)]
    assert (await pair.quiet()).waiting == ()
    assert (len(pair.requests()), len(pair.shifts(held=False))) == counts
    assert pair.wonolo_side() == pair.wheniwork_side()


@pytest.mark.parametrize(
    ("edit", "kind", "field", "alter"),
    [
        ({"start_time": at(2, "09:00")}, "job_request", "start_time", later("start_time")),
        ({"end_time": at(2, "17:00")}, "job_request", "duration", kept(duration=600)),
        ({"end_time": at(2, "17:00")}, "job_request", "wage", kept(wage=50)),
        ({"instances": 4}, "job_request", "slots", kept(slots=3)),
    ],
)
async def test_every_field_of_an_update_that_comes_back_otherwise_is_told_and_asked_about(
    pair: Pair, edit: dict[str, Any], kind: str, field: str, alter: Alter
) -> None:
    """As of a creation."""
    stack = pair.offer(2)
    await pair.settled()
    pair.edit(stack, **edit)
    meddle(pair, kind, alter)
    [row] = (await pair.engine.reconcile()).differing
    assert (row.change.action, row.wrong) == ("update", (field,))
    change = asked(await pair.quiet())
    await answer(pair, change, change.options[-1])
    assert (await pair.quiet()).waiting == ()
    assert pair.wonolo_side() == pair.wheniwork_side()


async def test_a_wage_that_a_person_keeps_is_asked_about_no_more(pair: Pair) -> None:
    """It is mentioned, with who decided so."""
    pair.offer(1)
    meddle(pair, "job_request", kept(wage=100))
    change = asked(await pair.engine.reconcile())
    assert change.choices == ("cancel the request", "keep it as it is", "send it again")
    outcome = await answer(pair, change, "keep")
    assert (outcome.done, outcome.waiting) == ((), ())
    outcome = await pair.quiet()
    assert (outcome.waiting, [row.cause.split(":")[0] for row in outcome.skipped]) == ((), ["keep it as it is"])


@pytest.mark.parametrize(
    ("alter", "choice"), [("kept", "keep"), ("kept", "cancel"), ("later", "follow"), ("later", "cancel")]
)
async def test_what_a_person_settled_holds_up_no_other(pair: Pair, alter: str, choice: str) -> None:
    """The next demand of that place is posted in the next run."""
    pair.offer(1)
    meddle(pair, "job_request", kept(wage=100) if alter == "kept" else later("start_time"))
    change = asked(await pair.engine.reconcile())
    pair.offer(1, day=4)
    assert [row.verdict for row in (await pair.engine.reconcile()).waiting if row.action == "create"] == ["hold"]
    await answer(pair, change, choice)
    posted_for = [pair.world.wonolo.job_requests.records[number]["start_time"] for number in pair.requests()]
    assert at(4, "08:00") in posted_for


@pytest.mark.parametrize(
    ("field", "table", "setting", "value"),
    [
        ("wage", "skills", "hourly_rate", 31.5),
        ("wage", "skills", "category", "Event Staff"),
        ("address", "places", "venue", "Gate 9"),
        ("address", "places", "name", "Harbor Gate"),
    ],
)
async def test_another_setting_is_worth_another_try(
    pair: Pair, field: str, table: str, setting: str, value: object
) -> None:
    """What holds up others is that they would come back likewise."""
    pair.offer(1)
    meddle(pair, "job_request", kept(wage=100) if field == "wage" else elsewhere)
    await pair.engine.reconcile()
    pair.offer(1, day=4)
    assert [row.verdict for row in (await pair.engine.reconcile()).waiting if row.action == "create"] == ["hold"]
    rows = [dict(row) for row in pair.config.model_dump()[table]]
    for row in rows:
        row[setting] = value if row["name"] in ("Picker", "Harbor Warehouse") else row[setting]
    async with reopened(pair, **{table: rows}) as other:
        plan = await other.engine.plan()
        assert "hold" not in [row.verdict for row in plan.changes if row.action == "create"]


@pytest.mark.parametrize("kind", ["time", "job"])
async def test_hours_that_come_back_otherwise_are_live_and_sent_again_on_a_yes_only(pair: Pair, kind: str) -> None:
    """On either side."""
    job, time = await entered(pair)
    if kind == "time":
        adjust(pair, job, actual_duration=510)
        meddle(pair, kind, later("end_time"))
    else:
        edit(pair, time, end_time=at(2, "15:00"))
        meddle(pair, kind, kept(actual_duration=300))
    [row] = (await pair.engine.reconcile()).differing
    assert row.change.kind == kind
    [waiting] = (await pair.quiet()).waiting
    assert (waiting.verdict, "is live otherwise than it was sent" in waiting.reason) == ("hold", True)
    outcome = await answer(pair, waiting, "yes")
    assert [(row.action, row.kind) for row in outcome.done] == [("update", kind)]
    assert (await pair.quiet()).waiting == ()
    assert job_record(pair, job)["actual_duration"] == (510 if kind == "time" else 420)


async def test_a_new_time_that_comes_back_otherwise_is_tied_and_not_entered_again(pair: Pair) -> None:
    """The next run asks about the difference."""
    await worked(pair)
    meddle(pair, "time", later("end_time"))
    [row] = (await pair.engine.reconcile()).differing
    assert (row.change.action, row.wrong) == ("create", ("end_time",))
    [waiting] = (await pair.quiet()).waiting
    assert (waiting.action, waiting.verdict, waiting.record) == ("update", "hold", str(only(pair)["id"]))
