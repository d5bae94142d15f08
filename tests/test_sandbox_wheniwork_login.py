"""Logging in to the sandbox's When I Work, and being somebody there."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from sandbox.wheniwork.state import PASSWORD
from tests.sandbox_wheniwork import KEY, Person, Sandbox

MANAGER = {"username": "manager@sandbox.example", "password": PASSWORD}
MAIL = {"email": "manager@sandbox.example", "password": PASSWORD}


def test_the_login_answers_in_the_union_of_its_shapes() -> None:
    """Clients of every age find their token: under login, at the top, and in each user."""
    sandbox = Sandbox()
    body = sandbox.login("manager@sandbox.example")
    assert set(body) == {"login", "token", "user", "account", "users", "accounts"}
    assert body["login"]["token"] == body["token"]
    assert "password" not in body["login"]
    assert [user["email"] for user in body["users"]] == ["manager@sandbox.example"]
    for token in (body["token"], body["users"][0]["token"]):
        assert Person(sandbox.app, {"W-Token": token}).get("/2/account")["account"]["id"] == 3


@pytest.mark.parametrize(
    ("shape", "keys"), [("current", {"login", "token", "user", "account"}), ("seed", {"users", "accounts"})]
)
def test_the_login_answers_in_one_shape_when_switched(shape: str, keys: set[str]) -> None:
    """The documented shape since 2019, and the oldest with the token in each user alone."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"login_shape": shape})
    assert set(sandbox.login("manager@sandbox.example")) == keys


def test_the_oldest_login_shows_six_keys_of_the_user() -> None:
    """As the first documentation printed it."""
    sandbox = Sandbox()
    sandbox.state.switches.login_shape = "seed"
    (user,) = sandbox.login("manager@sandbox.example")["users"]
    assert list(user) == ["id", "first_name", "last_name", "email", "phone_number", "token"]


def test_a_login_of_several_accounts_lists_all_its_users() -> None:
    """Two accounts: users and accounts instead of user and account; tokens of users are bound to their account."""
    sandbox = Sandbox()
    sandbox.state.switches.login_shape = "current"
    other = _second_account(sandbox)
    body = sandbox.login("manager@sandbox.example")
    assert set(body) == {"login", "token", "users", "accounts"}
    assert [account["company"] for account in body["accounts"]] == ["Sandbox Warehousing", "Sandbox Events"]
    bound = Person(sandbox.app, {"W-Token": body["users"][1]["token"]})
    assert bound.get("/2/account")["account"]["id"] == other
    free = Person(sandbox.app, {"W-Token": body["token"]})
    assert free.get("/2/account")["account"]["id"] == 3
    chosen = {"W-UserId": str(body["users"][1]["id"])}
    assert free.send("GET", "/2/account", headers=chosen).json()["account"]["id"] == other
    assert bound.refused("GET", "/2/account", headers={"W-UserID": str(body["users"][0]["id"])}) == (403, 3005)


def test_one_account_does_not_see_another() -> None:
    """Lists, reads and writes stay inside the account of the acting user."""
    sandbox = Sandbox()
    _second_account(sandbox)
    body = sandbox.login("manager@sandbox.example")
    other = Person(sandbox.app, {"W-Token": body["users"][1]["token"]})
    assert other.get("/2/locations") == {"locations": []}
    assert other.get("/2/shifts", unpublished="1", include_allopen="1")["shifts"] == []
    assert other.refused("GET", "/2/shifts/10000") == (404, 4005)
    assert other.refused("DELETE", "/2/locations/136") == (404, 4005)


def _second_account(sandbox: Sandbox) -> int:
    account = sandbox.state.add_account("Sandbox Events")
    login = sandbox.state.users[sandbox.user_id("manager")]["login_id"]
    given = {"email": "manager@sandbox.example", "role": 1, "login_id": login, "is_active": True}
    sandbox.state.add("users", {**given, "account_id": account["id"]})
    number: int = account["id"]
    return number


def test_the_key_may_stand_in_the_body() -> None:
    """The legacy login takes W-Key or the field key; without either it is code 1110."""
    stranger = Sandbox().stranger
    assert stranger.post("/2/login", {**MANAGER, "key": KEY["W-Key"]})["token"]
    assert stranger.post("/2/login/", {**MAIL, "key": KEY["W-Key"]})["token"]
    assert stranger.refused("POST", "/2/login", json=MANAGER) == (401, 1110)
    assert stranger.refused("POST", "/login", json={**MAIL, "key": KEY["W-Key"]}) == (401, 1110)


@pytest.mark.parametrize("body", [{}, {"username": "manager@sandbox.example"}, {**MANAGER, "password": "no"}, [1]])
def test_wrong_credentials_are_refused(body: object) -> None:
    """Missing and wrong passwords and bodies that are no object."""
    assert Sandbox().stranger.refused("POST", "/2/login", json=body, headers=KEY) == (401, 1000)


