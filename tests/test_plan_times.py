"""Planning hours worked: entered once, carried over while they may be, and left alone once they are final."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from mappings.decision import Decision
from mappings.link import WorkedJob
from mappings.model import Stage, Timesheet
from mappings.ownership import OWNERSHIP, TIME_FIELDS, Right
from sync.plan import Change, FieldChange, Plan, Policy, Risk, Snapshot, make_plan
from sync.plan.model import marker_key
from tests.factories import (
    ANA,
    BEN,
    NOW,
    RULES,
    START,
    demand,
    held,
    job,
    linked,
    shift,
    snapshot,
    timesheet,
    worked_time,
)
from tests.plans import decision, line, lines, only

AFTER = NOW + timedelta(days=4)
EIGHT = {"start_time": "Sat, 14 Mar 2026 13:00:00 +0000", "end_time": "Sat, 14 Mar 2026 21:00:00 +0000"}
SUBJECT = "Ana R.'s hours: Picker at Harbor, Sat 14 Mar 08:00-16:00"
PLANNED = demand(workers=frozenset({ANA.key}))
CLOSED = {
    "id": 24,
    "start_date": "Mon, 02 Mar 2026 00:00:00 -0600",
    "end_date": "Sun, 15 Mar 2026 23:59:59 -0500",
    "is_closed": True,
    "is_finalized": False,
}
PERIOD = "the payroll period Mon 02 Mar to Sun 15 Mar is closed"


def done(minutes: int = 480, state: str = "completed", **changes: Any) -> dict[str, Any]:
    """Ana's Job after so many minutes, the break among them."""
    started = "2026-03-14T08:00:00.000-05:00"
    return job(ANA, state, started_at=started, actual_duration=minutes) | changes


def until(wall: str, **changes: Any) -> dict[str, Any]:
    """Ana's Time from eight until then, with half an hour unpaid."""
    return worked_time(end_time=f"Sat, 14 Mar 2026 {wall}:00 -0500") | changes


def ends(wall: str, **changes: Any) -> dict[str, Any]:
    """The payload that lets a Time end then on the wall in Chicago."""
    hour, minute = wall.split(":")
    return EIGHT | {"end_time": f"Sat, 14 Mar 2026 {int(hour) + 5}:{minute}:00 +0000"} | changes


def lone(record: dict[str, Any] | None = None, **changes: Any) -> WorkedJob:
    """A Job whose hours no Time records yet."""
    return WorkedJob("job:907", record or done(), PLANNED, (shift(), held()), **changes)


def tied(
    record: dict[str, Any] | None = None, time: dict[str, Any] | None = None, base: Timesheet | None = None
) -> WorkedJob:
    """A Job whose Time is known; both sides agreed on eight hours."""
    return lone(record, base=base or timesheet(), times=(time or worked_time(),))


def of(*worked: WorkedJob, **changes: Any) -> Snapshot:
    """A snapshot of a day after the work."""
    return snapshot(**{"now": AFTER, "worked": worked} | changes)


def plan(*worked: WorkedJob, **changes: Any) -> Plan:
    """What is planned then."""
    return make_plan(of(*worked, **changes))


def told(change: Change) -> tuple[str, str, str]:
    """Verdict, cause and reason."""
    return change.verdict, change.cause, change.reason


def entry(**changes: Any) -> dict[str, Any]:
    """The payload of the Time that is entered for Ana."""
    return {
        "user_id": 107,
        "location_id": 11,
        "site_id": 0,
        "position_id": 21,
        "shift_id": 302,
        **EIGHT,
        "break_hours": 0.5,
        "notes": f"Hours worked through Wonolo [sb:{marker_key('job:907')}]",
    } | changes


def test_a_completed_job_becomes_a_time_of_the_shift_that_was_worked() -> None:
    """Provisional; nobody pays more than was planned."""
    change = only(plan(lone()))
    assert line(change) == ("create time #7", "do", entry())
    assert (change.subject, change.system, change.link) == (SUBJECT, "wheniwork", "job:907")
    assert change.cause == "the work is over in Wonolo, and When I Work has no hours of it"
    assert change.fields == (FieldChange("hours", "", "7 h 30 min"),)
    assert change.risk == Risk(people=1, minutes_to_start=-1440)


