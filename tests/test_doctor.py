"""What the doctor finds in two sandbox accounts, a configuration and a database, and what it advises."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy
from rich.console import Console

from sandbox.app import create_app
from sandbox.faults import Rule
from sandbox.people import perform
from sandbox.world import World, build_world
from sync.clock import SystemClock
from sync.doctor import shown
from sync.doctor.advice import explain
from sync.doctor.examination import examine
from sync.doctor.finding import Finding
from sync.engine import open_engine
from sync.errors import (
    Forbidden,
    InvalidResponse,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    StoreError,
    StoreLocked,
    StoreNewer,
    SyncError,
    Unauthorized,
    Unavailable,
)
from tests.engine_world import configured
from tests.scripted import Scripted, said


def present_world(**beginning: Any) -> World:
    """A world whose clock is this machine's, and which takes any number of requests a minute."""
    world = build_world(**{"demands": 0, **beginning})
    world.wheniwork.switches.rate_limit_per_minute = 0
    return world


async def findings(
    world: World, folder: Path, transport: httpx.AsyncBaseTransport | None = None, **tables: Any
) -> list[Finding]:
    """What the doctor says of a world and a configuration of it, whose file is readable by its owner alone."""
    path = folder / "shiftbridge.toml"
    if not path.exists():
        path.write_text('[wonolo]\napi_key = "pk_test_sandbox"\n')
        path.chmod(0o600)
    config = configured(world, f"sqlite:///{folder / 'doctor.db'}", **tables)
    return await examine(config, path, transport or httpx.ASGITransport(create_app(world)))


def bad(found: list[Finding]) -> list[Finding]:
    """The findings about which something is to be done."""
    return [finding for finding in found if finding.level in ("warning", "error")]


async def test_a_healthy_pair_has_nothing_wrong(tmp_path: Path) -> None:
    """Each area says so for itself."""
    found = await findings(present_world(), tmp_path)
    assert found == [
        Finding("ok", "Configuration", f"{tmp_path / 'shiftbridge.toml'} is complete"),
        Finding("ok", "Wonolo", "its clock and this machine's agree"),
        Finding("ok", "Wonolo", "the keys are accepted"),
        Finding("note", "Wonolo", "no call tells whether the key is a Public Pool one, which may not write; the first "
                "write will"),
        Finding("ok", "When I Work", "the login acts in account 3 (Sandbox Warehousing)"),
        Finding("note", "When I Work", "account_id is not set, so another account would not be noticed",
                "set account_id = 3 under [wheniwork]"),
        Finding("ok", "When I Work", "the user is an administrator, who may do all that is needed"),
        Finding("ok", "Places and skills", "5 places and 7 skills cover every open shift of the horizon"),
        Finding("ok", "Database", "it can be used, and holds nothing yet"),
    ]  # fmt: skip


async def test_the_doctor_writes_nothing(tmp_path: Path) -> None:
    """Neither account is changed by being looked at."""
    world = present_world(demands=3)
    await findings(world, tmp_path)
    assert world.requests.since(writes=True) == []


async def test_wrong_credentials_of_both_are_told_at_once(tmp_path: Path) -> None:
    """One service's trouble does not hide the other's, and the mapping is not judged without them."""
    found = await findings(present_world(), tmp_path, wonolo={"secret_key": "wrong"}, wheniwork={"password": "wrong"})
    assert [(one.level, one.area, one.todo) for one in bad(found)] == [
        ("error", "Wonolo", "check api_key and secret_key under [wonolo]"),
        ("error", "When I Work", "check key, email and password under [wheniwork]"),
    ]
    assert [one.area for one in found if one.area in ("Places and skills", "Database")] == ["Database"]


async def test_a_service_that_cannot_be_reached_is_told_once(tmp_path: Path) -> None:
    """Neither its clock nor its keys can be looked at."""
    way = Scripted(said({"error": "bad key"}, 401))
    found = [one.text for one in await findings(present_world(), tmp_path, way) if one.area == "Wonolo"]
    assert found == ["Wonolo does not accept the login (401: bad key)"]


