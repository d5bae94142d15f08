"""The report of hours: row by row and added up, in every format."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from rich.console import Console

from mappings.link import WorkedJob
from mappings.model import Worker
from sync.plan import Snapshot
from sync.plan.variance import HoursRow, State, Sum, Worked, hours_rows, week_of
from sync.report.hours import HoursReport, as_json, as_markdown, as_text, headline
from tests.factories import ANA, BEN, START, demand, held, job, shift, snapshot, timesheet, worked_time

DAY = date(2026, 3, 14)
PLANNED = demand(workers=frozenset({ANA.key}))
CLOSED = {"id": 24, "start_date": "Mon, 02 Mar 2026 00:00:00 -0600", "end_date": "Sun, 15 Mar 2026 23:59:59 -0500"}

STILL_THERE = "the worker is still clocked in in When I Work: clock out there, or enter the end"
MORNING = worked_time(700, end_time="Sat, 14 Mar 2026 12:00:00 -0500", break_hours=0, length=4)
AFTERNOON = worked_time(701, start_time="Sat, 14 Mar 2026 12:30:00 -0500", break_hours=0, length=3.5)


def done(minutes: int = 480, state: str = "completed", **changes: Any) -> dict[str, Any]:
    """Ana's Job after so many minutes, the break among them."""
    return job(ANA, state, started_at="2026-03-14T08:00:00-05:00", actual_duration=minutes) | changes


def tied(record: dict[str, Any] | None = None, time: dict[str, Any] | None = None) -> WorkedJob:
    """A Job whose Time is known."""
    return WorkedJob("job:907", record or done(), PLANNED, (shift(), held()), timesheet(), (time or worked_time(),))


def rows(*worked: WorkedJob, **changes: Any) -> tuple[HoursRow, ...]:
    """The rows of that day."""
    seen: Snapshot = snapshot(worked=worked, **changes)
    return hours_rows(seen, DAY, DAY)


def of(worked: WorkedJob, **changes: Any) -> tuple[int | None, int | None, str, str]:
    """Wonolo's minutes and When I Work's, state and note of the one row."""
    (row,) = rows(worked, **changes)
    return row.worked.wonolo, row.worked.wheniwork, row.state, row.note


def test_a_row_says_who_worked_where_when_and_how_long() -> None:
    """On the day on the wall of the place."""
    assert rows(tied()) == (HoursRow(907, ANA.key, "Ana R.", "Harbor", "Picker", DAY, Worked(450, 450, 450), "agreed"),)
    night = timesheet(start=START + timedelta(hours=15), end=START + timedelta(hours=20))
    late = done(300, started_at=night.start.isoformat())
    assert [row.day for row in rows(tied(late))] == [DAY]  # 23:00 in Chicago, the next day in UTC


@pytest.mark.parametrize(
    ("worked", "changes", "expected"),
    [
        (tied(done(510)), {}, (480, 450, "provisional", "")),
        (tied(done(510, "approved")), {}, (480, 450, "approved", "")),
        (tied(done(state="approved")), {}, (450, 450, "approved", "")),
        (tied(), {"payrolls": (CLOSED | {"is_closed": True},)}, (450, 450, "payroll closed", "")),
        (tied(done(-1)), {}, (None, 450, "unknown", "its hours in Wonolo cannot be read: no minute was worked")),
        (tied(done(0)), {}, (0, 450, "provisional", "")),
        (msgspec.structs.replace(tied(done(0)), base=None, times=()), {}, (0, 0, "agreed", "")),
        (tied(done(state="no_show")), {}, (None, 450, "unknown", "Wonolo calls the Job no_show")),
        (
            msgspec.structs.replace(tied(done(state="")), base=None),
            {},
            (None, None, "unknown", "Wonolo calls the Job nothing"),
        ),
        (
            tied(time=worked_time(end_time=None)),
            {},
            (450, None, "unknown", STILL_THERE),
        ),
        (msgspec.structs.replace(tied(), times=()), {}, (450, None, "unknown", "no Time in When I Work")),
        (
            msgspec.structs.replace(tied(), base=None, times=()),
            {},
            (450, None, "unknown", "no Time in When I Work yet"),
        ),
        (
            msgspec.structs.replace(tied(), base=None, times=()),
            {"times": (worked_time(),)},
            (450, 450, "agreed", ""),
        ),
        (
            msgspec.structs.replace(tied(), base=None, times=()),
            {"times": (worked_time(), worked_time(701))},
            (
                450,
                None,
                "unknown",
                "the Times 700 and 701 in When I Work record the same hours: delete one there, or correct it",
            ),
        ),
        (
            msgspec.structs.replace(tied(), base=None, times=()),
            {"times": (MORNING, AFTERNOON)},
            (450, 450, "agreed", ""),
        ),
        (
            tied(time=worked_time(user_id=108)),
            {},
            (450, None, "unknown", "the Time in When I Work is somebody else's now"),
        ),
        (tied(time=MORNING), {"times": (AFTERNOON,)}, (450, 450, "agreed", "")),
        (
            tied(time=MORNING),
            {"times": (AFTERNOON | {"end_time": None},)},
            (450, None, "unknown", STILL_THERE),
        ),
    ],
)
def test_a_state_says_how_final_the_hours_are(
    worked: WorkedJob, changes: dict[str, Any], expected: tuple[int, int, str, str]
) -> None:
    """And a note what a person has to look at."""
    assert of(worked, **changes) == expected