def test_an_approved_job_becomes_an_approved_time() -> None:
    """Half an hour longer than planned costs half an hour's pay."""
    change = only(plan(lone(done(510, "approved"))))
    assert change.payload == entry(**ends("16:30"), is_approved=True)
    assert change.fields == (FieldChange("hours", "", "8 h"), FieldChange("approved", "", "yes"))
    assert change.risk == Risk(paid_minutes=30, cents=1000, people=1, minutes_to_start=-1440)


def test_hours_without_a_shift_are_entered_all_the_same() -> None:
    """Somebody may have deleted it since."""
    worked = msgspec.structs.replace(lone(), shifts=(shift(), held(303, 108)))
    payload = only(plan(worked)).payload
    assert "shift_id" not in payload


@pytest.mark.parametrize(
    ("worked", "changes", "verdict", "reason"),
    [
        (lone(done(-1)), {}, "skip", "its hours in Wonolo cannot be read: no minute was worked"),
        (lone(done(worker={"id": 9})), {}, "blocked", "no user in When I Work is this worker, so no hours are entered"),
        (lone(), {"busy": {"job:907": "not known yet"}}, "blocked", "not known yet"),
        (
            msgspec.structs.replace(lone(), planned=demand(skill="Juggler")),
            {},
            "skip",
            "Juggler at Harbor is not configured any more",
        ),
        (
            msgspec.structs.replace(lone(), planned=demand(place="Moon")),
            {},
            "skip",
            "Picker at Moon is not configured any more",
        ),
    ],
)
def test_hours_that_cannot_be_entered_say_why(
    worked: WorkedJob, changes: dict[str, Any], verdict: str, reason: str
) -> None:
    """And what a person can do."""
    change = only(plan(worked, **changes))
    assert (change.action, change.kind, change.verdict, change.reason) == ("none", "time", verdict, reason)


def test_who_was_sent_home_has_no_time() -> None:
    """A zero is a value: nothing is entered, and a Time that was must go, for which a person is asked once."""
    home = done(0)
    assert plan(lone(home)).changes == ()
    reason = "Wonolo says that nothing was worked: delete the Time in When I Work"
    assert told(only(plan(tied(home))))[0::2] == ("blocked", reason)
    assert plan(msgspec.structs.replace(tied(home), times=(), lost=(700,))).changes == ()


def test_a_job_that_names_nobody_is_left_out() -> None:
    """One bad record stops nothing."""
    change = only(plan(lone(done(worker={"id": "Ana"}))))
    assert (change.verdict, change.worker) == ("skip", "")


def test_a_worker_who_clocked_in_has_one_time_and_wonolo_s_hours() -> None:
    """It is tied, and then ends as Wonolo says; where it begins it stays."""
    clocked = worked_time(701, start_time="Sat, 14 Mar 2026 08:02:00 -0500", shift_id=0)
    link, update = plan(lone(), times=(clocked,)).changes
    assert line(link) == ("link time 701 #7", "do", {})
    assert link.cause == "the worker clocked in in When I Work for the same work"
    later = {"start_time": "Sat, 14 Mar 2026 13:02:00 +0000", "end_time": "Sat, 14 Mar 2026 21:02:00 +0000"}
    assert line(update) == ("update time 701 #7", "do", later)
    assert update.cause == "hours 7 h 28 min -> 7 h 30 min in Wonolo"
    assert (update.risk.paid_minutes, update.risk.cents) == (2, 67)


def test_a_clocked_time_that_agrees_is_only_tied() -> None:
    """Nothing is written."""
    assert lines(of(lone(), times=(worked_time(),))) == [("link time 700 #7", "do", {})]


def test_a_worker_who_is_still_clocked_in_is_waited_for() -> None:
    """No second Time is entered."""
    assert only(plan(lone(), times=(worked_time(end_time=None),))).reason == (
        "the worker is still clocked in in When I Work: clock out there, or enter the end"
    )


def test_one_time_records_one_job_only() -> None:
    """The second Job of the same hours gets a Time of its own."""
    second = msgspec.structs.replace(lone(done(id=908)), key="job:908")
    changes = plan(lone(), second, times=(worked_time(),)).changes
    assert [(row.action, row.link) for row in changes] == [("link", "job:907"), ("create", "job:908")]


def test_hours_that_agree_are_settled_and_nothing_is_said() -> None:
    """The next run does not look at them."""
    assert plan(tied()) == Plan((), ("job:907",))


