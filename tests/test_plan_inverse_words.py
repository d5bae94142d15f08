"""How rows of an undo are headed, and the fields they show: by what is there now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mappings.link import LinkedDemand
from sync.plan import FieldChange
from sync.plan.made import Made
from tests.factories import START, USERS, at, demand, held, job_request, linked, shift
from tests.test_plan_inverse import POSTED, back, made, today

EARLIER = START - timedelta(hours=2)
EARLY = "Picker at Harbor, Sat 14 Mar 06:00-14:00"
AS_IT_WAS = "as the run knew it"
ON_TIME = "Picker at Harbor, Sat 14 Mar 08:00-16:00"
POSTED_EARLY = POSTED | {"start_time": "2026-03-14T06:00:00.000-05:00"}
SHIFT_EARLY = shift(**at(EARLIER))

NOTED = made("update", "shift", SHIFT_EARLY, SHIFT_EARLY | {"notes": "Gate 2"}, subject=AS_IT_WAS)
WIDER = made("update", "job_request", POSTED_EARLY, POSTED_EARLY | {"slots": 3}, subject=AS_IT_WAS)


@pytest.mark.parametrize(
    ("row", "link", "subject"),
    [
        (NOTED, linked(demand(), POSTED, shifts=(SHIFT_EARLY,)), EARLY),
        (NOTED, linked(demand(), POSTED_EARLY), EARLY),
        (WIDER, linked(demand(), POSTED_EARLY, shifts=(shift(),)), EARLY),
        (WIDER, linked(demand(), POSTED, shifts=(SHIFT_EARLY,)), ON_TIME),
        (WIDER, linked(demand(), POSTED | {"state": "cancelled"}, shifts=(SHIFT_EARLY,)), EARLY),
        (NOTED, linked(demand(), POSTED | {"state": "cancelled"}), AS_IT_WAS),
        (NOTED, linked(demand(), job_request(category="Nursing"), shifts=(SHIFT_EARLY,)), AS_IT_WAS),
        (NOTED, None, AS_IT_WAS),
    ],
)
def test_a_row_is_headed_by_what_is_there_now(row: Made, link: LinkedDemand | None, subject: str) -> None:
    """On the side that is written to, else on the other; where neither can be read, as the run knew it."""
    row = made(row.change.action, row.change.kind, row.before, row.after, payload=row.change.payload, subject=subject)
    old = made(row.change.action, row.change.kind, row.before, row.after, payload=row.change.payload, subject=AS_IT_WAS)
    change = back(old, today(linked={"link": link} if link else {}, users=USERS))
    hour = 6 if subject == EARLY else 8
    assert (change.subject, change.place, change.zone) == (subject, "Harbor", "America/Chicago")
    assert change.start == START - timedelta(hours=8 - hour)
    assert change.risk.minutes_to_start == 4320 - 60 * (8 - hour)


def test_what_would_begin_before_now_once_it_is_taken_back_stays() -> None:
    """As does what has begun by now, whenever it was to begin before; what begins later by now does not."""
    moved = made("update", "shift", SHIFT_EARLY, shift(), payload={})
    later = made("release", "job", {}, {}, start=EARLIER)
    link = {"link": linked(demand(), POSTED, shifts=(shift(),))}
    begun = {"now": EARLIER + timedelta(hours=1), "linked": link, "users": USERS}
    assert back(moved, today(("shift", shift()), **begun)).reason == "work has begun"
    assert back(later, today(**begun)).reason != "work has begun"
    early = {"link": linked(demand(), POSTED_EARLY, shifts=(SHIFT_EARLY,))}
    assert back(NOTED, today(("shift", shift()), **begun | {"linked": early})).reason == "work has begun"


SEAT = held(302)
MOVED = held(302, **at(START + timedelta(hours=1)))
FIELDS: list[tuple[Made, tuple[FieldChange, ...]]] = [
    (
        made("update", "shift", MOVED, SEAT, payload={"notes": ""}),
        (
            FieldChange("start", "Sat 14 Mar 08:00", "Sat 14 Mar 09:00"),
            FieldChange("end", "Sat 14 Mar 16:00", "Sat 14 Mar 17:00"),
        ),
    ),
    (
        made("update", "job_request", POSTED, POSTED | {"slots": 3}, payload={"slots": 3}),
        (FieldChange("seats", "3", "2"),),
    ),
    (
        made("update", "job_request", POSTED, POSTED | {"slots": 3}, fields=(FieldChange("seats", "two", "three"),)),
        (FieldChange("seats", "three", "two"),),
    ),
    (made("update", "shift", shift(position_id=99), shift(), payload={"notes": ""}), ()),
    (made("create", "shift", after=shift()), ()),
]


@pytest.mark.parametrize(("row", "fields"), FIELDS)
def test_what_was_changed_is_shown_the_other_way_round(row: Made, fields: tuple[FieldChange, ...]) -> None:
    """By the records before and after where the run had no words for it and both have a meaning here."""
    after: dict[str, Any] = dict(row.after or {})
    assert back(row, today((row.change.kind, after), users=USERS)).fields == fields