def test_a_job_that_names_nobody_has_a_row_all_the_same() -> None:
    """One bad record stops nothing."""
    (row,) = rows(tied(done(worker={"id": "?"})))
    assert (row.key, row.worker) == ("", "")


def test_work_of_other_days_is_left_out() -> None:
    """The days are those on the wall."""
    assert hours_rows(snapshot(worked=(tied(),)), DAY + timedelta(days=1), DAY + timedelta(days=2)) == ()


def test_rows_come_by_day_place_and_name() -> None:
    """In whatever order the Jobs do; of two Jobs of one worker the older one first."""

    def worked(number: int, worker: Worker, place: str = "Harbor", day: int = 14) -> WorkedJob:
        start = f"2026-03-{day}T08:00:00-05:00"
        record = job(worker, "completed", number, started_at=start, actual_duration=480)
        planned = msgspec.structs.replace(PLANNED, place=place)
        return WorkedJob(f"job:{number}", record, planned)

    ordered = (worked(9, BEN, day=13), worked(8, ANA, "Depot"), worked(1, ANA), worked(2, ANA), worked(7, BEN))
    seen = snapshot(worked=ordered[::-1])
    assert [row.job for row in hours_rows(seen, DAY - timedelta(days=1), DAY)] == [9, 8, 1, 2, 7]


def test_a_job_counts_on_the_day_it_began_and_not_on_the_one_that_was_planned() -> None:
    """It was put off to the next morning."""
    late = done(started_at="2026-03-15T08:00:00-05:00")
    assert [row.day for row in hours_rows(snapshot(worked=(tied(late),)), DAY, DAY + timedelta(days=1))] == [
        DAY + timedelta(days=1)
    ]


@pytest.mark.parametrize(
    ("day", "first", "week"),
    [(14, 0, 9), (9, 0, 9), (15, 0, 9), (14, 6, 8), (15, 6, 15), (13, 5, 7)],
)
def test_a_week_begins_on_the_day_that_is_configured(day: int, first: int, week: int) -> None:
    """Monday is the first weekday there is."""
    assert week_of(date(2026, 3, day), first) == date(2026, 3, week)


def row(number: int, worker: str, place: str, day: int, told: tuple[int | None, int | None]) -> HoursRow:
    """A row of March, planned for eight hours, with Wonolo's minutes and When I Work's."""
    worked = Worked(480, *told)
    state: State = "unknown" if worked.difference is None else "provisional" if worked.difference else "agreed"
    return HoursRow(number, worker, worker, place, "Picker", date(2026, 3, day), worked, state)


REPORT = HoursReport(
    "main",
    (
        row(1, "Ana R.", "Harbor", 13, (480, 480)),
        row(2, "Ben O.", "Harbor", 14, (480, 450)),
        row(3, "Ana R.", "Depot", 16, (495, 525)),
    ),
)


def test_hours_are_added_up_by_worker_place_and_week() -> None:
    """In order of the names."""
    added = {name: [(one.name, one.worked) for one in found] for name, found in REPORT.totals().items()}
    assert added == {
        "worker": [("Ana R.", Sum(960, 975, 1005, 30)), ("Ben O.", Sum(480, 480, 450, -30))],
        "place": [("Depot", Sum(480, 495, 525, 30)), ("Harbor", Sum(960, 960, 930, -30))],
        "week": [("2026-03-09", Sum(960, 960, 930, -30)), ("2026-03-16", Sum(480, 495, 525, 30))],
    }
    by_sunday = msgspec.structs.replace(REPORT, week_starts="sunday").totals()["week"]
    assert [one.name for one in by_sunday] == ["2026-03-08", "2026-03-15"]


UNKNOWN = HoursReport(
    "main", (*REPORT.rows[:2], row(4, "Ana R.", "Harbor", 13, (480, None)), row(5, "Cat L.", "Depot", 13, (None, 60)))
)