def test_a_time_that_lies_elsewhere_but_is_as_long_agrees() -> None:
    """Wonolo cannot be told a start."""
    moved = worked_time(
        start_time="Sat, 14 Mar 2026 08:15:00 -0500", end_time="Sat, 14 Mar 2026 16:15:00 -0500", length=8
    )
    assert plan(tied(time=moved)).changes == ()


def test_longer_hours_in_wonolo_let_the_time_end_later() -> None:
    """With what they cost."""
    change = only(plan(tied(done(510))))
    assert line(change) == ("update time 700 #7", "do", ends("16:30"))
    assert told(change) == ("do", "hours 7 h 30 min -> 8 h in Wonolo", "")
    assert change.fields == (FieldChange("hours", "7 h 30 min", "8 h"),)
    assert change.risk == Risk(paid_minutes=30, cents=1000, people=1, minutes_to_start=-1440)
    assert change.precondition


def test_another_start_in_wonolo_moves_the_time() -> None:
    """As long as before."""
    change = only(plan(tied(done(started_at="2026-03-14T08:30:00-05:00"))))
    assert change.payload == {
        "start_time": "Sat, 14 Mar 2026 13:30:00 +0000",
        "end_time": "Sat, 14 Mar 2026 21:30:00 +0000",
    }
    assert change.cause == "start Sat 14 Mar 08:00 -> Sat 14 Mar 08:30 in Wonolo"
    assert change.fields == (FieldChange("start", "Sat 14 Mar 08:00", "Sat 14 Mar 08:30"),)


def test_an_edited_time_flows_back_while_the_job_is_not_approved() -> None:
    """Wonolo is told the minutes with the break."""
    change = only(plan(tied(time=until("15:00"))))
    assert line(change) == ("update job 907 #7", "do", {"actual_duration": 420})
    assert (change.system, change.cause) == ("wonolo", "hours 7 h 30 min -> 6 h 30 min in When I Work")
    assert change.risk == Risk(paid_minutes=-60, cents=-2000, people=1, minutes_to_start=-1440)


def test_a_longer_break_in_a_time_flows_back() -> None:
    """Wonolo has no break, so the work gets shorter there."""
    assert only(plan(tied(time=worked_time(break_hours=1)))).payload == {"actual_duration": 450}


def test_an_approval_alone_is_carried_over() -> None:
    """Once."""
    change = only(plan(tied(done(state="approved"))))
    assert line(change) == ("update time 700 #7", "do", {"is_approved": True})
    assert (change.cause, change.fields) == ("approved in Wonolo", (FieldChange("approved", "no", "yes"),))
    both = timesheet(approved=True)
    assert plan(tied(done(state="approved"), worked_time(is_approved=True), both)).changes == ()


def test_an_approval_that_a_manager_took_back_is_not_given_again() -> None:
    """Both sides had it once."""
    assert plan(tied(done(state="approved"), base=timesheet(approved=True))).changes == ()


def test_hours_that_were_approved_with_others_are_carried_with_the_approval() -> None:
    """Nobody had edited the Time."""
    change = only(plan(tied(done(450, "approved"))))
    assert change.payload == ends("15:30", is_approved=True)
    assert change.cause == "hours 7 h 30 min -> 7 h in Wonolo; approved in Wonolo"
    assert change.fields == (FieldChange("hours", "7 h 30 min", "7 h"), FieldChange("approved", "no", "yes"))


def test_hours_that_both_sides_changed_are_wonolo_s() -> None:
    """And the cause says whose edit lost."""
    change = only(plan(tied(done(510), until("15:00"))))
    assert line(change) == ("update time 700 #7", "do", ends("16:30"))
    assert change.cause == (
        "hours 7 h 30 min -> 8 h in Wonolo; hours 7 h 30 min -> 6 h 30 min in When I Work; "
        "both sides changed the hours: Wonolo decides"
    )


def test_the_same_edit_on_both_sides_is_no_conflict() -> None:
    """Equality first."""
    assert plan(tied(done(450), until("15:30"))).changes == ()


def test_a_start_moved_in_wonolo_and_hours_edited_in_when_i_work_both_survive() -> None:
    """Wonolo is told first; the Time follows in the next pass."""
    later = done(started_at="2026-03-14T08:30:00-05:00")
    assert line(only(plan(tied(later, until("15:00"))))) == ("update job 907 #7", "do", {"actual_duration": 420})
    agreed = timesheet(end=START + timedelta(hours=7))
    assert only(plan(tied(later | {"actual_duration": 420}, until("15:00"), agreed))).payload == {
        "start_time": "Sat, 14 Mar 2026 13:30:00 +0000",
        "end_time": "Sat, 14 Mar 2026 20:30:00 +0000",
    }


