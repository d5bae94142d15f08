"""The outbox: intents from before they are sent until their outcome is known, and the change log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy

from sync.change_log import ChangeLog
from sync.mirror.store import Store
from sync.outbox import Intent, Outbox
from sync.plan import Change, Risk
from sync.plan.made import Made

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
CHANGE = Change(
    action="update",
    system="wheniwork",
    kind="shift",
    record="7",
    link="shift:7",
    subject="Picker",
    start=NOW + timedelta(days=1),
    payload={"instances": 2},
    expects={"instances": 1},
    touched=("start",),
    seats=1,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open database without rows."""
    opened = Store.open(database_url)
    yield opened
    opened.close()


def begin(store: Store, change: Change = CHANGE, pair: str = "main") -> int:
    """Record an intent."""
    with store.begin(pair) as tx:
        return Outbox(tx.rows).begin(1, change, NOW)


def finish(store: Store, intent: int, state: str, error: str = "", at: datetime = NOW) -> None:
    """Record an outcome."""
    with store.begin("main") as tx:
        Outbox(tx.rows).finish(intent, state, at, error)


def unknown(store: Store, pair: str = "main") -> list[Intent]:
    """The intents whose outcome nobody knows."""
    with store.begin(pair) as tx:
        return Outbox(tx.rows).unknown()


def test_an_intent_is_unknown_until_its_outcome_is_recorded(store: Store) -> None:
    """A process that dies leaves it behind as it was sent, with the whole change."""
    first, second = begin(store), begin(store)
    assert unknown(store) == [Intent(first, CHANGE, NOW, 1), Intent(second, CHANGE, NOW, 1)]
    finish(store, first, "unknown", "no answer")
    finish(store, second, "done")
    assert unknown(store) == [Intent(first, CHANGE, NOW, 1, gave_up=NOW)]
    finish(store, first, "lost")
    assert unknown(store) == []


def test_absence_counts_from_when_the_client_gave_up(store: Store) -> None:
    """Or from when its heir found what a dying process had left; never again from later."""
    answered, left = begin(store), begin(store)
    finish(store, answered, "unknown", "no answer")
    minutes = [NOW + timedelta(minutes=minute) for minute in range(8)]
    with store.begin("main") as tx:
        outbox = Outbox(tx.rows)
        outbox.give_up(minutes[2])
        outbox.give_up(minutes[3])
        outbox.note(answered, "it is there twice")
        outbox.lacked(left, minutes[2])
    first, second = unknown(store)
    assert (first.gave_up, first.until, first.trouble) == (NOW, minutes[5], "it is there twice")
    assert (second.gave_up, second.until, second.absent) == (minutes[2], minutes[7], minutes[2])
    assert [second.is_due(at) for at in minutes[6:]] == [False, True]


def test_pairs_have_intents_of_their_own(store: Store) -> None:
    """Nobody recovers another pair's."""
    begin(store, pair="other")
    assert (unknown(store), len(unknown(store, "other"))) == ([], 1)


def test_attempts_of_one_key_are_counted(store: Store, database_url: str) -> None:
    """The same facts give the same key."""
    begin(store)
    begin(store)
    begin(store, Change(action="delete", kind="shift", record="7", link="shift:7", subject="Picker"))
    with sqlalchemy.create_engine(database_url, poolclass=sqlalchemy.NullPool).connect() as connection:
        found = connection.exec_driver_sql("SELECT attempt FROM intent ORDER BY id").scalars().all()
    assert found == [1, 2, 1]


def test_a_refused_key_is_left_alone_for_an_hour(store: Store) -> None:
    """Another outcome, or another pair's, is no refusal."""
    finish(store, begin(store), "failed", "422: no")
    finish(store, begin(store, Change(action="delete", kind="job", link="a", subject="s")), "unknown", "no answer")
    later = Change(action="delete", kind="user", link="a", subject="s").effect

    def refused(at: datetime, pair: str = "main") -> dict[str, str]:
        with store.begin(pair) as tx:
            return Outbox(tx.rows).refused([CHANGE.effect, later], at)

    assert refused(NOW + timedelta(minutes=59)) == {CHANGE.effect: "422: no"}
    assert refused(NOW + timedelta(minutes=60)) == {}
    assert refused(NOW, "other") == {}


