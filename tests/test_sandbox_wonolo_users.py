"""Users, badges and customers in the sandbox's Wonolo."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wonolo import Wonolo, wonolo

NOW = "2026-11-23T10:00:00.000-08:00"
USER_FIELDS = (
    "id type role customer_id synced_worker_id external_id first_name last_name email gender avatar_url address city"
    " address_state zip phone title suspended suspended_at rating agreed_to_terms agreed_to_terms_date"
    " onboarding_last_state w2_employee_id drug_tested verified_phone phone_verified_at updated_at user_badges"
    " business_name logo_url dob"
)
INVITATION = {"first_name": "Nia", "last_name": "Moor", "phone": "+13125550199", "type": "Worker"}
ACCOUNT = {
    "first_name": "Nia",
    "last_name": "Moor",
    "type": "Employer",
    "email": "nia.moor@example.com",
    "password": "long enough",
    "password_confirmation": "long enough",
}


def _listed(api: Wonolo, **query: Any) -> list[int]:
    return [user["id"] for user in api.get("/users", **query)["users"]]


def test_the_company_has_forty_workers_and_two_employers() -> None:
    """All made up: addresses of example.com, numbers of the 555-01xx range, no two alike."""
    api = wonolo()
    users = api.get("/users")["users"]
    assert [user["type"] for user in users] == ["Worker"] * 40 + ["Employer"] * 2
    assert len({user["email"] for user in users}) == 42
    assert all(user["email"].endswith("@example.com") for user in users)
    assert {user["phone"][:10] for user in users[:40]} == {"+131255501"}


def test_a_user_has_every_documented_field() -> None:
    """Read alone or in a list, a user is the same record (Wonolo reference 8)."""
    api = wonolo()
    user = api.get("/users/1001")["user"]
    assert set(user) == set(USER_FIELDS.split())
    assert user in api.get("/users", type="Employer")["users"]
    assert (user["role"], user["customer_id"], user["updated_at"]) == ("requestor", 301, NOW)


def test_an_invited_worker_is_there_at_once() -> None:
    """Under `user` or flat; the caller's own id becomes a string whatever it was."""
    api = wonolo()
    user = api.post("/users/invite", {"user": {**INVITATION, "external_id": 815}})["user"]
    assert (user["onboarding_last_state"], user["external_id"], user["email"]) == ("invited", "815", None)
    other = {**INVITATION, "phone": "(312) 555-0198", "email": "n.moor@example.com", "external_id": "A-1"}
    assert api.post("/users/invite", other)["user"]["external_id"] == "A-1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"first_name": ""}, "Missing parameter first_name"),
        ({"last_name": None}, "Missing parameter last_name"),
        ({"phone": " "}, "Missing parameter phone"),
        ({"type": ""}, "Missing parameter type"),
        ({"type": "Employer"}, "Invalid parameter 'type': Must be one of: Worker"),
        ({"first_name": "Mary Ann"}, "first_name may contain letters, digits, dashes and periods only"),
        ({"last_name": "O'Moor"}, "last_name may contain letters, digits, dashes and periods only"),
        ({"email": "nia@example"}, "Email is invalid"),
        ({"email": "Ada.Abel.1@example.com"}, "Email has already been taken"),
        ({"phone": "312-555-0100"}, "Phone has already been taken"),
    ],
)
def test_an_invitation_is_checked(change: dict[str, Any], says: str) -> None:
    """Required fields, the alphabet of names, a well-formed and free e-mail, a free phone in whatever form."""
    assert wonolo().refused("POST", "/users/invite", json={**INVITATION, **change}) == (422, says)


def test_names_may_have_dashes_periods_digits_and_letters_of_any_language() -> None:
    """As the documentation allows."""
    names = {"first_name": "José-Luis", "last_name": "Smith.Jr-2"}
    user = wonolo().post("/users/invite", {**INVITATION, **names})["user"]
    assert {name: user[name] for name in names} == names


