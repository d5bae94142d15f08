"""The mirror: what is kept, what never is, and the questions that planning asks it; on SQLite and on Postgres."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from mappings.model import Demand, Timesheet, Worker
from sync.errors import StoreError, StoreLocked
from sync.mirror.membership import Members
from sync.mirror.store import Store

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
START = NOW + timedelta(days=2)
END = START + timedelta(hours=8)
SLOT = ("Harbor", "Picker", START, END)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open database without rows."""
    opened = Store.open(database_url)
    yield opened
    opened.close()


def shift(number: int, start: datetime = START, **fields: Any) -> dict[str, Any]:
    """An open shift of eight hours."""
    times = {"start_time": start.isoformat(), "end_time": (start + timedelta(hours=8)).isoformat()}
    where = {"user_id": 0, "location_id": 1, "position_id": 2, "instances": 1, "published": True}
    return {"id": number, **times, **where, **fields}


def request(number: int, **fields: Any) -> dict[str, Any]:
    """A posted JobRequest."""
    return {"id": number, "state": "posted", "start_time": START.isoformat(), "duration": 480, "slots": 1, **fields}


def job(number: int, of: int, **fields: Any) -> dict[str, Any]:
    """A filled Job of Ada."""
    return {"id": number, "state": "filled", "job_request_id": of, "worker": {"id": 7, "first_name": "Ada"}, **fields}


def save(store: Store, kind: Any, *records: dict[str, Any], at: datetime = NOW, pair: str = "main") -> list[str]:
    """Mirror records."""
    with store.begin(pair) as tx:
        return tx.observations.save(kind, records, at)


def demand(**fields: Any) -> Demand:
    """What a link agreed on."""
    return Demand(**{"place": "Harbor", "skill": "Picker", "start": START, "end": END, "headcount": 1, **fields})


def tie(store: Store, key: str, members: list[tuple[Any, int]], pair: str = "main", base: Demand | None = None) -> None:
    """Link records that agree as they are."""
    with store.begin(pair) as tx:
        settled = {row: tx.observations.digest(*row) for row in members}
        tx.links.save(key, base or demand(), settled, NOW)


def unsettled(store: Store, pair: str = "main") -> list[str]:
    """Links that may need something."""
    with store.begin(pair) as tx:
        return tx.membership.unsettled()


def test_a_newer_reading_replaces_an_older_one_and_never_the_reverse(store: Store) -> None:
    """Pages of a slow listing arrive after the read-back of a write."""
    save(store, "shift", shift(1, instances=2), at=LATER)
    save(store, "shift", shift(1, instances=1), at=NOW)
    with store.begin("main") as tx:
        assert tx.observations.all("shift") == [shift(1, instances=2)]
    save(store, "shift", shift(1, instances=3), at=LATER)
    with store.begin("main") as tx:
        assert tx.observations.record("shift", 1) == shift(1, instances=3)