def test_hours_that_are_not_known_are_no_zero_in_any_total() -> None:
    """They are counted as left out, and what the other side tells of them makes no difference."""
    assert [(one.name, one.worked) for one in UNKNOWN.totals()["worker"]] == [
        ("Ana R.", Sum(960, 960, 480, 0, without_wheniwork=1)),
        ("Ben O.", Sum(480, 480, 450, -30)),
        ("Cat L.", Sum(480, None, 60, None, without_wonolo=1)),
    ]
    lines = printed(UNKNOWN)
    assert "Fri 13 Mar Ana R. Harbor 8 h 8 h unknown unknown" in lines
    assert [*lines[-4:-2], f"{lines[-2]} {lines[-1]}"] == [
        "By week Planned Wonolo When I Work Difference Left out",
        "2026-03-09 32 h 24 h 16 h 30 min -30 min 1 in Wonolo, 1 in When I Work",
        (
            "4 jobs: 24 h in Wonolo, 16 h 30 min in When I Work; the hours of 1 differ; "
            "the hours of 2 are not known and left out."
        ),
    ]
    assert "| Cat L. | 8 h | unknown | 1 h |  | 1 in Wonolo |" in as_markdown(UNKNOWN)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (UNKNOWN.rows[2:3], "1 job: 8 h in Wonolo, unknown in When I Work; the hours of 1 are not known and left out."),
        (
            (UNKNOWN.rows[0], UNKNOWN.rows[2]),
            "2 jobs: 16 h in Wonolo, 8 h in When I Work; no others differ; the hours of 1 are not known and left out.",
        ),
    ],
)
def test_hours_that_are_not_known_do_not_agree(rows: tuple[HoursRow, ...], sentence: str) -> None:
    """Exit code 2 of the command follows from that."""
    report = HoursReport("main", rows)
    assert (headline(report), report.differs) == (sentence, True)


def test_workers_of_one_name_are_told_apart() -> None:
    """By the key that both systems carry."""
    twins = [
        msgspec.structs.replace(row(number, "Ana R.", "Harbor", 13, (1, 1)), key=key)
        for number, key in enumerate((ANA.key, BEN.key))
    ]
    assert [one.name for one in HoursReport("main", tuple(twins)).totals()["worker"]] == [
        "Ana R. (wonolo:7)",
        "Ana R. (wonolo:8)",
    ]


def test_the_headline_says_whether_hours_differ() -> None:
    """In one sentence."""
    assert headline(REPORT) == "3 jobs: 24 h 15 min in Wonolo, 24 h 15 min in When I Work; the hours of 2 differ."
    one = HoursReport("main", REPORT.rows[:1])
    assert headline(one) == "1 job: 8 h in Wonolo, 8 h in When I Work; all hours agree."
    assert (REPORT.differs, one.differs) == (True, False)


def printed(report: HoursReport) -> list[str]:
    """The lines that a terminal of a hundred columns shows, with single spaces."""
    screen = Console(width=100, highlight=False)
    with screen.capture() as drawn:
        screen.print(as_text(report))
    return [" ".join(line.split()) for line in drawn.get().splitlines() if line.strip()]


def test_the_report_in_text_shows_rows_and_totals() -> None:
    """Differences with their sign."""
    lines = printed(REPORT)
    assert lines[:5] == [
        "main",
        "Day Worker Place Planned Wonolo When I Work Difference State",
        "Fri 13 Mar Ana R. Harbor 8 h 8 h 8 h agreed",
        "Sat 14 Mar Ben O. Harbor 8 h 8 h 7 h 30 min -30 min provisional",
        "Mon 16 Mar Ana R. Depot 8 h 8 h 15 min 8 h 45 min +30 min provisional",
    ]
    assert lines[-4:-1] == [
        "By week Planned Wonolo When I Work Difference",
        "2026-03-09 16 h 16 h 15 h 30 min -30 min",
        "2026-03-16 8 h 8 h 15 min 8 h 45 min +30 min",
    ]
    assert printed(HoursReport("main", ())) == ["No work was over in these days."]


def test_the_report_in_markdown_is_a_page_of_tables() -> None:
    """With notes beside the states."""
    noted = msgspec.structs.replace(REPORT.rows[1], note="no Time | at all")
    page = as_markdown(HoursReport("main", (noted,)))
    assert page.startswith(
        "# Hours of main\n\n1 job: 8 h in Wonolo, 7 h 30 min in When I Work; the hours of 1 differ.\n"
    )
    row_line = "| Sat 14 Mar | Ben O. | Harbor | 8 h | 8 h | 7 h 30 min | -30 min | provisional (no Time \\| at all) |"
    assert row_line in page
    assert "| By week | Planned | Wonolo | When I Work | Difference |" in page
    assert as_markdown(HoursReport("main", ())) == "# Hours of main\n\nNo work was over in these days.\n"


def test_the_report_in_json_is_in_minutes() -> None:
    """As docs/hours.md says."""
    document = json.loads(as_json(HoursReport("main", REPORT.rows[1:2])))
    minutes = {"planned": 480, "wonolo": 480, "wheniwork": 450, "difference": -30}
    whole = {"without_wonolo": 0, "without_wheniwork": 0}
    words = {"key": "Ben O.", "worker": "Ben O.", "place": "Harbor", "skill": "Picker", "day": "2026-03-14"}
    assert document == {
        "version": 2,
        "pair": "main",
        "rows": [{"job": 2, **words, "state": "provisional", "note": "", **minutes}],
        "totals": {
            "worker": [{"name": "Ben O.", **minutes, **whole}],
            "place": [{"name": "Harbor", **minutes, **whole}],
            "week": [{"name": "2026-03-09", **minutes, **whole}],
        },
    }
