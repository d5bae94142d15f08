"""What the reference says of reading from Wonolo."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.contract.service import Service

Learned = Callable[[str, object], None]
fact = pytest.mark.fact

LISTS = ["job_requests", "jobs", "users", "badges", "customers", "messages"]
MILLISECONDS_AND_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}([+-]\d\d:\d\d|Z)")
JOB_REQUEST_STATES = {
    *("draft", "unassigned", "posted", "filled", "in_progress", "completed", "approved", "cancelled", "unfilled"),
}
JOB_STATES = {
    *("pending", "rejected", "filled", "in_progress", "paused", "completed", "approved", "cancelled", "withdrawn"),
    "no_show",
}


def keys(service: Service) -> dict[str, str]:
    """The pair of keys."""
    return {name: service.secrets[name] for name in ("api_key", "secret_key")}


def some(service: Service, name: str) -> list[Any]:
    """Some records of a list; an empty list cannot be tried."""
    records: list[Any] = service.get(f"/{name}", page=1, per=50)[name]
    if not records:
        pytest.skip(f"there are no {name}")
    return records


# Access


@fact("Wonolo 2")
def test_authenticate(wonolo: Service) -> None:
    """Both keys give a token and its end, in whole seconds with a literal Z."""
    told = wonolo.bare("POST", "/authenticate", json=keys(wonolo)).json()
    assert isinstance(told["token"], str)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["expires_at"])


@fact("Wonolo 2")
def test_token_life(wonolo: Service) -> None:
    """A token lives 24 hours by the service's own clock."""
    told = wonolo.bare("POST", "/authenticate", json=keys(wonolo)).json()
    now = datetime.fromisoformat(wonolo.bare("GET", "/info").json()["utc_time_now"]).replace(tzinfo=UTC)
    assert timedelta(hours=23) < datetime.fromisoformat(told["expires_at"]) - now < timedelta(hours=24, minutes=5)


@fact("Wonolo 2")
def test_a_missing_key(wonolo: Service) -> None:
    """Authentication without one of the keys is answered with 422."""
    assert wonolo.bare("POST", "/authenticate", json={"api_key": keys(wonolo)["api_key"]}).status_code == 422


@fact("Wonolo 2")
def test_a_wrong_key(wonolo: Service, record_property: Learned) -> None:
    """Authentication with a wrong key is answered with 401."""
    answer = wonolo.bare("POST", "/authenticate", json=keys(wonolo) | {"secret_key": "sk_test_wrong"})
    record_property("learned", f"the body of a 401 is {shape(answer)}")
    assert answer.status_code == 401


@fact("Wonolo 2")
def test_an_earlier_token(wonolo: Service, record_property: Learned) -> None:
    """Open: is an earlier token still good after a second authentication?"""
    first, second = (wonolo.bare("POST", "/authenticate", json=keys(wonolo)).json()["token"] for _ in range(2))
    status = wonolo.bare("GET", "/users", params={"token": first, "per": "1"}).status_code
    wonolo.params["token"] = second
    record_property("learned", f"an earlier token is answered with {status}; the same again: {first == second}")


@fact("Wonolo 2")
@pytest.mark.parametrize("token", ["", "wrong-token"])
def test_no_token(wonolo: Service, token: str) -> None:
    """Without a valid token everything is answered with 401."""
    assert wonolo.bare("GET", "/jobs", params={"token": token} if token else {}).status_code == 401


@fact("Wonolo 1")
def test_json(wonolo: Service) -> None:
    """JSON is the only language of the answers."""
    assert (
        wonolo.ask("GET", "/users", headers={"Accept": "text/xml"})
        .headers["content-type"]
        .startswith("application/json")
    )


@fact("Wonolo 4")
def test_info(wonolo: Service) -> None:
    """Information needs no token and tells the time."""
    told = wonolo.bare("GET", "/info").json()
    assert {"utc_time_now", "environment", "release_version"} <= set(told)


# Lists