def test_a_time_that_a_manager_approved_is_changed_on_a_yes_only() -> None:
    """A person vouched for it."""
    change = only(plan(tied(done(510), worked_time(is_approved=True))))
    assert (change.verdict, change.reason) == (
        "hold",
        "the Time is approved in When I Work already; changing it needs a yes",
    )
    assert change.fields == (FieldChange("hours", "7 h 30 min", "8 h"),)


BY_HAND = "so nothing is changed: put them right by hand"


@pytest.mark.parametrize("base", [timesheet(), timesheet(approved=True)])
def test_hours_edited_after_the_approval_stay_different(base: Timesheet) -> None:
    """Neither side is written; the report says so."""
    change = only(plan(tied(done(state="approved"), until("15:00"), base)))
    hours = "(7 h 30 min in Wonolo, 6 h 30 min in When I Work)"
    final = f"Wonolo's hours are approved, {BY_HAND} {hours}"
    assert (change.action, change.verdict, change.reason) == ("none", "skip", final)


def test_wonolo_s_hours_changed_after_both_approved_stay_different() -> None:
    """Support put them right, payroll may have been run."""
    worked = tied(done(420, "approved"), worked_time(is_approved=True), timesheet(approved=True))
    assert only(plan(worked)).verdict == "skip"


@pytest.mark.parametrize("flags", [{}, {"is_closed": False, "is_finalized": True}])
@pytest.mark.parametrize(
    ("worked", "what"),
    [
        (lone(), "no Time is entered (7 h 30 min in Wonolo, none in When I Work)"),
        (tied(done(510)), "nothing is changed (8 h in Wonolo, 7 h 30 min in When I Work)"),
        (tied(time=until("15:00")), "nothing is changed (7 h 30 min in Wonolo, 6 h 30 min in When I Work)"),
        (
            msgspec.structs.replace(tied(), times=()),
            "no Time is entered again (7 h 30 min in Wonolo, none in When I Work)",
        ),
    ],
)
def test_nothing_is_written_to_a_payroll_period_that_is_over(
    worked: WorkedJob, what: str, flags: dict[str, Any]
) -> None:
    """The difference is said, with the period."""
    change = only(plan(worked, payrolls=(CLOSED | flags,)))
    period = PERIOD if not flags else PERIOD.replace("closed", "finalized")
    assert (change.action, change.verdict, change.reason) == ("none", "skip", f"{period}, so {what}")


def test_a_period_whose_bounds_cannot_be_read_covers_all_hours() -> None:
    """Rather nothing is written."""
    change = only(plan(lone(), payrolls=(CLOSED | {"start_date": "?", "end_date": ""},)))
    assert change.reason.startswith("the payroll period ? to ? is closed, so no Time is entered")


def test_an_approval_in_a_closed_period_is_passed_over_in_silence() -> None:
    """The hours agree."""
    assert plan(tied(done(state="approved")), payrolls=(CLOSED,)) == Plan((), ("job:907",))


def test_an_open_period_and_one_elsewhere_keep_nothing() -> None:
    """Only those that are over and touch the hours do."""
    elsewhere = CLOSED | {"end_date": "Fri, 13 Mar 2026 23:59:59 -0500"}
    assert line(only(plan(lone(), payrolls=(CLOSED | {"is_closed": False}, elsewhere))))[0] == "create time #7"


def test_a_deleted_time_asks_whether_it_comes_again() -> None:
    """Nobody enters silently what somebody deleted."""
    change = only(plan(msgspec.structs.replace(tied(), times=())))
    assert told(change) == (
        "conflict",
        "its Time was deleted in When I Work",
        "hours that somebody deleted are not entered again silently",
    )
    assert change.choices == ("create it again", "leave it out")
    assert change.fields == (FieldChange("hours", "7 h 30 min", ""),)


def decided(change: Change, choice: str) -> dict[str, Decision]:
    """The decision of a person about a change."""
    said = datetime(2026, 3, 15, 14, tzinfo=UTC)
    return {change.key: decision(change, choice, "Dana", said)}


