"""The sandbox's world: how it begins, how time passes in it, and how it is served."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from sandbox.__main__ import main
from sandbox.clock import VirtualClock
from sandbox.people import ImpossibleActError, live, perform
from sandbox.serve import Server
from sandbox.wonolo.lifecycle import jobs_on
from sandbox.world import Beginning, World, build_world
from tests.sandbox_wonolo import NOON

CHICAGO = ZoneInfo("America/Chicago")


def test_a_clock_with_a_start_stands_still_until_advanced() -> None:
    """It tells UTC and never goes back."""
    clock = VirtualClock(datetime(2026, 3, 8, 1, 30, tzinfo=CHICAGO))
    assert clock.now() == clock.now() == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    clock.advance(timedelta(hours=1))
    assert clock.now().astimezone(CHICAGO).hour == 3
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(timedelta(seconds=-1))


def test_a_clock_without_a_start_runs_with_real_time() -> None:
    """Plus what it was advanced by; a start without a zone is refused."""
    clock = VirtualClock()
    clock.advance(timedelta(days=1))
    assert abs(clock.now().timestamp() - 86_400 - time.time()) < 5
    with pytest.raises(ValueError, match="zone"):
        VirtualClock(datetime(2026, 1, 1))  # noqa: DTZ001 - the naive time that is refused


def test_a_seed_decides_a_world() -> None:
    """The same seed makes the same state, another a different one."""
    first, again, other = (build_world(seed, 30, NOON, 0.5).snapshot() for seed in (1, 1, 2))
    assert first == again
    assert first["wheniwork"]["shifts"] != other["wheniwork"]["shifts"]
    assert first["wonolo"]["job_requests"] != other["wonolo"]["job_requests"]


def test_demands_are_published_stacks_that_all_differ() -> None:
    """One to four instances, on quarter hours of the next two weeks, four to ten hours long; own shifts beside them."""
    world = build_world(demands=300, start=NOON)
    seeded = set(build_world(demands=0, start=NOON).wheniwork.shifts)
    shifts = [shift for number, shift in world.wheniwork.shifts.items() if number not in seeded]
    stacks = [shift for shift in shifts if shift["is_open"] and shift["published"]]
    assert len(stacks) == 300
    assert sum(not shift["is_open"] for shift in shifts) == 300
    assert sum(not shift["published"] for shift in shifts) == 50
    assert {stack["instances"] for stack in stacks} == {1, 2, 3, 4}
    assert {stack["break_time"] for stack in stacks} == {0, 0.5}
    assert {stack["start_time"].minute for stack in stacks} == {0, 15, 30, 45}
    lengths = {stack["end_time"] - stack["start_time"] for stack in stacks}
    assert (min(lengths), max(lengths)) == (timedelta(hours=4), timedelta(hours=10))
    assert all(NOON < stack["start_time"] < NOON + timedelta(days=14) for stack in stacks)
    assert len({(s["location_id"], s["position_id"], s["start_time"], s["end_time"]) for s in stacks}) == 300


def test_requestors_have_typed_a_share_of_job_requests() -> None:
    """Into Wonolo alone; none by default."""
    assert build_world(demands=10, start=NOON).wonolo.job_requests.records == {}
    posted = build_world(demands=10, start=NOON, posted=0.4).wonolo.job_requests.records.values()
    assert [record["state"] for record in posted] == ["posted"] * 4


def test_workers_have_accepted_a_share_of_these_job_requests() -> None:
    """Every slot of it, each another worker; the rest of the world stays as it is without them."""
    beginning = Beginning(demands=40, posted=0.5, filled=0.6, start=NOON)
    wonolo, without = World(beginning).wonolo, World(replace(beginning, filled=0.0)).wonolo
    records = list(wonolo.job_requests.records.values())
    assert [record["state"] for record in records] == ["filled"] * 12 + ["posted"] * 8
    workers = {record["id"]: [job["worker_id"] for job in jobs_on(wonolo, record)] for record in records}
    assert [len(workers[record["id"]]) for record in records] == [record["slots"] for record in records[:12]] + [0] * 8
    assert all(len(set(some)) == len(some) for some in workers.values())
    assert World(beginning).snapshot() == World(beginning).snapshot()
    starts = [record["start_time"] for record in without.job_requests.records.values()]
    assert [record["start_time"] for record in records] == starts


def test_a_large_world_is_there_soon() -> None:
    """Ten thousand demands with their own shifts and drafts, as many JobRequests, and their Jobs."""
    began = time.process_time()
    World(Beginning(demands=10_000, posted=1.0, filled=1.0, start=NOON))
    assert time.process_time() - began < 20


def test_reminders_go_out_as_the_clock_moves() -> None:
    """Two hours before its start a held shift is `alerted`, which moves its `updated_at`."""
    world = build_world(demands=0, start=NOON)
    fields = {"location_id": 136, "user_id": 27384, "published": True}
    times = {"start_time": NOON + timedelta(hours=5), "end_time": NOON + timedelta(hours=9)}
    perform(world, "manager_creates_shift", {"fields": {**fields, **times}})
    shift = list(world.wheniwork.shifts.values())[-1]
    world.advance(timedelta(hours=2))
    assert (shift["alerted"], shift["updated_at"]) == (False, NOON)
    world.advance(timedelta(hours=2))
    assert (shift["alerted"], shift["updated_at"]) == (True, NOON + timedelta(hours=3))


def test_on_a_running_clock_things_happen_by_themselves() -> None:
    """Catching up does what has become due, without moving the clock; reminders at most once a minute."""
    world = build_world(demands=0)
    start = world.clock.now() + timedelta(milliseconds=30)
    fields = {"slots": 1, "start_time": start.isoformat(), "duration": 0}
    perform(world, "requestor_posts", {"fields": fields})
    perform(world, "worker_accepts", {})
    time.sleep(0.05)
    world.catch_up()
    assert [job["state"] for job in world.wonolo.jobs.records.values()] == ["completed"]
    held = {"location_id": 136, "user_id": 27384, "published": True, "start_time": start + timedelta(hours=1)}
    shift = {**held, "end_time": start + timedelta(hours=3)}
    perform(world, "manager_creates_shift", {"fields": shift})
    world.catch_up()
    assert not list(world.wheniwork.shifts.values())[-1]["alerted"]
    world.clock.advance(timedelta(minutes=1))
    world.catch_up()
    assert list(world.wheniwork.shifts.values())[-1]["alerted"]


def test_the_two_services_share_nothing_but_what_people_do() -> None:
    """However much happens on one side, the other's records stay as they were."""
    world = build_world(demands=5, start=NOON)
    before = world.snapshot()["wheniwork"]
    for _ in range(10):
        perform(world, "requestor_posts", {})
        perform(world, "worker_accepts", {})
    assert world.snapshot()["wheniwork"] == before