@fact("Wonolo 3")
@pytest.mark.parametrize("name", LISTS)
def test_envelope(wonolo: Service, name: str) -> None:
    """A list is an object with one key, the plural name."""
    told = wonolo.get(f"/{name}", page=1, per=2)
    assert (list(told), type(told[name])) == ([name], list)


@fact("Wonolo 3")
@pytest.mark.parametrize("name", LISTS)
def test_past_the_end(wonolo: Service, name: str) -> None:
    """A page past the end is an empty list, with 200."""
    assert wonolo.get(f"/{name}", page=100_000, per=50)[name] == []


@fact("Wonolo 3")
def test_cap(wonolo: Service, record_property: Learned) -> None:
    """No page holds more than 50."""
    if len(some(wonolo, "job_requests")) < 50:
        pytest.skip("there are fewer than 50 job requests")
    assert len(wonolo.get("/job_requests", page=1, per=100)["job_requests"]) == 50
    record_property("learned", f"without `per` a page holds {len(wonolo.get('/job_requests')['job_requests'])}")


@fact("Wonolo 3")
def test_pages(wonolo: Service) -> None:
    """Pages count from 1 and do not overlap."""
    pages = [wonolo.get("/users", page=page, per=2)["users"] for page in (1, 2)]
    if len(pages[1]) < 1:
        pytest.skip("there are fewer than three users")
    assert len({user["id"] for page in pages for user in page}) == len(pages[0]) + len(pages[1])
    assert [user["id"] for user in wonolo.get("/users", per=2)["users"]] == [user["id"] for user in pages[0]]


@fact("Wonolo 3")
@pytest.mark.parametrize("name", ["job_requests", "jobs", "users"])
def test_instants(wonolo: Service, name: str) -> None:
    """`updated_at` is never null, with milliseconds and an offset."""
    assert all(MILLISECONDS_AND_OFFSET.fullmatch(record["updated_at"]) for record in some(wonolo, name))


