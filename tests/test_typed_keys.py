"""Keys and ids that people and other programs typed mean the same on SQLite and on Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mappings.worker import key_in
from sync.mirror.store import Store
from tests.typed_codes import CODES

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open database without rows."""
    opened = Store.open(database_url)
    yield opened
    opened.close()


def save(store: Store, kind: Any, *records: dict[str, Any]) -> list[str]:
    """Mirror records."""
    with store.begin("main") as tx:
        return tx.observations.save(kind, records, NOW)


def test_codes_mean_the_same_in_both_databases(store: Store) -> None:
    """As people type them; what names no worker is nobody's, and breaks nothing."""
    codes = [code for code, _ in CODES] + ["WONOLO:\x00 7", "wonolo%7", "wonolo:7 "]
    users = [{"id": number, "employee_code": code, "last_name": "\x00"} for number, code in enumerate(codes, 1)]
    save(store, "user", *users)
    shifts = [
        {"id": number, "user_id": number, "published": True, "start_time": "2026-03-14T08:00:00-05:00"}
        for number in range(1, len(codes) + 1)
    ]
    save(store, "shift", *shifts)
    expected = {number: key for number, code in enumerate(codes, 1) if (key := key_in(code))}
    assert len(expected) == sum(key != "" for _, key in CODES) + 2
    with store.begin("main") as tx:
        assert tx.links.users() == expected
        day = datetime(2026, 3, 14, tzinfo=UTC)
        lone = {int(row["id"]) for row in tx.observations.lone_shifts(day, day + timedelta(days=1))}
        assert lone >= expected.keys()
        told = {codes[number - 1] for number in lone - expected.keys()}
        assert all(str(code).startswith("wonolo:") for code in told), told


@pytest.mark.parametrize("number", ["", None, "12²", "1_000", str(2**63), 1e400, "abc", -1, True])
def test_a_record_without_a_usable_id_is_left_out_in_both_databases(store: Store, number: Any) -> None:
    """It is told of, and the others are kept; an odd number in another field is none."""
    with store.begin("main") as tx:
        problems = tx.observations.save(
            "shift", [{"id": number, "user_id": 1}, {"id": "12", "user_id": number, "instances": number}], NOW
        )
        assert len(problems) == 1
        assert [row["id"] for row in tx.observations.all("shift")] == ["12"]


def test_markers_are_found_the_same_in_both_databases(store: Store) -> None:
    """Whatever case somebody's program made of them."""
    save(store, "shift", {"id": 1, "notes": "Dock [sb:abc123]"}, {"id": 2, "notes": "DOCK [SB:ABC123]"}, {"id": 3})
    with store.begin("main") as tx:
        assert [row["id"] for row in tx.observations.marked("shift", "[sb:abc123]")] == [1, 2]
