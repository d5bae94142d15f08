"""Acts of the people in the sandbox, by name and all together."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.people import ACTS
from tests.sandbox_control import Control


def test_a_worker_accepts_by_an_act() -> None:
    """The answer holds the records that the act touched; what is left open is chosen."""
    control = Control()
    posted = control.post("/act", {"name": "requestor_posts", "fields": {"slots": 1}})["job_request"]
    touched = control.post("/act", {"name": "worker_accepts"})
    assert touched["job"]["job_request_id"] == touched["job_request"]["id"] == posted["id"]
    assert touched["job_request"]["state"] == "filled"


def test_a_manager_and_an_employee_act_in_when_i_work() -> None:
    """Every act of that side, one after the other."""
    control = Control()
    place = {"location_id": 136, "position_id": 32, "start_time": "2026-11-25 08:00", "end_time": "2026-11-25 16:00"}
    made = control.post("/act", {"name": "manager_creates_shift", "fields": {**place, "published": False}})["shift"]
    number = made["id"]
    assert (made["published"], made["start_time"]) == (False, "Wed, 25 Nov 2026 08:00:00 -0600")
    edit = {"name": "manager_edits_shift", "shift_id": number, "fields": {"instances": 3}}
    assert control.post("/act", edit)["shift"]["instances"] == 3
    assert control.post("/act", {"name": "manager_publishes", "shift_id": number})["shift"]["published"] is True
    held = control.post("/act", {"name": "employee_takes", "shift_id": number})["shift"]
    assigned = control.post("/act", {"name": "manager_assigns", "shift_id": number, "user_id": 27384})["shift"]
    assert (held["is_open"], assigned["user_id"]) == (False, 27384)
    assert control.post("/act", {"name": "employee_releases", "shift_id": held["id"]})["shift"]["is_open"] is True
    assert control.post("/act", {"name": "manager_deletes_shift", "shift_id": number})["shift"]["id"] == number


@pytest.mark.parametrize("name", sorted(name for name in ACTS if "_job" not in name))
def test_every_act_chooses_what_is_left_open(name: str) -> None:
    """With no argument at all, in a world where something fits it; the same seed chooses the same."""
    happened = []
    for _ in range(2):
        control = Control()
        soon = {"start_time": "2026-11-23 13:00", "duration": 60, "slots": 1}
        for fields in ({**soon, "slots": 2}, soon, {**soon, "start_time": "2026-11-24 13:00"}, {}):
            number = control.post("/act", {"name": "requestor_posts", "fields": fields})["job_request"]["id"]
            control.post("/act", {"name": "worker_accepts", "job_request_id": number})
        control.post("/act", {"name": "requestor_posts"})
        control.post("/advance", {"minutes": 60})
        control.post("/act", {"name": "worker_finishes"})
        happened.append(control.post("/act", {"name": name}))
    assert happened[0] == happened[1]


def test_an_edit_without_fields_is_a_random_one() -> None:
    """A JobRequest and a shift end up different, and a given id is respected."""
    control = Control()
    posted = control.post("/act", {"name": "requestor_posts"})["job_request"]
    edited = control.post("/act", {"name": "requestor_edits", "job_request_id": posted["id"]})["job_request"]
    assert edited["id"] == posted["id"]
    assert [edited[name] for name in ("slots", "duration", "start_time")] != [
        posted[name] for name in ("slots", "duration", "start_time")
    ]
    shift = next(shift for shift in control.get("/state")["wheniwork"]["shifts"] if shift["is_open"])
    changed = control.post("/act", {"name": "manager_edits_shift", "shift_id": shift["id"]})["shift"]
    assert [changed["end_time"], changed["instances"]] != [shift["end_time"], shift["instances"]]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 400, "There is no act ''"),
        ({"name": "nobody_does"}, 400, "There is no act 'nobody_does'; there are employee_releases,"),
        ({"name": "worker_accepts", "who": 1}, 400, "The act worker_accepts takes no who."),
        ({"name": "worker_accepts", "worker_id": "x"}, 400, "worker_id must be a whole number."),
        ({"name": "requestor_posts", "fields": 3}, 400, "fields must be an object."),
        ({"name": "worker_accepts"}, 409, "Nothing in the world fits this act now."),
        ({"name": "worker_accepts", "job_request_id": 7}, 409, "Not Found"),
        ({"name": "manager_edits_shift", "shift_id": 7}, 409, "No shift found."),
        ({"name": "worker_finishes", "job_id": 7, "minutes": -1}, 409, "Minutes worked cannot be negative"),
        ({"name": "life", "acts": -1}, 400, "Life takes acts, from 0 to 10000."),
        ({"name": "life", "years": 1}, 400, "Life takes acts, from 0 to 10000."),
        ({"name": "life", "acts": "many"}, 400, "Expected `int`, got `str`"),
    ],
)
def test_an_act_that_is_unknown_or_impossible_says_so(body: dict[str, Any], status: int, says: str) -> None:
    """400 for what is no act, 409 for what cannot happen now."""
    found, text = Control().refused("/act", body)
    assert (found, text[: len(says)]) == (status, says)


def test_life_lets_things_happen_and_repeats_under_its_seed() -> None:
    """The same world lives the same life."""
    lives = []
    for _ in range(2):
        control = Control()
        lives.append(control.post("/act", {"name": "life", "acts": 30})["happened"])
    assert lives[0] == lives[1]
    assert len(lives[0]) == 30
    assert len({act["name"] for act in lives[0]}) > 5