async def test_secrets_that_others_can_read_are_noticed(tmp_path: Path) -> None:
    """A file without secrets may be read by anybody."""
    path = tmp_path / "shiftbridge.toml"
    path.write_text('name = "main"\n[wonolo]\nwrite = true\n')
    path.chmod(0o644)
    assert bad(await findings(present_world(), tmp_path)) == []
    path.write_text('[wheniwork]\npassword = "sandbox"\n')
    assert bad(await findings(present_world(), tmp_path)) == [
        Finding("warning", "Configuration", "it holds secrets, and others on this machine can read it",
                f"chmod 600 {path}")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("apart", "level", "text"),
    [
        (timedelta(seconds=-100), "warning", r"its clock and this machine's are 1[01]\d s apart"),
        (timedelta(hours=2), "error", r"its clock and this machine's are (2 h|1 h 59 min) apart"),
    ],
)
async def test_clocks_that_disagree_are_told(tmp_path: Path, apart: timedelta, level: Any, text: str) -> None:
    """Once, though both services' are, and the rest is looked at; the world's own clock stands meanwhile."""
    found = await findings(present_world(start=SystemClock().now() + apart), tmp_path)
    [told] = bad(found)
    assert (told.level, told.area, told.todo) == (level, "Wonolo", "set this machine's clock by a time server")
    assert re.fullmatch(text, told.text)
    assert "Places and skills" in {one.area for one in found}


async def test_a_sandbox_whose_time_was_moved_is_believed(tmp_path: Path) -> None:
    """With `clock = "wonolo"` the service's clock counts, for the horizon too."""
    world = present_world(start=datetime(2026, 3, 2, 14, tzinfo=UTC), demands=3)
    found = await findings(world, tmp_path, sync={"clock": "wonolo"}, wheniwork={"account_id": 3}, places=[])
    assert re.fullmatch(r"its clock counts; it is \d+ days from this machine's", found[1].text)
    assert {one.area for one in bad(found)} == {"Places and skills"}


async def test_a_service_that_does_not_tell_the_time_is_noted(tmp_path: Path) -> None:
    """The check is left out, not failed."""
    found = await findings(present_world(), tmp_path, Scripted(said({"environment": "test"}), said({}, 401)))
    assert found[1].text == "it does not say what time it is, so the clocks are not compared"


async def test_another_account_than_the_one_meant_is_an_error(tmp_path: Path) -> None:
    """Nothing would be written to it, but nothing would be read of the right one either."""
    found = await findings(present_world(), tmp_path, wheniwork={"account_id": 99})
    assert bad(found) == [
        Finding("error", "When I Work", "the login acts in account 3 (Sandbox Warehousing), not in 99",
                "set user_id to your user of the account that is meant")
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["supervisor", "employee"])
async def test_a_login_that_sees_too_little_is_an_error(tmp_path: Path, role: str) -> None:
    """Shifts that are not seen would be taken for deleted."""
    found = await findings(present_world(), tmp_path, wheniwork={"email": f"{role}@sandbox.example"})
    assert bad(found) == [
        Finding("error", "When I Work", f"the user is a {role}, who neither sees nor may change every shift",
                "give the user the role of a manager, or log in as one")
    ]  # fmt: skip


async def test_a_login_that_is_not_shown_hours_is_warned_of_it(tmp_path: Path) -> None:
    """Unless hours are left alone anyway."""
    world = present_world()
    world.faults.add(Rule(fault="html", method="GET", path="/2/times", status=404))
    assert bad(await findings(world, tmp_path)) == [
        Finding(
            "warning",
            "Hours worked",
            "When I Work does not show them to this login (404), so none are carried over",
            "set times_days = 0 under [sync] to leave hours alone, or use an account with a time clock",
        )
    ]
    assert bad(await findings(world, tmp_path, sync={"times_days": 0})) == []


async def test_the_mapping_is_compared_with_what_is_there(tmp_path: Path) -> None:
    """Entries of things that are gone, things without an entry, gaps, and a category never used."""
    world = present_world()
    start = SystemClock().now() + timedelta(days=3)
    times = {"start_time": start, "end_time": start + timedelta(hours=8), "published": True}
    for location, position in ((136, 5), (136, 6), (137, 5), (137, 32)):
        fields = {**times, "location_id": location, "position_id": position}
        perform(world, "manager_creates_shift", {"fields": fields})
    perform(world, "requestor_posts", {"fields": {"category": "General Labor"}})
    config = configured(world, "sqlite:///unused.db")
    places = [row.model_dump() for row in config.places if row.name in ("Uptown", "Midtown")]
    places[1] |= {"site_id": 77, "zip": ""}
    skills = [row.model_dump() | {"category": "General Labor"} for row in config.skills if row.name != "Bagger"]
    skills[0] |= {"position_id": 78, "category": "", "hourly_rate": 0}
    skills[1] |= {"category": "Typing mistake"}
    found = await findings(world, tmp_path, places=places, skills=skills, wonolo={"write": False})
    assert [(one.level, one.text.partition(":")[0]) for one in found if one.area == "Places and skills"] == [
        ("error", "places 'Midtown'"),
        ("error", f"skills '{skills[0]['name']}'"),
        ("note", f"skills '{skills[1]['name']}'"),
        ("warning", "2 open shifts with location 'Downtown'"),
        ("warning", "2 open shifts with position 'Bagger'"),
        ("warning", "1 open shift with position 'Stocker'"),
        ("warning", "1 place without zip"),
        ("warning", "1 skill without category"),
        ("warning", "1 skill without hourly_rate"),
    ]
    assert [one.todo for one in found if one.area == "Writing"] == [
        "set write = true under [wonolo] when a first `shiftbridge diff` looks right"
    ]


