"""Readings and writes reach the mirror in any order; the one whose request began last has the last word."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.mirror.sightings import How
from sync.mirror.store import Store
from tests.factories import NOW, shift

RECORD = 301
EVER = NOW - timedelta(days=400)

Step = tuple[int, str | None, How]
"""The minute the request began, what it showed (None: that the record is gone), and the kind of request."""

STEPS = st.lists(
    st.tuples(
        st.integers(1, 50), st.none() | st.sampled_from(["Gate 1", "Gate 2"]), st.sampled_from(["listing", "write"])
    ),
    max_size=6,
    unique_by=lambda step: step[0],
)


@pytest.fixture(scope="module")
def sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An open database, shared by the examples: each has a pair of its own."""
    opened = Store.open(f"sqlite:///{shutil.copy(sqlite_template, tmp_path_factory.mktemp('steps') / 'a.db')}")
    yield opened
    opened.close()


def shown(store: Store, pair: str, steps: list[Step]) -> tuple[str | None, int]:
    """Return what the mirror shows after a first sight and these steps, and how many changes of others it noticed."""
    with store.begin(pair) as tx:
        tx.observations.save("shift", [shift(notes="")], NOW)
        tx.sightings.pulled(NOW, EVER)
        for minute, notes, how in steps:
            began = NOW + timedelta(minutes=minute)
            if notes is None:
                tx.observations.mark_gone("shift", [RECORD], began, how)
            else:
                tx.observations.save("shift", [shift(notes=notes)], began, how)
        record = tx.observations.record("shift", RECORD)
        return (None if record is None else record["notes"]), len(tx.sightings.of("shift", [RECORD]))


@settings(max_examples=60)
@given(steps=STEPS)
def test_the_request_that_began_last_has_the_last_word(sqlite: Store, steps: list[Step]) -> None:
    """In whatever order they came in; and what came too late is no news either."""
    pair = repr(steps)
    latest = max(steps, default=(0, "", "listing"))[1]
    fresh = [step for place, step in enumerate(steps) if step[0] > max([0, *(row[0] for row in steps[:place])])]
    found, noticed = shown(sqlite, pair, steps)
    assert found == latest
    assert noticed <= len([step for step in fresh if step[2] == "listing"])


def test_an_older_listing_buries_nothing_that_a_write_brought(database_url: str) -> None:
    """It began before the shift was made, and ended after."""
    store = Store.open(database_url)
    assert shown(store, "main", [(5, "Gate 1", "write"), (4, None, "listing")]) == ("Gate 1", 0)
    assert shown(store, "other", [(5, None, "write"), (4, "Gate 1", "listing")]) == (None, 0)
    assert shown(store, "third", [(5, "Gate 1", "write"), (6, None, "listing")]) == (None, 1)
    store.close()