def test_what_must_not_be_kept_never_reaches_the_database(store: Store, database_url: str) -> None:
    """A date of birth, also of the worker embedded in a Job."""
    private = {"dob": "1990-05-17", "gender": "f", "token": "secret-token", "password": "secret-word"}
    save(store, "worker", {"id": 7, "first_name": "Ada", **private})
    save(store, "job", job(1, 5) | {"worker": {"id": 7, "first_name": "Ada", **private}})
    save(store, "user", {"id": 9, "first_name": "Ada", **private})
    engine = sqlalchemy.create_engine(database_url, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        raw = [
            str(row)
            for table in ("wonolo_worker", "wonolo_job", "wheniwork_user")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608 - names of our own
        ]
    assert len(raw) == 3
    assert not [row for row in raw for value in private.values() if f"'{value}'" in row or f'"{value}"' in row]


def test_records_of_odd_shapes_are_kept_or_left_out_with_a_sentence(store: Store) -> None:
    """Nothing is lost for them."""
    problems = save(
        store, "shift", {"id": "12"}, {"id": None}, {}, shift(13, instances="x", user_id="y", start_time="soon")
    )
    assert [text.partition(": ")[0] for text in problems] == ["a shift record cannot be kept"] * 2
    with store.begin("main") as tx:
        assert [row["id"] for row in tx.observations.all("shift")] == ["12", 13]


def test_instants_come_back_aware(store: Store) -> None:
    """Whatever the database makes of them."""
    with store.begin("main") as tx:
        tx.observations.save_cursor("job", LATER)
        run = tx.runs.start("diff", NOW)
        tx.runs.finish(run, LATER, "done", {"to_do": 1}, "")
    with store.begin("main") as tx:
        assert (tx.observations.cursor("job"), tx.observations.cursor("user")) == (LATER, None)
        [row] = tx.runs.last(5)
        assert (row.command, row.started_at, row.finished_at, row.outcome, row.counts, row.error) == (
            "diff",
            NOW,
            LATER,
            "done",
            {"to_do": 1},
            "",
        )


def test_two_pairs_in_one_database_do_not_see_each_other(store: Store) -> None:
    """Records, links, cursors and runs; the same ids may be there twice."""
    for pair, seats in (("main", 1), ("other", 2)):
        save(store, "shift", shift(1, instances=seats), pair=pair)
        save(store, "job_request", request(5), pair=pair)
        save(store, "user", {"id": 9, "employee_code": "wonolo:7"}, pair=pair)
    tie(store, "shift:1", [("job_request", 5), ("shift", 1)], pair="other")
    with store.begin("other") as tx:
        tx.observations.save_cursor("job", NOW)
        tx.runs.start("diff", NOW)
        tx.leases.take("theirs", "a run of the other pair")
        assert tx.counts() == {
            "job_request": 1,
            "job": 0,
            "worker": 0,
            "shift": 1,
            "user": 1,
            "position": 0,
            "location": 0,
            "site": 0,
            "time": 0,
            "payroll": 0,
            "time_off": 0,
            "swap": 0,
            "link": 1,
        }
    with store.begin("main") as tx:
        assert (tx.counts()["link"], tx.membership.unsettled(), tx.links.at([SLOT]), tx.runs.last(5)) == (0, [], [], [])
        assert tx.observations.cursor("job") is None
        assert [row["instances"] for row in tx.observations.lone_shifts(NOW, END)] == [1]
        assert tx.membership.held("shift", [1]) == set()
        tx.leases.take("ours", "a run of this pair")
        tx.observations.mark_gone("shift", [1], LATER)
        tx.links.end("shift:1")
    with store.begin("other") as tx:
        assert tx.membership.of("shift:1") == [("job_request", 5), ("shift", 1)]
        assert tx.observations.lone_shifts(NOW, END) == []
        assert tx.observations.record("shift", 1) == shift(1, instances=2)


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    """An error in the middle leaves nothing behind."""

    def fail_halfway() -> None:
        with store.begin("main") as tx:
            tx.observations.save("shift", [shift(1)], NOW)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail_halfway()
    with store.begin("main") as tx:
        assert tx.observations.all("shift") == []


def test_a_link_is_unsettled_by_any_record_that_changed(store: Store) -> None:
    """A field that means nothing here, such as updated_at, does not count."""
    save(store, "job_request", request(5), request(6))
    save(store, "shift", shift(1), shift(2))
    save(store, "job", job(3, 5))
    tie(store, "a", [("job_request", 5), ("shift", 1), ("job", 3)])
    tie(store, "b", [("job_request", 6), ("shift", 2)])
    save(store, "shift", shift(1, updated_at="today"), at=LATER)
    assert unsettled(store) == []
    save(store, "shift", shift(1, instances=2), at=LATER)
    assert unsettled(store) == ["a"]
    save(store, "shift", shift(1), at=LATER)
    save(store, "job", job(3, 5, state="withdrawn"), at=LATER)
    assert unsettled(store) == ["a"]
    save(store, "job", job(4, 6), at=LATER)
    assert unsettled(store) == ["a", "b"]


def test_a_link_is_unsettled_by_a_shift_that_is_gone_or_went_to_another_link(store: Store) -> None:
    """Nothing else about it may have changed."""
    save(store, "job_request", request(5), request(6))
    save(store, "shift", shift(1), shift(2), shift(3))
    tie(store, "a", [("job_request", 5), ("shift", 1), ("shift", 2)])
    tie(store, "b", [("shift", 2), ("job_request", 6)])
    assert unsettled(store) == ["a"]
    tie(store, "a", [("job_request", 5), ("shift", 1)])
    assert unsettled(store) == []
    with store.begin("main") as tx:
        tx.observations.mark_gone("shift", [1], LATER)
    assert unsettled(store) == ["a"]


def test_links_are_found_by_slot_and_by_key(store: Store) -> None:
    """The slot is that of the base."""
    tie(store, "a", [])
    tie(store, "b", [], base=demand(skill="Driver"))
    with store.begin("main") as tx:
        assert (tx.links.at([SLOT]), tx.links.at([]), tx.links.at([("Harbor", "Driver", START, END), SLOT])) == (
            ["a"],
            [],
            ["a", "b"],
        )
        assert tx.links.existing(["a", "x"]) == {"a"}


def test_a_linked_demand_comes_with_its_records(store: Store) -> None:
    """Its Jobs by the JobRequest, also those that nobody linked yet; its shifts but for those that are gone."""
    save(store, "job_request", request(5))
    save(store, "job", job(3, 5), job(4, 6))
    save(store, "shift", shift(1), shift(2))
    tie(store, "a", [("job_request", 5), ("shift", 1), ("shift", 2)])
    with store.begin("main") as tx:
        tx.observations.mark_gone("shift", [2], LATER)
        [link] = tx.links.demands(["a", "x"])
        assert (link.key, link.base, link.job_request, link.jobs, link.shifts) == (
            "a",
            demand(),
            request(5),
            (job(3, 5),),
            (shift(1),),
        )
        assert sorted(tx.membership.of("a")) == [("job_request", 5), ("shift", 1), ("shift", 2)]
        tx.links.end("a")
        assert (tx.links.demands(["a"]), tx.membership.of("a")) == ([], [])


def test_what_is_linked_counts_while_its_work_is_not_over(store: Store) -> None:
    """Jobs and Times, which are put right afterwards, two weeks long; users as long as there is a link."""
    save(store, "job_request", request(5), request(6, state="cancelled"), request(7))
    save(store, "job", job(3, 5), job(4, 7))
    save(store, "shift", shift(1), shift(2), shift(3), shift(4))
    save(store, "user", {"id": 107, "first_name": "Ada"}, {"id": 108, "first_name": "Ben"})
    tie(store, "a", [("job_request", 5), ("shift", 1), ("job", 3)])
    tie(store, "b", [("job_request", 6), ("shift", 2), ("shift", 3)])
    day, weeks = START + timedelta(days=1), START + timedelta(days=14)
    second = timedelta(seconds=1)
    with store.begin("main") as tx:
        tx.links.save("worker:wonolo:7", Worker("wonolo:7", "Ada", "L"), {("user", 107): ""}, NOW)
        tx.timesheets.save(Timesheet(3, "wonolo:7", "Harbor", "Picker", START, END), "", {9: ""}, NOW)
        tx.observations.mark_gone("shift", [2], LATER)
        every = {"shift": 3, "job_request": 2, "job": 1, "time": 1, "user": 1}
        assert tx.ahead.linked(day - second) == every
        assert tx.ahead.gone(day - second) == {"shift": 1, "job_request": 1}
        assert tx.ahead.linked(day) == every | {"shift": 0, "job_request": 0}
        assert tx.ahead.gone(day) == {"shift": 0, "job_request": 0}
        assert tx.ahead.linked(weeks - second) == every | {"shift": 0, "job_request": 0}
        assert tx.ahead.linked(weeks) == dict.fromkeys(every, 0) | {"user": 1}


def test_a_run_may_tell_which_work_it_looked_at(store: Store) -> None:
    """The newest that did counts, of this pair."""
    with store.begin("main") as tx:
        assert tx.runs.last_scope() is None
        first, second, _ = (tx.runs.start("reconcile", NOW) for _ in range(3))
        tx.runs.keep_scope(second, {"": {"horizon_days": 7}})
        tx.runs.keep_scope(first, {"": {"horizon_days": 14}})
        assert tx.runs.last_scope() == {"": {"horizon_days": 7}}
    with store.begin("other") as tx:
        assert tx.runs.last_scope() is None


def test_more_links_than_fit_one_statement(store: Store) -> None:
    """They are asked for in pieces."""
    save(store, "shift", *(shift(number) for number in range(1, 602)))
    with store.begin("main") as tx:
        for number in range(1, 602):
            tx.links.save(f"shift:{number}", demand(), {("shift", number): ""}, NOW)
        assert len(tx.links.demands([f"shift:{number}" for number in range(1, 602)])) == 601
        assert len(tx.membership.held("shift", list(range(1000)))) == 601
        tx.observations.mark_gone("shift", range(1, 502), LATER)
        assert len(tx.observations.all("shift")) == 100


def test_a_linked_worker_keeps_who_made_the_user_and_since_when(store: Store) -> None:
    """A worker whose user is gone is not planned any more."""
    save(store, "worker", {"id": 7, "first_name": "Ada"})
    save(store, "user", {"id": 9, "first_name": "Ada"}, {"id": 10, "employee_code": "wonolo:8"})
    ada = Worker("wonolo:7", "Ada", "")
    members: Members = {("worker", 7): "", ("user", 9): ""}
    with store.begin("main") as tx:
        tx.links.save("worker:wonolo:7", ada, members, NOW, ours=True)
        tx.links.save("worker:wonolo:7", ada, members, LATER)
    with store.begin("main") as tx:
        [link] = tx.links.workers(["worker:wonolo:7"])
        assert (link.base, link.user_id, link.wonolo, link.ours) == (ada, 9, {"id": 7, "first_name": "Ada"}, True)
        assert tx.links.users() == {9: "wonolo:7", 10: "wonolo:8"}
        tx.observations.mark_gone("user", [9, 10], LATER)
        assert tx.links.workers(["worker:wonolo:7"]) == []
        assert tx.links.users() == {}


def test_lone_shifts_are_published_ahead_and_open_or_a_worker_s(store: Store) -> None:
    """One whose start cannot be read is among them, to be mentioned."""
    save(store, "user", {"id": 9, "employee_code": "wonolo:7"})
    save(
        store,
        "shift",
        shift(1),
        shift(2, published=False),
        shift(3, user_id=9),
        shift(4, user_id=11),
        shift(5, start=NOW - timedelta(hours=1)),
        shift(6, start=NOW + timedelta(days=9)),
        shift(7, start_time="soon"),
        shift(8),
        shift(9),
    )
    tie(store, "a", [("shift", 8)])
    with store.begin("main") as tx:
        tx.observations.mark_gone("shift", [9], NOW)
        found = tx.observations.lone_shifts(NOW, NOW + timedelta(days=7))
        assert [row["id"] for row in found] == [1, 3, 7]


def test_lone_requests_are_ahead_and_ask_for_somebody(store: Store) -> None:
    """A state we do not know is looked at."""
    states = ("posted", "cancelled", "completed", "draft", "unfilled", "in_progress", "approved", "filled", "strange")
    save(store, "job_request", *(request(number, state=state) for number, state in enumerate(states, 1)))
    save(store, "job_request", request(20, start_time=NOW.isoformat()), request(21, start_time=None), request(22))
    save(store, "job", job(3, 1), job(4, 8), job(5, 22))
    tie(store, "a", [("job_request", 22)])
    with store.begin("main") as tx:
        found = [(row["id"], [one["id"] for one in jobs]) for row, jobs in tx.observations.lone_job_requests(NOW)]
    assert found == [(1, [3]), (8, [4]), (9, []), (21, [])]


def test_records_are_found_by_a_text_they_carry(store: Store) -> None:
    """Percent signs and underscores mean themselves."""
    save(store, "shift", shift(2, notes="50% [sb:a_c]"), shift(1, notes="[sb:abc]"), shift(3, notes="[sb:a_c]"))
    with store.begin("main") as tx:
        tx.observations.mark_gone("shift", [3], NOW)
        assert [row["id"] for row in tx.observations.marked("shift", "[sb:a_c]")] == [2]


def test_shifts_missing_from_a_listing_are_those_of_its_window(store: Store) -> None:
    """What begins in it, or runs already, was not seen, and was there."""
    early = START - timedelta(hours=1)
    save(store, "shift", shift(1), shift(2), shift(3, start=START + timedelta(days=3)), shift(4), shift(5, start=early))
    with store.begin("main") as tx:
        tx.observations.mark_gone("shift", [4], NOW)
        assert tx.observations.shifts_missing(START, END, {1}, running=True) == {2, 5}
        assert tx.observations.shifts_missing(START, END, {1}, running=False) == {2}


def test_a_window_is_cut_where_so_many_shifts_have_begun(store: Store) -> None:
    """Nowhere when there are fewer."""
    days = [START + timedelta(days=day) for day in range(4)]
    save(store, "shift", *(shift(number, start=day) for number, day in enumerate(days, 1)))
    with store.begin("main") as tx:
        cuts = [tx.observations.shift_start_after(START, days[3], count) for count in (1, 2, 3)]
    assert cuts == [days[1], days[2], None]


def test_a_locked_database_says_so(tmp_path: Path) -> None:
    """After waiting five seconds for its turn."""
    path = tmp_path / "shiftbridge.db"
    store = Store.open(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked, match="locked by another program"), store.begin("main"):
        raise AssertionError
    other.close()
    with store.begin("main") as tx:
        assert tx.runs.last(1) == []
    store.close()


@pytest.mark.parametrize(
    "url", ["sqlite:////nonexistent/folder/file.db", "postgresql+psycopg://nobody:nothing@127.0.0.1:1/none"]
)
def test_a_database_that_cannot_be_opened_says_why(url: str) -> None:
    """In one line, without a password."""
    with pytest.raises(StoreError, match=r"^the database \S+ cannot be used: ") as caught:
        Store.open(url)
    assert "nothing" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    """It is left alone."""
    path = tmp_path / "notes.db"
    path.write_text("These are notes and no database at all, whatever the name says. " * 20)
    with pytest.raises(StoreError):
        Store.open(f"sqlite:///{path}")
    assert path.read_text().startswith("These are notes")


def _write_many(url: str, first: int) -> None:
    store = Store.open(url)
    for number in range(first, first + 20):
        save(store, "shift", shift(number))
    store.close()


def test_two_writers_write_in_turn(store: Store, database_url: str) -> None:
    """Neither loses anything."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_write_many, [database_url] * 2, [100, 200]))
    with store.begin("main") as tx:
        assert len(tx.observations.all("shift")) == 40


def test_where_strangers_and_users_are_at_work(store: Store) -> None:
    """Jobs that hold a seat of requests that stand; shifts that somebody holds and no link does, by their start."""
    save(store, "job_request", request(1), request(2, state="cancelled"), request(3, start_time="soon"))
    save(store, "job", job(11, 1), job(12, 2), job(13, 3), job(14, 1, state="withdrawn"), job(15, 1, worker={"id": 8}))
    held, open_shift, draft = shift(21, user_id=5), shift(22), shift(23, user_id=5, published=False)
    save(
        store, "shift", held, open_shift, draft, shift(24, LATER, user_id=5), shift(25, user_id=6), shift(26, user_id=6)
    )
    tie(store, "link", [("shift", 25)])
    with store.begin("main") as tx:
        tx.observations.mark_gone("shift", [26], LATER)
        assert [(worker, row["id"]) for worker, row in tx.seats.of_workers([7, 9])] == [(7, 1)]
        assert tx.seats.held_at([START]) == [held]
    with store.begin("other") as tx:
        assert (tx.seats.of_workers([7]), tx.seats.held_at([START])) == ([], [])


def test_a_run_that_died_is_called_that_once_another_may_write(store: Store) -> None:
    """Only one can; a diff beside it may still be running."""
    with store.begin("main") as tx:
        tx.runs.start("daemon", NOW)
        tx.runs.start("diff", NOW)
    with store.begin("other") as tx:
        tx.runs.start("reconcile", NOW)
    with store.begin("main") as tx:
        tx.runs.start("reconcile", LATER)
        shown = [(run.command, run.outcome, run.error) for run in tx.runs.last(5)]
    died = "its process ended without a word"
    assert shown == [("reconcile", "running", ""), ("diff", "running", ""), ("daemon", "died", died)]
    with store.read("other") as tx:
        assert tx.runs.last(1)[0].outcome == "running"


def test_linked_work_is_followed_into_the_past_until_both_sides_agree(store: Store) -> None:
    """Settled work that is over is not followed; nor is work that was read lately, or that ended long ago."""
    days = {1: -3, 2: -3, 3: -20, 4: 3}
    save(store, "shift", *(shift(number, start=NOW + timedelta(days=day)) for number, day in days.items()))
    save(store, "shift", shift(5, start_time="soon"))
    for number in (2, 4, 5):
        tie(store, f"l{number}", [("shift", number)])
    with store.begin("main") as tx:
        for number in (1, 3):
            tx.links.save(f"l{number}", demand(), {("shift", number): ""}, NOW)
        found = tx.membership.long_unread(NOW, NOW + timedelta(hours=1), 9)
        assert [number for _, number in found] == [1, 4, 5]
        assert tx.membership.long_unread(NOW, NOW, 9) == []
        assert tx.membership.shifts_beyond(NOW) == [NOW + timedelta(days=3)]


def test_what_nobody_offers_yet_is_found_where_it_starts(store: Store) -> None:
    """Drafts of shifts between two instants, and requests that no link holds, drafts too."""
    save(store, "user", {"id": 9, "employee_code": "wonolo:7"})
    drafts = (shift(1, published=False), shift(2, published=False, user_id=9), shift(3, published=False, user_id=11))
    save(store, "shift", *drafts, shift(4), shift(5, START + timedelta(hours=1), published=False))
    save(store, "job_request", request(1, state="draft", start_time=START.isoformat()))
    later = START + timedelta(hours=2)
    save(store, "job_request", request(2, state="cancelled", start_time=later.isoformat()))
    with store.begin("main") as tx:
        assert [row["id"] for row in tx.observations.lone_drafts(START, START)] == [1, 2]
        found = [row["id"] for row, _ in tx.observations.lone_job_requests(NOW, later, drafts=True)]
    assert found == [1]
