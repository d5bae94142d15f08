"""What `status` says to people and programs: how fresh a pair is, who writes, what is paused, what is unknown."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sync import status
from sync.cli import run, terminal
from sync.clock import SystemClock
from sync.mirror.pauses import Pause
from sync.mirror.store import Store
from sync.report.freshness import span
from tests.test_cli import root_logger_restored
from tests.test_state_metrics import NOW, ago, configured, live

__all__ = ["root_logger_restored"]

Captured = pytest.CaptureFixture[str]

HARBOR = {
    "name": "Harbor",
    "location_id": 1,
    "address": "1 Pier",
    "city": "Chicago",
    "zip": "60601",
    "zone": "America/Chicago",
}
NEAR = ("requests", "soon")
TODO = (
    "more than 30 min is too long. See that `shiftbridge daemon` runs, or what starts `shiftbridge reconcile`; "
    "`shiftbridge doctor` says what is wrong."
)


@pytest.fixture(autouse=True)
def wide_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen on which no path of a test's folder is broken into lines."""
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """An open database without rows."""
    opened = Store.open(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that stands in New York."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


def looked(store: Store, at: datetime, *parts: str, pair: str = "main") -> None:
    """Record that parts were read."""
    with store.begin(pair) as tx:
        for part in parts:
            tx.looks.looked(part, at)


def ran(store: Store, at: datetime, outcome: str, error: str = "", pair: str = "main") -> None:
    """Record a run of a minute."""
    with store.begin(pair) as tx:
        tx.runs.finish(tx.runs.start("reconcile", at - timedelta(minutes=1)), at, outcome, {}, error)


def read(url: str, name: str = "main", **tables: Any) -> status.Status:
    """The status of a pair at the hour of the tests."""
    return status.read_status(configured(url, name, **tables), NOW)


def printed(shown: status.Status, capsys: Captured, wanted: str = "text") -> list[str]:
    """What is printed, without the line of the database."""
    terminal.show(shown, wanted, status)
    return [line for line in capsys.readouterr().out.splitlines() if "sqlite://" not in line]


def test_a_pair_at_work_is_shown_in_plain_words(store: Store, sqlite_url: str, capsys: Captured) -> None:
    """Times are those of its first place, and it is said which zone that is."""
    live(store)
    assert printed(read(sqlite_url, places=[HARBOR]), capsys) == [
        "",
        "holds nothing yet",
        "",
        "times are those of America/Chicago, the zone of Harbor",
        "last success: 40 s ago",
        "requests and Jobs: 10 s ago",
        "shifts within 48 hours: 40 s ago, to be read again at once",
        "later shifts: not yet",
        "time off and swaps: not yet",
        "users and workers: not yet, to be read again at once",
        "hours and payrolls: not yet",
        "locations, positions and sites: not yet",
        "may write now: daemon on harbor, process 12",
        "paused: shift:7, by ada since 2026-02-28 08:00, until `shiftbridge resume`: stocktaking",
        "paused: shift:8, by ben since 2026-03-02 07:00, until 2026-03-02 09:00",
        "writes of unknown outcome: 2; runs look before they send again, none before 2026-03-02 06:05",
        "records to read again: 2, the oldest waits 12 s",
        "what waits for a person: see `shiftbridge conflicts`",
        "",
        "2  2026-03-02 07:00  daemon     failed    the network is down",
        "1  2026-03-02 05:00  reconcile  waiting   2 done, 1 not tried",
    ]


@pytest.mark.usefixtures("in_new_york")
def test_without_a_place_times_are_those_of_the_machine(store: Store, sqlite_url: str, capsys: Captured) -> None:
    """A quiet daemon records no runs; its last look at what is near is its last success."""
    looked(store, ago(minutes=3), *NEAR, "second_look")
    ran(store, ago(hours=1), "done")
    lines = printed(read(sqlite_url), capsys)
    assert lines[3:5] == ["times are those of this machine's zone, EST", "last success: 3 min ago"]
    assert lines[12] == "second look at what is not settled: 3 min ago"
    assert lines[-1] == "1  2026-03-02 07:59  reconcile  done"


def test_markdown_says_the_same(store: Store, sqlite_url: str, capsys: Captured) -> None:
    """A page with the facts as a list."""
    ran(store, ago(hours=3), "done")
    with store.begin("main") as tx:
        tx.pauses.add(Pause("ada", "stocktaking", ago(hours=1)))
    lines = printed(read(sqlite_url, places=[HARBOR]), capsys, "markdown")
    assert [line for line in lines if "not yet" not in line and not line.startswith("- 0 ")] == [
        "# main",
        "",
        "",
        f"**The last success was 3 h ago, at 2026-03-02 05:00; {TODO}**",
        "",
        "",
        "- times are those of America/Chicago, the zone of Harbor",
        "- last success: 3 h ago",
        "- may write now: nobody, as no run is under way",
        "- paused: everything, by ada since 2026-03-02 07:00, until `shiftbridge resume`: stocktaking",
        "- what waits for a person: see `shiftbridge conflicts`",
        "",
        "| Run | Started | Command | Outcome | |",
        "|---|---|---|---|---|",
        "| 1 | 2026-03-02 04:59 | reconcile | done |  |",
    ]


def test_programs_read_instants_and_no_sentences(store: Store, sqlite_url: str, capsys: Captured) -> None:
    """The whole document but for records and runs."""
    live(store)
    terminal.show(read(sqlite_url, places=[HARBOR]), "json", status)
    document = json.loads(capsys.readouterr().out)
    until = document["lease"].pop("until")
    assert datetime.fromisoformat(until) > SystemClock().now() - timedelta(minutes=1)
    assert {key: value for key, value in document.items() if key not in {"counts", "runs", "database"}} == {
        "pair": "main",
        "zone": "America/Chicago",
        "is_stale": False,
        "stale_after": 30.0,
        "last_success": "2026-03-02T13:59:20Z",
        "tried_since": "2026-03-02T11:00:00Z",
        "looks": {
            "requests": {"at": "2026-03-02T13:59:50Z", "marked": False},
            "soon": {"at": "2026-03-02T13:59:20Z", "marked": True},
            "people": {"at": None, "marked": True},
        },
        "lease": {"owner": "7f3a", "who": "daemon on harbor, process 12"},
        "pauses": [
            {
                "who": "ada",
                "why": "stocktaking",
                "at": "2026-02-28T14:00:00Z",
                "until": None,
                "kind": "shift",
                "record": 7,
            },
            {
                "who": "ben",
                "why": "",
                "at": "2026-03-02T13:00:00Z",
                "until": "2026-03-02T15:00:00Z",
                "kind": "shift",
                "record": 8,
            },
        ],
        "unknown_outcomes": 2,
        "unknown_until": "2026-03-02T12:05:00Z",
        "dirty": {"count": 2, "oldest": "2026-03-02T13:59:48Z"},
    }


OLD, FRESH = ago(minutes=31), ago(minutes=29)


@pytest.mark.parametrize(
    ("runs", "looks", "stale"),
    [
        ([], [], False),
        ([(FRESH, "done")], [], False),
        ([(FRESH, "waiting")], [], False),
        ([(OLD, "done")], [], True),
        ([(OLD, "done"), (FRESH, "failed")], [], True),
        ([(OLD, "done"), (FRESH, "refused")], [], True),
        ([(FRESH, "done"), *[(FRESH, "failed")] * 25], [], False),
        ([(OLD, "failed")], [], True),
        ([(FRESH, "failed")], [], False),
        ([(OLD, "done")], [(FRESH, NEAR)], False),
        ([(OLD, "done")], [(FRESH, ("requests", "later"))], True),
        ([], [(OLD, ("requests",)), (FRESH, ("soon",))], True),
        ([], [(OLD, ("requests",))], True),
    ],
)
def test_a_pair_is_stale_when_its_last_success_is_too_long_ago(
    store: Store,
    sqlite_url: str,
    runs: list[tuple[datetime, str]],
    looks: list[tuple[datetime, tuple[str, ...]]],
    stale: bool,  # noqa: FBT001 - the value of the table
) -> None:
    """A run that ended well is a success, and so are both near parts; a pair that was never tried is not stale."""
    for at, outcome in runs:
        ran(store, at, outcome)
    for at, parts in looks:
        looked(store, at, *parts)
    assert read(sqlite_url).is_stale is stale


def test_who_sets_a_longer_time_is_warned_later(store: Store, sqlite_url: str) -> None:
    """In minutes, under [daemon]."""
    ran(store, ago(minutes=90), "done")
    assert [read(sqlite_url, daemon={"stale_after": minutes}).is_stale for minutes in (89, 91)] == [True, False]


def test_a_pair_that_never_succeeded_says_since_when_it_is_tried(
    store: Store, sqlite_url: str, capsys: Captured
) -> None:
    """It is one clear line that says what to do."""
    ran(store, ago(hours=5), "failed", "the network is down")
    text = " ".join(printed(read(sqlite_url, places=[HARBOR]), capsys))
    assert f"Nothing succeeded since the first try 5 h ago, at 2026-03-02 02:59; {TODO}" in text
    assert "last success: none yet" in text


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=119), "119 s"),
        (timedelta(minutes=2), "2 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_a_span_is_shown_in_the_largest_unit_of_which_there_are_two(time: timedelta, words: str) -> None:
    """A clock that is a little behind shows nothing in the future."""
    assert span(time) == words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two pairs that were never read."""
    (tmp_path / "pairs").mkdir()
    (tmp_path / "shiftbridge.toml").write_text('[database]\nurl = "sqlite:///all.db"\n')
    for name in ("north", "south"):
        file = tmp_path / "pairs" / f"{name}.toml"
        file.write_text(
            f'[wonolo]\napi_key = "{name}"\nsecret_key = "y"\n[wheniwork]\nkey = "k"\nemail = "e"\npassword = "p"\n'
        )
        file.chmod(0o600)
    return tmp_path


def test_one_stale_pair_makes_the_status_of_a_folder_fail(folder: Path, capsys: Captured) -> None:
    """All are shown nevertheless, and the others by themselves are fine."""
    ask = ["status", "--config", str(folder)]
    assert run(ask) == 0
    assert capsys.readouterr().out.count("No run yet.") == 2
    store = Store.open(f"sqlite:///{folder / 'all.db'}")
    ran(store, datetime(2026, 1, 5, tzinfo=UTC), "done", pair="north")
    looked(store, SystemClock().now(), *NEAR, pair="south")
    store.close()
    assert run(ask) == 1
    shown = capsys.readouterr()
    assert (shown.out.count("The last success was"), shown.err) == (1, "")
    assert "No run to show: the daemon read, and had nothing to do." in shown.out
    assert [run([*ask, "--pair", name]) for name in ("north", "south")] == [1, 0]
    capsys.readouterr()
    assert run([*ask, "--format", "json"]) == 1
    assert [one["is_stale"] for one in json.loads(capsys.readouterr().out)] == [True, False]


def test_a_database_that_cannot_be_used_is_one_message(folder: Path, capsys: Captured) -> None:
    """Nothing else is printed."""
    (folder / "all.db").write_text("this is no database, and long enough to be looked at as one" * 10)
    assert run(["status", "--config", str(folder)]) == 1
    what = f"the database sqlite:///{folder}/all.db cannot be used: file is not a database"
    assert capsys.readouterr() == ("", f"Error: {what}.\nWhat to do: check url under [database].\n")