async def test_what_requests_need_mapped_is_listed_with_what_to_write(tmp_path: Path) -> None:
    """Addresses with the nearest place, categories, and how many requests wait for each."""
    world = present_world()
    start = (SystemClock().now() + timedelta(days=3)).isoformat()
    there = {"address": "100 Court House Sq", "city": "Springfield", "zip": "12345", "venue": "Uptown"}
    far = {"address": "9 Elsewhere Blvd", "city": "Fargo", "zip": "58102", "venue": "Elsewhere"}
    for where, category in ((there, "General Labor"), (there, "General Labor"), (far, "Event Staff")):
        perform(world, "requestor_posts", {"fields": {"start_time": start, "category": category, **where}})
    gone = {**far, "address": "8 Bygone St", "start_time": (SystemClock().now() - timedelta(days=3)).isoformat()}
    perform(world, "requestor_posts", {"fields": {"category": "Event Staff", **gone}})
    found = await findings(world, tmp_path)
    spelled = "Uptown, 100 Court House Sq, Springfield, 12345"
    assert [(one.level, one.text, one.todo) for one in found if one.area == "Not mapped"] == [
        ("warning", f"address '{spelled}' is not mapped, and 2 requests wait for it; nearest is 'Uptown' (87 %)",
         'write into its entry under [[places]] if it is \'Uptown\': also = ["100 Court House Sq, 12345"]'),
        ("warning", "category 'General Labor' is not mapped, and 2 requests wait for it",
         'write into an entry of [[skills]]: category = "General Labor"'),
        ("warning", "address 'Elsewhere, 9 Elsewhere Blvd, Fargo, 58102' is not mapped, and 1 request waits for it",
         'write into an entry of [[places]]: address = "9 Elsewhere Blvd", city = "Fargo", zip = "58102"'),
    ]  # fmt: skip
    places = [row.model_dump() for row in configured(world, "sqlite:///unused.db").places]
    [uptown] = [row for row in places if row["name"] == "Uptown"]
    uptown["also"] = ["100 Court House Sq, 12345"]
    assert not any("Court House" in one.text for one in await findings(world, tmp_path, places=places))


async def test_a_skill_alone_with_its_category_is_told_which_other_work_it_takes(tmp_path: Path) -> None:
    """Until it has words, and the requests that do not mention them are listed as unmapped."""
    world = present_world()
    start = (SystemClock().now() + timedelta(days=3)).isoformat()
    for name in ("Bagger, early", "Unload trucks", "Unload containers"):
        fields = {"request_name": name, "category": "General Labor", "description_tasks": "Work", "start_time": start}
        perform(world, "requestor_posts", {"fields": fields})
    rows = [row.model_dump() for row in configured(world, "sqlite:///unused.db").skills]
    [bagger] = [row for row in rows if row["name"] == "Bagger"]
    bagger["category"] = "General Labor"
    told = [one for one in await findings(world, tmp_path, skills=rows) if "category mention" in one.text]
    text = "skills 'Bagger': 2 requests of its category mention neither its name nor its description, and count as it"
    todo = 'if that is other work, write into its entry under [[skills]]: words = ["Bagger"]'
    assert told == [Finding("note", "Places and skills", f"{text} all the same, such as 'Unload containers'", todo)]
    bagger["words"] = ["Bagger"]
    found = await findings(world, tmp_path, skills=rows)
    assert not any("category mention" in one.text for one in found)
    assert [one.todo for one in found if "category 'General Labor (Unload containers)'" in one.text] == [
        'write into an entry of [[skills]]: category = "General Labor", words = ["Unload containers"]'
    ]


