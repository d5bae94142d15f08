"""A first configuration, proposed by reading two sandbox accounts."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.app import create_app
from sandbox.people import perform
from sandbox.world import World, build_world
from sync.config import Config, load, load_deployment
from sync.config.deployment import folder_of
from sync.errors import ConfigError
from sync.init import Proposal, configuration, propose

CHICAGO = "America/Chicago"


def access(**wheniwork: Any) -> Config:
    """The access to the sandbox's two accounts, with neither places nor skills."""
    login = {"key": "sandbox-developer-key", "email": "manager@sandbox.example", "password": "sandbox"}
    urls = {"base_url": "http://127.0.0.1:1/2", "login_url": "http://127.0.0.1:1/login"}
    keys = {"api_key": "pk_test_sandbox", "secret_key": "sk_test_sandbox"}
    return Config.model_validate(
        {
            "wonolo": {**keys, "base_url": "http://127.0.0.1:1/api_v2", "per_second": 1000},
            "wheniwork": {**login, **urls, "per_minute": 100_000, **wheniwork},
        }
    )


def present_world() -> World:
    """A world whose clock is this machine's, so that its requests are of late; it takes any number of calls."""
    world = build_world(demands=0)
    world.wheniwork.switches.rate_limit_per_minute = 0
    return world


def way_to(world: World) -> httpx.ASGITransport:
    """The way to a world, without a network."""
    return httpx.ASGITransport(create_app(world))


def loaded(proposal: Proposal, folder: Path) -> Config:
    """The configuration of a proposal, written to a file and read again."""
    path = folder / "shiftbridge.toml"
    path.write_text(configuration(access(), {"wonolo": {"api_key": "pk", "secret_key": "sk"}}, proposal))
    return load(path, {f"SHIFTBRIDGE_WHENIWORK__{name}": "x" for name in ("KEY", "EMAIL", "PASSWORD")})


async def test_every_location_and_site_becomes_a_place_with_its_address() -> None:
    """A site without an address is at its location's; deleted ones are left out."""
    world = present_world()
    world.wheniwork.locations[1045]["is_deleted"] = True
    world.wheniwork.table("sites")[9]["is_deleted"] = True
    found = await propose(access(), way_to(world))
    assert [(row["name"], row["location_id"], row["site_id"], row["address"], row["zip"]) for row in found.places] == [
        ("Airport Hub", 50000002, 0, "77 Runway Road", "53207"),
        ("Downtown", 136, 0, "9303 Lyon Drive", "12345"),
        ("Downtown, Lone Pine", 136, 4, "9303 Lyon Drive", "12345"),
        ("Harbor Warehouse", 50000001, 0, "400 Harbor Road", "60617"),
        ("Uptown", 137, 0, "100 Courthouse Square", "12345"),
    ]
    assert {row["zone"] for row in found.places} == {CHICAGO}
    assert (found.company, found.account_id, found.user_id) == ("Sandbox Warehousing", 3, world.wheniwork.admin()["id"])


async def test_an_address_that_cannot_be_read_is_asked_for() -> None:
    """What stands there goes into the street, so that nothing is lost."""
    world = present_world()
    world.wheniwork.locations[137]["address"] = "behind the clock tower"
    found = await propose(access(), way_to(world))
    assert found.gaps[:2] == ("city of Uptown", "zip of Uptown")
    uptown = next(row for row in found.places if row["name"] == "Uptown")
    assert (uptown["address"], uptown["city"]) == ("behind the clock tower", "")


async def test_category_and_pay_come_from_what_the_company_asked_for_before() -> None:
    """The usual pay of requests that name the position; nothing is guessed for the others."""
    world = present_world()
    for wage, minutes in ((160, 480), (88, 240), (90, 270), ("unclear", 240)):
        fields = {"request_name": "Picker, early", "category": "Fulfillment / Warehousing", "duration": minutes}
        posted = perform(world, "requestor_posts", {"fields": {**fields, "description_tasks": "Pick"}})
        world.wonolo.job_requests.records[posted["job_request"]["id"]]["wage"] = wage
    hourly = {"request_name": "Stocker", "category": "General Labor", "description_tasks": "Stock"}
    paid = perform(world, "requestor_posts", {"fields": hourly})["job_request"]["id"]
    world.wonolo.job_requests.records[paid]["w2_hourly_rate"] = "21.50"
    found = await propose(access(), way_to(world))
    skills = {row["name"]: (row["category"], row["hourly_rate"]) for row in found.skills}
    assert skills == {
        "Picker": ("Fulfillment / Warehousing", 20.0),
        "Stocker": ("General Labor", 21.5),
        **dict.fromkeys(["Bagger", "Cashier", "Event Crew", "Forklift Driver", "Greeter"], ("", 0.0)),
    }
    assert found.categories == ("Fulfillment / Warehousing", "General Labor")
    assert found.gaps == (
        "category of Bagger, Cashier, Event Crew, Forklift Driver, Greeter",
        "hourly_rate of Bagger, Cashier, Event Crew, Forklift Driver, Greeter",
    )