@pytest.mark.parametrize(
    ("before", "after", "record"),
    [({"id": 7}, {"id": 8}, "8"), ({"id": 7}, None, "7"), (None, None, "7")],
)
def test_the_change_log_keeps_a_record_before_and_after(
    store: Store, database_url: str, before: dict[str, Any] | None, after: dict[str, Any] | None, record: str
) -> None:
    """One row for each change that was made."""
    with store.begin("main") as tx:
        ChangeLog(tx.rows).add(3, CHANGE, NOW, before=before, after=after)
    with sqlalchemy.create_engine(database_url, poolclass=sqlalchemy.NullPool).connect() as connection:
        query = "SELECT pair, run, link, action, system, kind, record FROM change_log"
        assert [tuple(row) for row in connection.exec_driver_sql(query)] == [
            ("main", 3, "shift:7", "update", "wheniwork", "shift", record)
        ]


def test_the_change_log_is_read_by_run_link_and_record(store: Store) -> None:
    """Each answer has the changes in the order they were made, with the whole change."""
    other = Change(action="delete", kind="job_request", record="9", link="shift:7", subject="Picker")
    with store.begin("main") as tx:
        ChangeLog(tx.rows).add(3, CHANGE, NOW, before={"id": 7, "notes": "a"}, after={"id": 7, "notes": "b"})
        ChangeLog(tx.rows).add(4, other, NOW, before=None, after=None)
    first = Made(3, NOW, CHANGE, "7", {"id": 7, "notes": "a"}, {"id": 7, "notes": "b"})
    second = Made(4, NOW, other, "9")
    with store.begin("main") as tx:
        log = ChangeLog(tx.rows)
        assert (log.of_run(3), log.of_run(5)) == ([first], [])
        assert (log.of_links(["shift:7"]), log.of_links([])) == ([first, second], [])
        assert (log.of_records("job_request", [9]), log.of_records("job", [9])) == (
            [second],
            [],
        )
    with store.begin("other") as tx:
        assert ChangeLog(tx.rows).of_run(3) == []


def test_a_log_written_before_changes_were_kept_whole_still_tells_what_it_can(store: Store, database_url: str) -> None:
    """Its columns name the record and the cause."""
    with store.begin("main") as tx:
        ChangeLog(tx.rows).add(3, CHANGE, NOW, before=None, after=None)
    with sqlalchemy.create_engine(database_url, poolclass=sqlalchemy.NullPool).begin() as connection:
        connection.exec_driver_sql("UPDATE change_log SET change = NULL")
    with store.begin("main") as tx:
        [row] = ChangeLog(tx.rows).of_run(3)
    assert (row.change.action, row.change.kind, row.change.record, row.change.cause) == ("update", "shift", "7", "")


def test_a_change_is_found_by_its_key(store: Store) -> None:
    """As a plan showed it."""
    begin(store)
    with store.begin("main") as tx:
        assert Outbox(tx.rows).links_of(CHANGE.key) == ["shift:7"]
        assert Outbox(tx.rows).links_of("0123456789ab") == []


def test_what_was_spent_counts_until_it_is_known_to_have_failed(store: Store) -> None:
    """Savings make up for nothing, fees count; what another pair spends, and what is long ago, does not count."""
    never = [(200_000, state) for state in ("failed", "forbidden", "lifted", "unsent", "lost")]
    for cents, state in ((1000, "done"), *never, (30, "unknown"), (-500, "done"), (4, "")):
        intent = begin(store, msgspec.structs.replace(CHANGE, risk=Risk(cents=cents)))
        if state:
            finish(store, intent, state)
    begin(store, msgspec.structs.replace(CHANGE, risk=Risk(cents=-900, fee_cents=20_000)))
    begin(store, msgspec.structs.replace(CHANGE, risk=Risk(cents=70_000)), pair="other")
    with store.begin("main") as tx:
        assert Outbox(tx.rows).spent(NOW - timedelta(days=1)) == 21_034
        assert Outbox(tx.rows).spent(NOW) == 0


def test_how_often_a_request_was_sent_is_counted_by_its_link(store: Store) -> None:
    """Not what was refused, or never sent, or another write of the link."""
    post = msgspec.structs.replace(CHANGE, action="create", system="wonolo", kind="job_request", record="")
    for state in ("done", "lost", "unsent", "failed"):
        finish(store, begin(store, post), state)
    finish(store, begin(store), "done")
    begin(store, msgspec.structs.replace(post, link="shift:8"))
    with store.begin("main") as tx:
        sent = Outbox(tx.rows).requests_sent(["shift:7", "shift:8", "shift:9"])
    assert sent == {"shift:7": 2, "shift:8": 1}
