"""Planning the people: who needs a user, who is one already, who cannot become one; and contact data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from mappings.link import LinkedWorker
from mappings.model import Worker
from mappings.ownership import OWNERSHIP, Right
from sync.plan import Change, FieldChange, Policy, Risk, Snapshot, make_plan
from sync.plan.reasons import Reason
from sync.plan.workers import without_user
from tests.factories import (
    ANA,
    BEN,
    CAT,
    CHICAGO,
    RULES,
    START,
    at,
    demand,
    job,
    job_request,
    linked,
    shift,
    snapshot,
    wonolo_user,
)
from tests.plans import line, lines, only, only_worded, sent

MATCHING = Policy(RULES, workers="match")


def accepted(**changes: Any) -> Snapshot:
    """Ana took a seat, and has no When I Work user that anybody knows of."""
    values = {"users": {}} | changes
    return snapshot(linked(jobs=[job()], shifts=[shift()]), **values)


def test_a_worker_who_takes_a_seat_becomes_a_user_first() -> None:
    """Without an invitation, with the employee code that both sides can carry."""
    create, assign = make_plan(accepted()).changes
    assert line(create) == (
        "create user #7",
        "do",
        {
            "first_name": "Ana",
            "last_name": "Reyes",
            "email": "ana@example.com",
            "phone_number": "+13125550107",
            "employee_code": "wonolo:7",
            "role": 3,
            "locations": [11, 12],
            "positions": [21, 22, 23],
            "invite": False,
        },
    )
    assert create.subject == "Ana R. as a When I Work user, without an invitation"
    assert create.fields == (FieldChange("employee code", "", "wonolo:7"),)
    assert create.cause == "holds a seat: Picker at Harbor, Sat 14 Mar 08:00-16:00"
    assert (create.link, create.risk) == ("worker:wonolo:7", Risk(people=1, minutes_to_start=3 * 24 * 60))
    assert create.zone == CHICAGO
    assert line(assign) == ("assign shift 301 #7", "do", sent(user_id="@user:wonolo:7"))


def test_a_worker_with_several_seats_becomes_one_user_before_the_first_of_them() -> None:
    """Though the later demand was planned first."""
    later = START.replace(day=20)
    base = demand(start=later, end=later.replace(hour=21))
    request = job_request(501, start_time="2026-03-20T08:00:00-05:00")
    far = msgspec.structs.replace(
        linked(base, request, jobs=[job(job_request_id=501)], shifts=[shift(311, **at(later))]), key="far"
    )
    plan = make_plan(snapshot(far, linked(jobs=[job()], shifts=[shift()]), users={}))
    assert [(line(change)[0], change.start) for change in plan.changes] == [
        ("create user #7", START),
        ("assign shift 301 #7", START),
        ("assign shift 311 #7", later),
    ]


def test_a_user_who_is_that_worker_is_linked_instead() -> None:
    """With the evidence."""
    users = ((207, Worker("E-7", "Ana", "Reyes", email=ANA.email)), (208, BEN))
    link, assign = make_plan(accepted(candidates=users)).changes
    assert (line(link), link.fields) == (("link user 207 #7", "do", {}), ())
    assert link.cause == (
        "99 %: same name 'Ana Reyes'; same e-mail address; by usual rates, as the lists are short; "
        "holds a seat: Picker at Harbor, Sat 14 Mar 08:00-16:00"
    )
    assert link.subject == "Ana R. is Ana Reyes"
    assert (link.start, link.place, link.risk) == (START, "Harbor", Risk(people=1, minutes_to_start=3 * 24 * 60))
    assert assign.payload["user_id"] == 207


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"policy": MATCHING},
            "nobody in When I Work is this worker: give the right user the employee code wonolo:7",
        ),
        ({"people": {}}, "Wonolo has not told this worker's name yet"),
        (
            {"people": {ANA.key: msgspec.structs.replace(ANA, email="")}},
            "Wonolo shows no e-mail of wonolo:7: create the user by hand with this code",
        ),
        ({"busy": {"worker:wonolo:7": "a write is under way"}}, "a write is under way"),
    ],
)
def test_a_worker_who_cannot_become_a_user_stays_an_open_seat(changes: dict[str, Any], reason: str) -> None:
    """The plan says why, and sends nothing."""
    plan = make_plan(accepted(**changes))
    change = only(plan)
    assert (line(change)[:2], change.reason) == (("none shift #7", "blocked"), reason)
    assert (plan.settled, plan.waiting) == (("link",), (change,))


def test_a_policy_of_matching_links_who_is_found() -> None:
    """And creates nobody."""
    plan = lines(accepted(policy=MATCHING, candidates=((207, ANA),)))
    assert [what for what, _, _ in plan] == ["link user 207 #7", "assign shift 301 #7"]


def test_somebody_without_a_user_does_not_hold_up_the_others() -> None:
    """Ben's seat comes off the stack as if Cat had not accepted."""
    jobs = [job(), job(CAT), job(BEN)]
    link = linked(demand(headcount=3), job_request(slots=3), jobs=jobs, shifts=[shift(instances=3)])
    plan = make_plan(snapshot(link))
    assert [(line(change)[:2], change.expects.get("instances")) for change in plan.changes] == [
        (("assign shift 301 #7", "do"), 3),
        (("assign shift 301 #8", "do"), 2),
        (("none shift #9", "blocked"), None),
    ]