def test_a_user_is_created_with_a_password_that_is_never_shown() -> None:
    """An Employer with a customer, a Worker with a badge."""
    api = wonolo()
    employer = api.post("/users", {"user": {**ACCOUNT, "customer_id": "302", "role": "requestor"}})["user"]
    assert (employer["type"], employer["customer_id"], employer["role"]) == ("Employer", 302, "requestor")
    assert set(employer) == set(USER_FIELDS.split())
    worker = {**ACCOUNT, "type": "Worker", "email": "n@example.com", "badge": 11, "synced_worker_id": 5}
    user = api.post("/users", worker)["user"]
    assert ([held["badge_id"] for held in user["user_badges"]], user["synced_worker_id"]) == ([11], 5)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"email": ""}, "Missing parameter email"),
        ({"password_confirmation": None}, "Missing parameter password_confirmation"),
        ({"type": "Admin"}, "Invalid parameter 'type': Must be one of: Worker, Employer"),
        ({"password": "short"}, "Password is too short (minimum is 8 characters)"),
        ({"password": "another one"}, "Password confirmation doesn't match Password"),
        ({"badge": 77}, "Badge does not exist"),
    ],
)
def test_a_creation_is_checked(change: dict[str, Any], says: str) -> None:
    """Nobody is created by a refused request."""
    api = wonolo()
    assert api.refused("POST", "/users", json={**ACCOUNT, **change}) == (422, says)
    assert _listed(api, email="nia.moor@example.com") == []


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_update_changes_what_it_names(method: str) -> None:
    """And moves `updated_at`, unless nothing differs."""
    api = wonolo()
    before = api.get("/users/1005")["user"]
    api.wait(minutes=1)
    answer = api.send(method, "/users/1005", json={"user": {"external_id": "wiw-7", "phone": before["phone"]}})
    after = answer.json()["user"]
    assert after == {**before, "external_id": "wiw-7", "updated_at": "2026-11-23T10:01:00.000-08:00"}
    api.wait(minutes=1)
    assert api.send(method, "/users/1005", json={"external_id": "wiw-7"}).json()["user"] == after
    assert _listed(api)[0] == 1005


def test_an_update_is_checked_against_the_others() -> None:
    """One's own e-mail is free to keep, another's is taken."""
    api = wonolo()
    mine, other = (api.get(f"/users/{number}")["user"]["email"] for number in (1005, 1006))
    assert api.patch("/users/1005", {"email": mine.upper()})["user"]["email"] == mine.upper()
    assert api.refused("PATCH", "/users/1005", json={"email": other}) == (422, "Email has already been taken")
    assert api.refused("PATCH", "/users/9", json={}) == (404, "Not Found")


def test_badges_are_given_and_taken_away_by_the_association() -> None:
    """`_destroy` names the association, not the badge; Rails' indexed hash is a list as well."""
    api = wonolo()
    worker = api.post("/users/invite", INVITATION)["user"]["id"]
    given = api.patch(f"/users/{worker}", {"user_badges_attributes": [{"badge_id": 11}, {"badge_id": "12"}]})["user"]
    first, second = given["user_badges"]
    assert first == {
        "id": second["id"] - 1,
        "user_id": worker,
        "badge_id": 11,
        "expires_at": None,
        "created_at": NOW,
        "updated_at": NOW,
        "suspended": False,
        "category": None,
        "discount_code": None,
    }
    taken = {"user[user_badges_attributes][0][id]": first["id"], "user[user_badges_attributes][0][_destroy]": "1"}
    answer = api.send("PATCH", f"/users/{worker}", data=taken)
    assert answer.json()["user"]["user_badges"] == [second]


@pytest.mark.parametrize("attributes", ["all", [1], {"0": 1}])
def test_badges_must_be_given_as_objects(attributes: Any) -> None:
    """Anything else is unprocessable."""
    status, text = wonolo().refused("PATCH", "/users/1005", json={"user_badges_attributes": attributes})
    assert (status, text) == (422, "Invalid parameter 'user_badges_attributes': Must be an Array of Hashes")