def test_workers_accept_what_they_may_and_can() -> None:
    """Only those with the hard badge, not banned, not invited only, not suspended, and free at that time."""
    world = build_world(demands=0, start=NOON)
    users = world.wonolo.users.records
    for user in users.values():
        user["user_badges"] = []
    able, busy, banned, suspended, invited, soft = (users[number] for number in range(1003, 1009))
    for user in (able, busy, banned, suspended, invited):
        user["user_badges"] = [{"id": user["id"], "badge_id": 11}]
    soft["user_badges"] = [{"id": 1, "badge_id": 13}]
    suspended["suspended"] = True
    invited["onboarding_last_state"] = "invited"
    day = {"start_time": "2026-11-25 08:00", "duration": 480, "slots": 2}
    elsewhere = perform(world, "requestor_posts", {"fields": day})["job_request"]["id"]
    perform(world, "worker_accepts", {"job_request_id": elsewhere, "worker_id": busy["id"]})
    fields = {**day, "required_badge_ids": [11, 13], "ban_list": [banned["id"]], "slots": 3}
    number = perform(world, "requestor_posts", {"fields": fields})["job_request"]["id"]
    perform(world, "requestor_posts", {"fields": {**day, "start_time": None}})
    accepted = perform(world, "worker_accepts", {"job_request_id": number})
    assert accepted["job"]["worker"]["id"] == able["id"]
    with pytest.raises(ImpossibleActError, match="Nothing in the world fits"):
        perform(world, "worker_accepts", {"job_request_id": number})


def test_a_life_ends_when_nothing_fits_any_more() -> None:
    """Fewer acts than asked for is no error; none is possible in a life of no acts."""
    world = build_world(demands=1, start=NOON)
    assert live(world, 0) == []
    assert len(live(world, 3)) <= 3


def test_a_server_frees_its_port_when_it_stops() -> None:
    """Started again on the same port it answers again."""
    with Server(build_world(demands=0)) as server:
        port = int(server.url.rsplit(":", 1)[1])
        assert httpx.get(f"{server.url}/api_v2/info").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/api_v2/info")
    with Server(build_world(demands=0), port) as again:
        assert httpx.get(f"{again.url}/_sandbox/clock").status_code == 200
        assert httpx.get(f"{again.url}/elsewhere").status_code == 404


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """One clear line instead of a traceback."""
    with Server(build_world(demands=0)) as server:
        port = server.url.rsplit(":", 1)[1]
        assert main(["--port", port, "--demands", "0"]) == 1
    assert capsys.readouterr().err == f"Cannot listen on port {port}: Address already in use\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--start", "2026-03-02"], "the instant needs an offset"),
        (["--start", "soon"], "invalid _instant value: 'soon'"),
        (["--demands", "-1"], "Demands go from 0 to 200000"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    """And ends with 2, as command lines do."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert says in capsys.readouterr().err


def test_the_module_serves_until_it_is_interrupted() -> None:
    """It prints where it listens, and an interruption ends it without a traceback."""
    command = [sys.executable, "-W", "error", "-m", "sandbox", "--port", "0", "--start", "2026-03-02T08:00:00-06:00"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().removeprefix("The sandbox listens on ").strip()
        assert httpx.get(f"{url}/_sandbox/clock").json() == {"now": "2026-03-02T14:00:00+00:00"}
        os.kill(process.pid, signal.SIGINT)
        assert (process.wait(20), process.stderr.read()) == (0, "")


def test_the_command_serves_a_world(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In this process: it says where, waits, and frees the port when interrupted."""

    def interrupted(_server: Server) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "wait", interrupted)
    assert main(["--port", "0", "--demands", "1", "--posted", "1"]) == 0
    assert capsys.readouterr().out.startswith("The sandbox listens on http://127.0.0.1:")


def test_a_world_keeps_its_states_when_it_is_reset() -> None:
    """The routes hold them, so they are filled anew instead of replaced."""
    world: World = build_world(demands=2, start=NOON)
    held = (world.wonolo, world.wheniwork)
    perform(world, "requestor_posts", {})
    world.reset(world.beginning)
    assert (world.wonolo, world.wheniwork) == held
    assert world.wonolo.clock is world.clock is world.wheniwork.clock
    assert world.wonolo.job_requests.records == {}