@fact("Wonolo 3")
@pytest.mark.parametrize("name", ["job_requests", "jobs", "users"])
def test_updated_after(wonolo: Service, name: str, record_property: Learned) -> None:
    """`updated_after` takes an instant as the service prints it."""
    records = sorted(some(wonolo, name), key=lambda record: datetime.fromisoformat(record["updated_at"]))
    bound = records[len(records) // 2]["updated_at"]
    later = wonolo.get(f"/{name}", updated_after=bound, per=50)[name]
    instants = [datetime.fromisoformat(record["updated_at"]) for record in later]
    assert all(instant >= datetime.fromisoformat(bound) for instant in instants)
    record_property(
        "learned", f"`updated_after` of {name} includes its bound: {datetime.fromisoformat(bound) in instants}"
    )


@fact("Wonolo 3")
def test_order(wonolo: Service, record_property: Learned) -> None:
    """Open: in which order do lists come?"""
    stamps = [datetime.fromisoformat(record["updated_at"]) for record in some(wonolo, "job_requests")]
    order = (
        "newest first"
        if stamps == sorted(stamps, reverse=True)
        else "oldest first"
        if stamps == sorted(stamps)
        else "?"
    )
    record_property("learned", f"job requests come by updated_at: {order}")


@fact("Wonolo 3")
@pytest.mark.parametrize(("name", "filters"), [("users", {"type": "Worker"}), ("job_requests", {"state": "posted"})])
def test_filters(wonolo: Service, name: str, filters: dict[str, str]) -> None:
    """Lists are filtered."""
    records = wonolo.get(f"/{name}", per=50, **filters)[name]
    assert all(record[key] == value for record in records for key, value in filters.items())


@fact("Wonolo 3")
def test_jobs_of_a_job_request(wonolo: Service) -> None:
    """Jobs are filtered by their job request."""
    wanted = some(wonolo, "jobs")[0]["job_request_id"]
    assert {job["job_request_id"] for job in wonolo.get("/jobs", job_request_id=wanted)["jobs"]} == {wanted}


# Records


@fact("Wonolo 3")
@pytest.mark.parametrize(("name", "single"), [(name, name[:-1]) for name in LISTS])
def test_one_record(wonolo: Service, name: str, single: str) -> None:
    """One record stands under its singular name."""
    wanted = some(wonolo, name)[0]["id"]
    assert wonolo.get(f"/{name}/{wanted}")[single]["id"] == wanted


@fact("Wonolo 12")
def test_a_record_that_is_not_there(wonolo: Service, record_property: Learned) -> None:
    """A record that does not exist is answered with 404."""
    answer = wonolo.ask("GET", "/job_requests/999999999")
    record_property("learned", f"the body of a missing record is {shape(answer)}")
    assert answer.status_code == 404


@fact("Wonolo 5")
def test_job_request_fields(wonolo: Service) -> None:
    """A job request has the fields the engine reads, with these types."""
    for record in some(wonolo, "job_requests"):
        assert type(record["id"]) is int
        assert isinstance(record["state"], str)
        assert isinstance(record["slots"], int | float)
        assert isinstance(record["duration"], int | float | None)
        assert isinstance(record["preferred_candidate_ids"], list)
        assert {"start_time", "category", "request_name", "wage", "description", "address", "zip", "timezone"} <= set(
            record
        )


@fact("Wonolo 5")
def test_no_end(wonolo: Service) -> None:
    """A job request has neither an end nor its jobs in it."""
    assert not {"end_time", "jobs"} & set(some(wonolo, "job_requests")[0])


@fact("Wonolo 9")
@pytest.mark.parametrize(("name", "states"), [("job_requests", JOB_REQUEST_STATES), ("jobs", JOB_STATES)], ids=["", ""])
def test_states(wonolo: Service, name: str, states: set[str]) -> None:
    """No record is in a state that no document names."""
    assert {record["state"] for record in some(wonolo, name)} - states == set()


@fact("Wonolo 6")
def test_job_fields(wonolo: Service) -> None:
    """A job carries its worker and its job request's id."""
    for job in some(wonolo, "jobs"):
        assert (type(job["id"]), type(job["job_request_id"])) == (int, int)
        assert {"id", "first_name", "last_name", "email", "phone", "external_id"} <= set(job["worker"])
        assert {"hours_worked", "actual_duration", "completed_at", "started_at", "transitions"} <= set(job)


@fact("Wonolo 8")
def test_user_fields(wonolo: Service) -> None:
    """A user is a Worker or an Employer."""
    assert {user["type"] for user in some(wonolo, "users")} <= {"Worker", "Employer"}


@fact("Wonolo 4")
def test_customer_exists(wonolo: Service, record_property: Learned) -> None:
    """Open: what does the check for a customer answer?"""
    known = wonolo.ask("GET", "/customers/exists", params={"name": some(wonolo, "customers")[0].get("name", "")})
    unknown = wonolo.ask("GET", "/customers/exists", params={"name": "No such customer 7b1"})
    told = [f"{answer.status_code} {answer.text[:60]}" for answer in (known, unknown)]
    record_property("learned", f"a customer that exists: {told[0]}; another: {told[1]}")
    assert told[0] != told[1]


@fact("Wonolo 4")
@pytest.mark.parametrize(
    "path", ["/job_requests/{job_requests}/rankings", "/users/{users}/tracking", "/search?query=a"]
)
def test_open_shapes(wonolo: Service, path: str, record_property: Learned) -> None:
    """Open: what shape has this answer?"""
    name = re.search(r"{(\w+)}", path)
    found = path.replace(f"{{{name[1]}}}", str(some(wonolo, name[1])[0]["id"])) if name else path
    told = wonolo.get(*found.partition("?")[:1], **({"query": "a"} if "?" in path else {}))
    record_property(
        "learned", f"{path} answers {type(told).__name__} {list(told)[:8] if isinstance(told, dict) else ''}"
    )


def shape(answer: httpx.Response) -> str:
    """The keys and types of an answer, without its values."""
    try:
        body = answer.json()
    except ValueError:
        return str(answer.headers.get("content-type", "nothing"))
    return str(
        {key: type(value).__name__ for key, value in body.items()} if isinstance(body, dict) else type(body).__name__
    )