def test_a_seat_that_its_holder_left_opens_though_the_next_one_has_no_user() -> None:
    """Ana withdrew, Cat accepted."""
    base = demand(headcount=1, workers=frozenset({ANA.key}))
    jobs = [job(state="withdrawn"), job(CAT)]
    link = linked(base, job_request(slots=1), jobs=jobs, shifts=[shift(302, user_id=107, instances=1)])
    assert [what for what, _, _ in lines(snapshot(link))] == ["release shift 302 #7", "none shift #9"]


PLACEHOLDERS = Policy(RULES, workers="placeholder", placeholder_email="shifts+{worker}@company.example")


def test_a_placeholder_is_a_user_in_whole_but_for_the_contact_data() -> None:
    """Cat shows Wonolo no e-mail, which is no obstacle then; of Ana's what is her own is left out."""
    for worker in (ANA, CAT):
        link = linked(jobs=[job(worker)], shifts=[shift()])
        create, _ = make_plan(snapshot(link, users={}, policy=PLACEHOLDERS)).changes
        assert create.payload == {
            "first_name": worker.first_name,
            "last_name": worker.last_name,
            "email": f"shifts+{worker.key.removeprefix('wonolo:')}@company.example",
            "phone_number": "",
            "employee_code": worker.key,
            "role": 3,
            "locations": [11, 12],
            "positions": [21, 22, 23],
            "invite": False,
        }
    nameless = {ANA.key: Worker(ANA.key, "", "", ANA.email)}
    assert said(without_user([ANA.key], snapshot(users={}, people=nameless, policy=PLACEHOLDERS))) == {
        ANA.key: "Wonolo has not told this worker's name yet"
    }


def test_of_a_placeholders_contact_data_nothing_but_the_name_is_carried() -> None:
    """And the name only where it is Wonolo's to tell."""
    moved = msgspec.structs.replace(contact(), policy=PLACEHOLDERS)
    assert only(make_plan(moved)).payload == {"last_name": "Okafor"}
    nobodys = msgspec.structs.replace(OWNERSHIP, contacts={**OWNERSHIP.contacts, "name": Right(None)})
    policy = msgspec.structs.replace(PLACEHOLDERS, ownership=nobodys)
    assert make_plan(msgspec.structs.replace(moved, policy=policy)).changes == ()


def said(reasons: Mapping[str, Reason]) -> dict[str, str]:
    """Reasons in words, by worker."""
    return {key: reason.said for key, reason in reasons.items()}