async def test_skills_that_share_a_category_get_words_that_tell_them_apart(tmp_path: Path) -> None:
    """So that one whose siblings were deleted does not take their requests; the file loads as it is."""
    world = present_world()
    world.wheniwork.positions[5]["name"] = world.wheniwork.positions[6]["name"] = "Picker"
    for name in ("Picker, early", "Stocker, late", "Greeter"):
        category = "Events" if name == "Greeter" else "General Labor"
        perform(world, "requestor_posts", {"fields": {"request_name": name, "category": category}})
    found = await propose(access(), way_to(world))
    skills = {row["name"]: (row["description"], row["words"]) for row in found.skills if row["category"]}
    pickers = {name: (name, [name]) for name in skills if name.startswith("Picker (")}
    assert skills == {
        "Picker": ("Picker", ["Picker"]),
        **pickers,
        "Stocker": ("Stocker", ["Stocker"]),
        "Greeter": ("Greeter", []),
    }
    assert len(pickers) == 2
    assert len(loaded(found, tmp_path).skills) == len(found.skills)


async def test_places_at_one_address_get_venues_that_tell_them_apart(tmp_path: Path) -> None:
    """Their names, where their own venues would be the same."""
    world = present_world()
    for number, name in ((136, "Downtown"), (137, "DOWNTOWN"), (1045, "Downtown")):
        world.wheniwork.locations[number] |= {"name": name, "address": "1 Pier Rd., Chicago, IL 60601"}
    found = await propose(access(), way_to(world))
    venues = {row["venue"] for row in found.places if row["address"] == "1 Pier Rd."}
    assert {"DOWNTOWN", "Downtown (136)", "Downtown (1045)"} <= venues
    assert len(loaded(found, tmp_path).places) == len(found.places)


async def test_names_that_stand_there_twice_get_their_ids() -> None:
    """Reports could not tell them apart otherwise, and the configuration would be refused."""
    world = present_world()
    world.wheniwork.locations[137]["name"] = "Downtown"
    world.wheniwork.positions[5]["name"] = ""
    found = await propose(access(), way_to(world))
    names = [row["name"] for row in (*found.places, *found.skills)]
    assert ("Downtown (137)" in names, "(5)" in [name.strip() for name in names]) == (True, True)
    assert len(names) == len(set(names))


async def test_long_histories_are_read_in_part() -> None:
    """Ten pages tell enough about categories and pay."""
    world = present_world()
    for _ in range(501):
        perform(world, "requestor_posts", {})
    await propose(access(), way_to(world))
    pages = [row for row in world.requests.since() if row.path == "/api_v2/job_requests"]
    assert len(pages) == 10


async def test_a_login_of_several_accounts_must_say_which_is_meant() -> None:
    """The choices are named; with user_id the other account is left alone."""
    world = present_world()
    state, admin = world.wheniwork, world.wheniwork.admin()
    other = state.add_account("Second Company")["id"]
    row = {"first_name": "Max", "last_name": "Manager", "email": admin["email"], "role": 1, "is_active": True}
    second = state.add("users", {**row, "login_id": admin["login_id"], "account_id": other})
    with pytest.raises(ConfigError) as error:
        await propose(access(), way_to(world))
    found = f"{admin['id']} (account 3), {second['id']} (account {other})"
    assert error.value.problems == [f"wheniwork.user_id: say which user of this login is meant: {found}"]
    assert (await propose(access(user_id=second["id"]), way_to(world))).company == "Second Company"


async def test_the_proposal_is_a_file_that_loads_with_writing_switched_off(tmp_path: Path) -> None:
    """Secrets from elsewhere are not repeated; what is left to fill in is marked where it stands."""
    config = access()
    proposal = await propose(config, way_to(present_world()))
    path = tmp_path / "shiftbridge.toml"
    text = configuration(config, {"wonolo": {"api_key": "pk", "secret_key": "sk"}}, proposal)
    path.write_text(text)
    environ = {f"SHIFTBRIDGE_WHENIWORK__{name}": "x" for name in ("KEY", "EMAIL", "PASSWORD")}
    loaded = load(path, environ)
    assert loaded.switched_off == ("wonolo", "wheniwork")
    assert (loaded.wheniwork.account_id, loaded.wheniwork.user_id) == (3, proposal.user_id)
    assert (len(loaded.places), len(loaded.skills)) == (8, 7)
    assert loaded.wonolo.secret_key.get_secret_value() == "sk"
    assert "hourly_rate = 0.0 # fill in: dollars an hour\n" in text
    assert not {"key", "email", "password"} & set(tomllib.loads(text)["wheniwork"])


async def test_the_file_of_a_pair_of_a_folder_holds_nothing_that_is_shared(tmp_path: Path) -> None:
    """It goes by the name of its file, and the folder loads as it is."""
    config = access()
    proposal = await propose(config, way_to(present_world()))
    path = tmp_path / "pairs" / "north.toml"
    path.parent.mkdir()
    assert folder_of(path) is None
    (tmp_path / "shiftbridge.toml").write_text('[database]\nurl = "sqlite:///all.db"\n')
    assert folder_of(path) == tmp_path
    secrets = {
        "wonolo": {"api_key": "pk", "secret_key": "sk"},
        "wheniwork": {"key": "k", "email": "e", "password": "p"},
    }
    path.write_text(configuration(config, secrets, proposal, path.stem))
    found = load_deployment(tmp_path, {})
    assert found.files == {"north": path}
    assert found.pairs["north"].database.url == f"sqlite:///{tmp_path}/all.db"
