"""What others did, as the pulls noticed it: what is noted, what never is; on SQLite and on Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sync.mirror.sightings import Sighting
from sync.mirror.store import Store, Transaction
from tests.factories import ANA, NOW, job, job_request, shift, user

LATER = NOW + timedelta(minutes=5)
EVER = NOW - timedelta(days=400)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A database after a first complete pull, in which a shift was seen."""
    opened = Store.open(database_url)
    with opened.begin("main") as tx:
        tx.observations.save("shift", [shift()], NOW)
        tx.sightings.pulled(NOW, EVER)
    yield opened
    opened.close()


def noticed(tx: Transaction, kind: Any = "shift", record: int = 301) -> list[Sighting]:
    """What was noticed about one record."""
    return tx.sightings.of(kind, [record])


def test_nothing_is_noted_before_the_first_complete_pull(database_url: str) -> None:
    """It brings everything there is, and none of it is news."""
    store = Store.open(database_url)
    with store.begin("main") as tx:
        tx.observations.save("shift", [shift()], NOW)
        tx.observations.save("shift", [shift(notes="Gate 2")], LATER)
        assert noticed(tx) == []
    store.close()


def test_an_edit_is_noted_with_the_fields_that_differ(store: Store) -> None:
    """Times are compared as instants, and what has no meaning here is left out."""
    edited = shift(
        notes="Gate 2", start_time="Sat, 14 Mar 2026 08:00:00 -0500", updated_at="Wed, 11 Mar", acknowledged=1
    )
    with store.begin("main") as tx:
        tx.observations.save("shift", [edited], LATER)
        assert noticed(tx) == [
            Sighting("shift", 301, LATER, "listing", {"notes": ""}, {"notes": "Gate 2"}, {"updated_at": "Wed, 11 Mar"})
        ]


def test_what_did_not_change_is_not_noted(store: Store) -> None:
    """A reminder moves nothing that counts, and an older reading none at all."""
    with store.begin("main") as tx:
        tx.observations.save("shift", [shift(updated_at="Wed, 11 Mar")], LATER)
        tx.observations.save("shift", [shift(notes="before")], NOW - timedelta(minutes=5))
        assert noticed(tx) == []


def test_our_own_writes_are_not_noted(store: Store) -> None:
    """The change log has them."""
    with store.begin("main") as tx:
        tx.observations.save("shift", [shift(notes="ours")], LATER, "write")
        tx.observations.save("shift", [shift(notes="ours")], LATER)
        tx.observations.mark_gone("shift", [301], LATER, "write")
        assert noticed(tx) == []


def test_a_record_that_comes_and_goes_and_comes_again(store: Store) -> None:
    """What it was is kept, with how that was learned and who the service says made it."""
    new = shift(302, instances=1, creator_id=5)
    with store.begin("main") as tx:
        tx.observations.save("shift", [new], NOW)
        tx.observations.mark_gone("shift", [302, 303], LATER, "read")
        tx.observations.mark_gone("shift", [302], LATER, "read")
        tx.observations.save("shift", [new], LATER)
        came, went, again = noticed(tx, record=302)
    assert (came.before, came.after and came.after["location_id"], came.told) == (None, 11, {"creator_id": 5})
    assert (went.before, went.after, went.how) == (came.after, None, "read")
    assert (again.before, again.after) == (None, came.after)


@pytest.mark.parametrize(
    ("touched", "count"),
    [("Wed, 11 Mar 2026 11:00:00 +0000", 0), ("Wed, 11 Mar 2026 12:30:00 +0000", 1), ("", 1), ("soon", 1)],
)
def test_what_only_came_into_view_is_no_news(store: Store, touched: str, count: int) -> None:
    """A shift that nobody touched since the pull before; one that was moved into the window is."""
    old = "Mon, 02 Feb 2026 11:00:00 +0000"
    with store.begin("main") as tx:
        tx.observations.save("shift", [shift(302, created_at=old, updated_at=touched)], LATER)
        assert len(noticed(tx, record=302)) == count


def test_contact_data_is_not_kept(store: Store) -> None:
    """That it changed is."""
    with store.begin("main") as tx:
        tx.observations.save("user", [user()], NOW)
        tx.observations.save("user", [user(email="new@example.com", first_name="Anna")], LATER)
        _, edit = noticed(tx, "user", 107)
    assert (edit.before, edit.after) == (
        {"first_name": "Ana", "email": "(old)"},
        {"first_name": "Anna", "email": "(new)"},
    )


def test_a_worker_inside_a_job_is_kept_by_name(store: Store) -> None:
    """So is the requestor of whom the Job tells."""
    employer = {"id": 3, "first_name": "Rae", "last_name": "Quist", "email": "rae@example.com"}
    with store.begin("main") as tx:
        tx.observations.save("job_request", [job_request()], NOW)
        tx.observations.save("job", [job(employer=employer)], NOW)
        [came] = noticed(tx, "job", 907)
    assert (came.after or {})["worker"] == {"id": 7, "first_name": "Ana", "last_name": "Reyes"}
    assert came.told == {"employer": {"id": 3, "first_name": "Rae", "last_name": "Quist"}}
    assert ANA.email not in str(came)


def test_what_is_too_old_is_forgotten(store: Store) -> None:
    """With the next complete pull, and only of its own pair."""
    with store.begin("main") as tx:
        tx.observations.save("shift", [shift(notes="Gate 2")], LATER)
    with store.begin("other") as tx:
        tx.sightings.pulled(LATER, LATER + timedelta(days=1))
    with store.begin("main") as tx:
        tx.sightings.pulled(LATER, LATER)
        assert len(noticed(tx)) == 1
        tx.sightings.pulled(LATER, LATER + timedelta(seconds=1))
        assert noticed(tx) == []