async def test_codes_that_two_users_have_or_that_name_nobody_are_warned_of(tmp_path: Path) -> None:
    """However they are typed; those of users who are gone count for nothing."""
    world = present_world()
    codes = {"Ann": "Wonolo:1015", "Bo": "wonolo: 1015", "Cy": "wonolo:101²", "Di": "E-1", "Ed": " e-1", "Flo": "E-2"}
    ids = {
        name: world.wheniwork.add("users", {"first_name": name, "last_name": "Lee", "employee_code": code})["id"]
        for name, code in codes.items()
    }
    world.wheniwork.add("users", {"first_name": "Gil", "employee_code": "E-2", "is_deleted": True})
    leave = "leave it with the one whose code it is, and take it from the others"
    names = {name: f"{name} Lee (user {number})" for name, number in ids.items()}
    assert [one for one in await findings(world, tmp_path) if one.area == "People"] == [
        Finding("warning", "People", f"{names['Ann']} and {names['Bo']} have one employee code, 'wonolo:1015'", leave),
        Finding("warning", "People", f"{names['Di']} and {names['Ed']} have one employee code, 'e-1'", leave),
        Finding("warning", "People", f"the employee code 'wonolo:101²' of {names['Cy']} names no Wonolo worker",
                "write wonolo: and the number of the worker, as wonolo:1015"),
    ]  # fmt: skip


async def test_an_answer_that_cannot_be_read_ends_nothing(tmp_path: Path) -> None:
    """It is told where it was met, and the rest is looked at."""
    world = present_world()
    world.wheniwork.accounts[3]["id"] = "unclear"
    found = await findings(world, tmp_path)
    [told] = [one for one in bad(found) if one.area == "When I Work"]
    assert told.text.startswith("an answer cannot be read (ValueError: ")
    assert {"Wonolo", "Places and skills", "Database"} >= {one.area for one in found if one.level == "ok"} - {
        "Configuration"
    }


async def test_a_login_that_asks_for_a_second_factor_has_advice_of_its_own(tmp_path: Path) -> None:
    """The key and the password are right, so nobody should look at them."""
    world = present_world()
    world.wheniwork.switches.mfa = True
    found = [one for one in await findings(world, tmp_path) if one.level == "error"]
    assert [(one.text, one.todo) for one in found] == [
        (
            "When I Work asks this login for a second factor (401: A code is required. (code MFA_CODE_REQUIRED))",
            "use the login of a manager that has no second factor, under [wheniwork]",
        )
    ]


async def test_what_is_left_to_fill_in_is_told_whatever_else_is_wrong(tmp_path: Path) -> None:
    """Though writing to Wonolo is off and When I Work refuses the login; the file is not called complete then."""
    world = present_world()
    rows = [row.model_dump() for row in configured(world, "sqlite:///unused.db").skills]
    rows[0] |= {"category": "", "hourly_rate": 0.0}
    found = await findings(world, tmp_path, skills=rows, wonolo={"write": False}, wheniwork={"password": "wrong"})
    assert found[0].text == f"{tmp_path / 'shiftbridge.toml'} can be read"
    assert [(one.level, one.text, one.todo) for one in found if one.area == "Places and skills"] == [
        ("warning", f"1 skill without category: {rows[0]['name']}", "fill it in"),
        ("warning", f"1 skill without hourly_rate: {rows[0]['name']}", "fill it in"),
    ]


async def test_a_database_of_a_newer_version_is_an_error(tmp_path: Path) -> None:
    """It must not be touched."""
    await findings(present_world(), tmp_path)
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'doctor.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'ffff'")
    engine.dispose()
    (newer,) = bad(await findings(present_world(), tmp_path))
    assert (newer.area, newer.text) == (
        "Database",
        "a newer version of shiftbridge made this database (revision ffff); upgrade shiftbridge",
    )


async def test_what_a_key_was_refused_is_told_and_tried_again(tmp_path: Path) -> None:
    """Once: the next run finds out whether Wonolo has raised the key."""
    world = present_world(demands=2)
    world.wonolo.switches.pool = "public"
    config = configured(world, f"sqlite:///{tmp_path / 'doctor.db'}")
    transport = httpx.ASGITransport(create_app(world))
    async with open_engine(config, transport=transport) as engine:
        assert {change.verdict for change in (await engine.reconcile()).waiting} == {"blocked"}
        world.wonolo.switches.pool = "private"
        assert bad(await findings(world, tmp_path)) == [
            Finding(
                "warning",
                "Wonolo",
                "it lately refused this key to post requests",
                "the next reconcile tries it again; as long as the key is a Public Pool one, do it in the portal",
            )
        ]
        assert bad(await findings(world, tmp_path)) == []
        assert len((await engine.reconcile()).done) == 2