def test_users_are_listed_by_documented_filters() -> None:
    """Single values, comma lists, and a boolean in words."""
    api = wonolo()
    api.patch("/users/1005", {"external_id": "A", "address_state": "WI"})
    api.patch("/users/1007", {"external_id": "B"})
    assert _listed(api, type="Employer") == [1002, 1001]
    assert _listed(api, customer_id=302) == [1002]
    assert _listed(api, external_id="B,A,C") == [1007, 1005]
    assert _listed(api, address_state="WI,MI") == _listed(api, external_id="A", first_name="Carla") == [1005]
    assert _listed(api, email="ada.abel.1@example.com") == [1003]
    assert len(_listed(api, drug_tested="false")) == 42
    assert _listed(api, onboarding_last_state="invited,error") == []


def test_a_badge_lives_from_its_creation_to_its_deletion() -> None:
    """Name and description are needed; the icon is written under another name than it is read."""
    api = wonolo()
    body = {"name": "Driver", "description": "Drives", "remote_icon_url": "https://icons.example/1.png", "is_soft": 1}
    badge = api.post("/badges", {"badge": body})["badge"]
    assert badge == {
        "id": 14,
        "name": "Driver",
        "description": "Drives",
        "icon_url": "https://icons.example/1.png",
        "info_url": None,
        "is_soft": True,
        "created_at": NOW,
        "updated_at": NOW,
    }
    api.wait(minutes=1)
    changed = api.patch("/badges/14", {"info_url": "https://info.example"})["badge"]
    assert changed == {**badge, "info_url": "https://info.example", "updated_at": "2026-11-23T10:01:00.000-08:00"}
    assert api.get("/badges/14")["badge"] == changed
    assert api.send("DELETE", "/badges/14").json() == {"badge": changed}
    assert api.refused("DELETE", "/badges/14") == (404, "Not Found")


@pytest.mark.parametrize("field", ["name", "description"])
def test_a_badge_needs_name_and_description(field: str) -> None:
    """Both."""
    body = {"name": "Driver", "description": "Drives", field: ""}
    assert wonolo().refused("POST", "/badges", json=body) == (422, f"Missing parameter {field}")


def test_badges_are_found_by_a_part_of_their_name() -> None:
    """In any case of letters."""
    api = wonolo()
    assert [badge["id"] for badge in api.get("/badges")["badges"]] == [13, 12, 11]
    assert [badge["name"] for badge in api.get("/badges", query="FORK")["badges"]] == ["Forklift Certified"]


def test_customers_are_created_listed_renamed_and_checked_for() -> None:
    """A name belongs to one customer, whatever the case of its letters."""
    api = wonolo()
    made = api.post("/customers", {"customer": {"name": "Depot"}})["customer"]
    assert made == {"id": 303, "company_id": 402, "name": "Depot", "created_at": NOW, "updated_at": NOW}
    assert api.get("/customers/303")["customer"] == made
    assert [one["id"] for one in api.get("/customers")["customers"]] == [303, 302, 301]
    assert api.send("PUT", "/customers/303", json={"name": "DEPOT"}).json()["customer"]["name"] == "DEPOT"
    assert api.get("/customers/exists", name="depot") == {"exists": True}
    assert api.get("/customers/exists", name="dep") == {"exists": False}


def test_customers_need_a_free_name() -> None:
    """To be created, to be renamed and to be asked for."""
    api = wonolo()
    assert api.refused("GET", "/customers/exists") == (422, "Missing parameter name")
    assert api.refused("POST", "/customers", json={"name": ""}) == (422, "Missing parameter name")
    taken = {"name": "sandbox events"}
    assert api.refused("POST", "/customers", json=taken) == (422, "Name has already been taken")
    assert api.refused("PATCH", "/customers/301", json=taken) == (422, "Name has already been taken")
    assert api.refused("GET", "/customers/9") == (404, "Not Found")