def test_a_person_lets_a_deleted_time_come_again() -> None:
    """With a marker of its own, so that the deleted one is never taken for it."""
    worked = msgspec.structs.replace(tied(), times=())
    asked = only(plan(worked))
    change = only(plan(worked, decisions=decided(asked, "create it again")))
    again = f"Hours worked through Wonolo [sb:{marker_key(asked.key)}]"
    fields = entry(notes=again)
    del fields["shift_id"]
    assert line(change) == ("create time #7", "do", fields)
    assert change.decided == asked.key
    assert change.cause == ("create it again: Dana decided so on Sun 15 Mar 09:00; its Time was deleted in When I Work")


def test_a_person_leaves_a_deleted_time_out() -> None:
    """The link ends."""
    worked = msgspec.structs.replace(tied(), times=())
    asked = only(plan(worked))
    change = only(plan(worked, decisions=decided(asked, "leave it out")))
    assert (change.action, change.kind, change.verdict, change.decided) == ("unlink", "time", "do", asked.key)


@pytest.mark.parametrize("state", ["filled", "in_progress", "paused"])
def test_a_job_that_is_worked_again_is_waited_for(state: str) -> None:
    """Its Time stays."""
    assert plan(tied(done(state=state))).changes == ()


@pytest.mark.parametrize(("state", "word"), [("no_show", "no_show"), ("", "nothing"), ("disputed", "disputed")])
def test_a_job_that_is_over_no_more_never_deletes_its_time(state: str, word: str) -> None:
    """A person does, if nobody worked; a state nobody knows is no proof."""
    change = only(plan(tied(done(state=state))))
    assert (change.verdict, change.record) == ("blocked", "700")
    assert change.reason == f"Wonolo now calls the Job {word}: delete the Time in When I Work if nobody worked"
    assert plan(msgspec.structs.replace(tied(done(state=state)), times=())).changes == ()


def test_a_time_that_is_somebody_else_s_now_is_left_alone() -> None:
    """A manager gave it away."""
    change = only(plan(tied(time=worked_time(user_id=108))))
    assert told(change) == (
        "blocked",
        "",
        "the Time is somebody else's now: give it back to Ana R. in When I Work, or delete it",
    )


def policy(right: Right, stage: Stage = Stage.DONE) -> Policy:
    """A pair that decided otherwise about hours."""
    times = {**OWNERSHIP.times, stage: dict.fromkeys(TIME_FIELDS, right)}
    return Policy(RULES, ownership=msgspec.structs.replace(OWNERSHIP, times=times))


def test_a_pair_may_let_when_i_work_s_hours_win() -> None:
    """Where both sides changed them."""
    change = only(plan(tied(done(510), until("15:00")), policy=policy(Right("wheniwork"))))
    assert line(change) == ("update job 907 #7", "do", {"actual_duration": 420})
    assert change.cause.endswith("both sides changed the hours: When I Work decides")


def test_a_pair_may_let_every_change_of_hours_wait_for_a_yes() -> None:
    """In either direction."""
    always = policy(Right("wonolo", "always"))
    for worked in (tied(done(510)), tied(time=until("15:00"))):
        change = only(plan(worked, policy=always))
        assert (change.verdict, change.reason) == ("hold", "hours are not changed without a yes")


def test_a_pair_may_let_nobody_change_hours() -> None:
    """Both sides keep theirs."""
    change = only(plan(tied(done(510), until("15:00")), policy=policy(Right(None))))
    hours = "(8 h in Wonolo, 6 h 30 min in When I Work)"
    reason = f"nobody may change hours at this stage, {BY_HAND} {hours}"
    assert (change.verdict, change.reason) == ("skip", reason)


def test_hours_come_after_the_work_that_is_ahead() -> None:
    """Tonight's shift goes first."""
    link = linked(shifts=[shift(end_time="Sat, 14 Mar 2026 16:00:00 -0600")])
    changes = make_plan(snapshot(link, worked=(lone(),))).changes
    assert [row.kind for row in changes] == ["job_request", "time"]


def test_who_works_for_two_places_has_hours_of_both() -> None:
    """Names that nobody knows are keys."""
    other = lone(job(BEN, "completed", number=908, actual_duration=300))
    subjects = [row.subject for row in plan(lone(), msgspec.structs.replace(other, key="job:908"), people={}).changes]
    assert subjects == [
        "wonolo:7's hours: Picker at Harbor, Sat 14 Mar 08:00-16:00",
        "wonolo:8's hours: Picker at Harbor, Sat 14 Mar 08:00-16:00",
    ]