WHERE = ("wonolo", "GET /jobs")


@pytest.mark.parametrize(
    ("error", "said", "advice"),
    [
        (
            Unauthorized("wheniwork", "POST /login", 401, "no"),
            "When I Work does not accept the login (401: no)",
            "check key, email and password under [wheniwork]",
        ),
        (
            Unauthorized("wheniwork", "POST /login", 401, "A code is required. (code MFA_CODE_REQUIRED)"),
            "When I Work asks this login for a second factor (401: A code is required. (code MFA_CODE_REQUIRED))",
            "use the login of a manager that has no second factor, under [wheniwork]",
        ),
        (
            RateLimited(*WHERE, 429, "slow down", 12.0),
            "Wonolo asks for a pause (429: slow down)",
            "try again in 12 seconds",
        ),
        (RateLimited(*WHERE, 429, "slow down"), "Wonolo asks for a pause (429: slow down)", "try again in a while"),
        (
            Unavailable(*WHERE, None, "host was not reached"),
            "Wonolo cannot be reached: host was not reached",
            "check base_url under [wonolo], and the network",
        ),
        (Unavailable(*WHERE, 503, "sorry"), "Wonolo is out of order (503: sorry)", "try again later"),
        (
            Forbidden(*WHERE, 403, "no"),
            "Wonolo does not allow GET /jobs (403: no)",
            "ask Wonolo for a Private Pool key: with a Public Pool key a person has to do it in the portal",
        ),
        (
            OutcomeUnknown(*WHERE, None, "no complete answer"),
            "Wonolo gave no certain answer to GET /jobs (no complete answer)",
            "run it again: it looks first",
        ),
        (
            InvalidResponse(*WHERE, 200, "expected JSON, got an HTML page"),
            "what answers in place of Wonolo is not its API (GET /jobs: expected JSON, got an HTML page)",
            "check base_url under [wonolo]; a proxy or a page about maintenance may be answering",
        ),
        (
            Rejected(*WHERE, 404, "an HTML page instead of JSON", "not_json"),
            "what answers in place of Wonolo is not its API (GET /jobs: an HTML page instead of JSON)",
            "check base_url under [wonolo]; a proxy or a page about maintenance may be answering",
        ),
        (
            Rejected(*WHERE, 404, "no reason given"),
            "Wonolo knows no GET /jobs (404: no reason given)",
            "check base_url under [wonolo]",
        ),
        (
            Rejected(*WHERE, 422, "slots is too small"),
            "Wonolo refused GET /jobs (422: slots is too small)",
            "run `shiftbridge doctor`",
        ),
        (StoreError("the database cannot be used."), "the database cannot be used", "check url under [database]"),
        (StoreLocked("the database is locked; try later"), "the database is locked; try later", ""),
        (StoreNewer("upgrade shiftbridge"), "upgrade shiftbridge", ""),
    ],
)
def test_each_error_says_what_to_do(error: SyncError, said: str, advice: str) -> None:
    """In words that name the setting to look at."""
    assert explain(error) == (said, advice)


FOUND = [
    Finding("ok", "Wonolo", "the keys are accepted"),
    Finding("warning", "Wonolo", "clocks are apart", "set the clock"),
    Finding("error", "Database", "it is locked"),
]


def test_findings_are_printed_for_people_and_for_programs() -> None:
    """Each area is named once; what to do stands below."""
    console = Console(file=io.StringIO(), width=60)
    console.print(shown.as_text(FOUND))
    assert isinstance(console.file, io.StringIO)
    assert [line.rstrip() for line in console.file.getvalue().splitlines()] == [
        "",
        "+  Wonolo             the keys are accepted",
        "?                     clocks are apart",
        "                      set the clock",
        "x  Database           it is locked",
        "",
        "1 error, 1 warning.",
    ]
    assert shown.as_markdown(FOUND[:1]) == "# Doctor\n\nNothing is wrong.\n\n- **ok** Wonolo: the keys are accepted\n"
    assert "- **warning** Wonolo: clocks are apart - set the clock\n" in shown.as_markdown(FOUND)
    assert json.loads(shown.as_json(FOUND))["findings"][1] == {
        "level": "warning",
        "area": "Wonolo",
        "text": "clocks are apart",
        "todo": "set the clock",
    }