def test_who_has_no_user_and_why() -> None:
    """Ben is one, Ana can be made one."""
    assert said(without_user([ANA.key, BEN.key, CAT.key], snapshot(users={108: BEN.key}))) == {
        CAT.key: "Wonolo shows no e-mail of wonolo:9: create the user by hand with this code"
    }


def test_a_worker_of_whom_nothing_is_told_is_named_by_the_key() -> None:
    """Which is the code to give to the right user."""
    assert said(without_user([ANA.key], snapshot(users={}, people={}, policy=MATCHING))) == {
        ANA.key: "nobody in When I Work is this worker: give the right user the employee code wonolo:7"
    }


MARRIED = wonolo_user(last_name="Okafor", phone="+13125550199")


def contact(**changes: Any) -> Snapshot:
    """Ana's user, created by the engine, after she changed name and phone in Wonolo."""
    values: dict[str, Any] = {"key": "worker:wonolo:7", "base": ANA, "user_id": 107, "wonolo": MARRIED, "ours": True}
    return snapshot(workers=(LinkedWorker(**values | changes),))


def test_contact_data_that_changed_in_wonolo_is_carried_to_a_user_of_ours() -> None:
    """It is sent, but neither shown nor logged."""
    plan = make_plan(contact())
    change = only(plan)
    assert line(change) == ("update user 107 #7", "do", {"last_name": "Okafor", "phone_number": "+13125550199"})
    assert change.fields == (FieldChange("last name", "(old)", "(new)"), FieldChange("phone number", "(old)", "(new)"))
    assert (change.subject, change.cause) == ("Ana O. as a When I Work user", "changed in Wonolo")
    assert plan.settled == ()


def test_a_change_of_contact_data_in_whole() -> None:
    """It belongs to no demand, so it has neither place nor start."""
    assert only_worded(make_plan(contact())) == Change(
        action="update",
        system="wheniwork",
        kind="user",
        record="107",
        link="worker:wonolo:7",
        subject="Ana O. as a When I Work user",
        rank=0,
        fields=(FieldChange("last name", "(old)", "(new)"), FieldChange("phone number", "(old)", "(new)")),
        cause="changed in Wonolo",
        payload={"last_name": "Okafor", "phone_number": "+13125550199"},
        worker=ANA.key,
        risk=Risk(people=1),
    )


@pytest.mark.parametrize("changes", [{"ours": False}, {"wonolo": wonolo_user(email="", phone=None)}])
def test_other_contact_data_is_left_alone(changes: dict[str, Any]) -> None:
    """A user somebody else made, and data that Wonolo merely does not show."""
    plan = make_plan(contact(**changes))
    assert (plan.changes, plan.settled) == ((), ("worker:wonolo:7",))


def test_contact_data_that_the_pair_leaves_to_nobody_is_not_carried() -> None:
    """The other fields still are."""
    names_alone = msgspec.structs.replace(OWNERSHIP, contacts={**OWNERSHIP.contacts, "phone": Right(None)})
    policy = Policy(RULES, ownership=names_alone)
    assert only(make_plan(msgspec.structs.replace(contact(), policy=policy))).payload == {"last_name": "Okafor"}


def test_a_worker_with_a_write_under_way_waits() -> None:
    """Its outcome is not known yet."""
    plan = make_plan(msgspec.structs.replace(contact(), busy={"worker:wonolo:7": "a write is under way"}))
    assert (plan.changes, plan.settled) == ((), ())


def test_a_new_user_comes_first_and_touches_one_person() -> None:
    """In When I Work, at no cost in pay."""
    create, _ = make_plan(accepted()).changes
    assert (create.system, create.rank, create.link, create.place, create.start) == (
        "wheniwork",
        0,
        "worker:wonolo:7",
        "Harbor",
        START,
    )
    assert create.risk.people == 1
    assert (create.risk.paid_minutes, create.risk.cents) == (0, 0)