def test_the_new_login_gives_a_person_and_a_week_long_token() -> None:
    """A JSON Web Token whose claims say when it ends; it ends then by the sandbox's clock."""
    sandbox = Sandbox()
    answer = sandbox.stranger.send("POST", "/login", json=MAIL, headers=KEY).json()
    assert answer["person"]["email"] == "manager@sandbox.example"
    claims = json.loads(base64.urlsafe_b64decode(answer["token"].split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] == 604_800
    person = Person(sandbox.app, {"Authorization": f"Bearer {answer['token']}"})
    me = person.get("/2/login", show_pending="true")
    assert [user["id"] for user in me["users"]] == [sandbox.user_id("manager")]
    assert [account["id"] for account in me["accounts"]] == [3]
    assert me["login"]["email"] == "manager@sandbox.example"
    sandbox.clock.advance(timedelta(seconds=604_799))
    assert person.get("/2/account")
    sandbox.clock.advance(timedelta(seconds=1))
    assert person.refused("GET", "/2/account") == (401, 1000)


def test_the_new_login_refuses_with_a_word_for_a_code() -> None:
    """Newer endpoints have texts for codes."""
    wrong = {**MAIL, "password": "no"}
    assert Sandbox().stranger.refused("POST", "/login", json=wrong, headers=KEY) == (401, "UNAUTHORIZED")


def test_the_token_is_taken_from_every_place() -> None:
    """Header, cookie, query, Bearer, and the raw token in Authorization."""
    sandbox = Sandbox()
    token = sandbox.login("employee@sandbox.example")["token"]
    places = [
        {"headers": {"w-token": token}},
        {"headers": {"Cookie": f"W-Token={token}"}},
        {"params": {"W-Token": token}},
        {"headers": {"Authorization": f"bearer {token}"}},
        {"headers": {"Authorization": token}},
    ]
    for place in places:
        assert sandbox.stranger.send("GET", "/2/users/profile", **place).json()["user"]["first_name"] == "Emery"


def test_no_token_or_an_ended_one_is_code_1000() -> None:
    """Without a token, with a wrong one, and after all were ended."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    assert sandbox.stranger.refused("GET", "/2/shifts") == (401, 1000)
    assert sandbox.stranger.refused("GET", "/2/shifts", headers={"W-Token": "x"}) == (401, 1000)
    sandbox.state.tokens.expire_all()
    assert manager.refused("GET", "/2/shifts") == (401, 1000)


def test_a_deleted_user_is_out() -> None:
    """Neither the old token nor a new login lets a deleted user in."""
    sandbox = Sandbox()
    employee = sandbox.person("employee")
    sandbox.person("manager").delete(f"/2/users/{sandbox.user_id('employee')}")
    assert employee.refused("GET", "/2/shifts") == (401, 1000)
    wrong = {"username": "employee@sandbox.example", "password": PASSWORD}
    assert sandbox.stranger.refused("POST", "/2/login", json=wrong, headers=KEY) == (401, 1000)


def test_last_login_is_a_zero_date_until_the_first_one() -> None:
    """Afterwards it is the moment of the login."""
    sandbox = Sandbox()
    users = {user["first_name"]: user["last_login"] for user in sandbox.person("manager").get("/2/users")["users"]}
    assert users["Sam"] == "Tue, 29 Nov -001 18:00:00 -0600"
    assert users["Morgan"] == "Mon, 23 Nov 2026 12:00:00 -0600"


def test_bodies_are_json_whatever_they_are_called() -> None:
    """No Content-Type and curl's form type are both read; what is no JSON is refused."""
    stranger = Sandbox().stranger
    raw = json.dumps(MANAGER)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert stranger.send("POST", "/2/login", content=raw, headers=KEY).status_code == 200
    assert stranger.send("POST", "/2/login", content=raw, headers={**KEY, **form}).status_code == 200
    for broken in (b'{"username":', b"\xff\xfe", b"1e999"):
        assert stranger.refused("POST", "/2/login", content=broken, headers=KEY) == (400, 2000)


def test_unknown_paths_and_methods_answer_in_the_error_shape() -> None:
    """404 and 405, with and without a trailing slash; HEAD is a GET."""
    manager = Sandbox().person("manager")
    assert manager.refused("GET", "/2/nothing/here") == (404, 404)
    assert manager.refused("PATCH", "/2/shifts/") == (405, 405)
    assert manager.refused("GET", "/login") == (405, 405)
    assert manager.send("HEAD", "/2/account").status_code == 200
    assert manager.send("GET", "/2/account/").status_code == 200


def test_the_account_and_its_time_zones() -> None:
    """Unset dates of an account are false; ids of time zones are texts."""
    employee = Sandbox().person("employee")
    account = employee.get("/2/account")["account"]
    assert (account["company"], account["timezone_name"], account["plan_expires"]) == (
        "Sandbox Warehousing",
        "America/Chicago",
        False,
    )
    assert [zone["id"] for zone in employee.get("/2/timezones")["timezones"]] == ["11"]


def test_whoever_opens_an_account_is_its_admin() -> None:
    """W-UserId chooses between the two; the new account begins without places."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    made = manager.post("/2/account", {"company": "Second Warehouse", "settings": {"a": 1}})
    assert (made["success"], made["account"]["company"], made["account"]["settings"]["a"]) == (
        True,
        "Second Warehouse",
        1,
    )
    (first, second) = manager.get("/2/login")["users"]
    assert [first["account_id"], second["account_id"], second["role"]] == [3, made["account"]["id"], 1]
    there = manager.send("GET", "/2/locations", headers={"W-UserId": str(second["id"])})
    assert there.json() == {"locations": []}
    assert manager.refused("POST", "/2/account", json={}) == (400, 2000)
