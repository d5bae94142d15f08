"""What people decided: each counts until it is used, void, replaced or withdrawn, and stays in the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from mappings.decision import NO, YES, Decision
from sync.mirror.decisions import Kept
from sync.mirror.store import Store

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
ANSWER = Decision("abc", "f1", YES, "an operations manager", NOW, "agreed by telephone", "cancel request 12")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open database without rows."""
    opened = Store.open(database_url)
    yield opened
    opened.close()


def test_a_decision_counts_until_it_is_used(store: Store) -> None:
    """And says afterwards which run used it."""
    with store.begin("main") as tx:
        tx.decisions.record(ANSWER)
        assert tx.decisions.open() == {"abc": ANSWER}
        tx.decisions.end(["abc"], "used", LATER, run=7)
        assert tx.decisions.open() == {}
        assert tx.decisions.about(["abc"]) == [Kept(ANSWER, "used", LATER, 7)]


def test_a_later_decision_replaces_the_earlier_one(store: Store) -> None:
    """Both stay in the list, newest first."""
    changed = msgspec.structs.replace(ANSWER, choice=NO, at=LATER)
    with store.begin("main") as tx:
        tx.decisions.record(ANSWER)
        tx.decisions.record(changed)
        assert tx.decisions.open() == {"abc": changed}
        assert tx.decisions.newest(5) == [Kept(changed), Kept(ANSWER, "replaced", LATER)]
        assert tx.decisions.newest(1) == [Kept(changed)]


def test_what_has_ended_does_not_end_again(store: Store) -> None:
    """A used decision is never withdrawn after the fact."""
    with store.begin("main") as tx:
        tx.decisions.record(ANSWER)
        tx.decisions.end(["abc"], "used", NOW, run=7)
        tx.decisions.end(["abc", "another"], "withdrawn", LATER)
        tx.decisions.end([], "void", LATER)
        assert tx.decisions.about(["abc"]) == [Kept(ANSWER, "used", NOW, 7)]


def test_pairs_do_not_see_each_others_decisions(store: Store) -> None:
    """One database may hold many pairs."""
    with store.begin("main") as tx:
        tx.decisions.record(ANSWER)
    with store.begin("other") as tx:
        assert tx.decisions.open() == {}
        tx.decisions.end(["abc"], "void", LATER)
    with store.begin("main") as tx:
        assert tx.decisions.open() == {"abc": ANSWER}
