"""What a person approved as a whole: which of it still holds, and what of a later plan it lets through."""

from __future__ import annotations

from typing import Any

import msgspec

from sync.plan import Change, Plan
from sync.plan.approval import Approval, whole


def change(record: str, **changes: Any) -> Change:
    """An update of a shift."""
    fields: dict[str, Any] = {"action": "update", "kind": "shift", "link": "shift:1", "subject": "Picker at Harbor"}
    return Change(**{**fields, "system": "wheniwork", "record": record, "payload": {"notes": "Dock 4"}, **changes})


MOVED, NOTED = change("301", payload={"position_id": 22}), change("302")
HELD = change("303", verdict="hold", reason="it costs half the pay")


def test_the_whole_of_a_plan_is_what_it_would_do() -> None:
    """What waits for a person is no part of it."""
    assert whole(Plan((MOVED, HELD))) == Approval({MOVED.key: MOVED.facts})


def test_what_changed_since_or_vanished_is_stale() -> None:
    """By the keys under which it was approved."""
    approval = Approval({MOVED.key: MOVED.facts, NOTED.key: NOTED.facts})
    assert approval.stale(Plan((MOVED, NOTED, HELD))) == ()
    dearer = msgspec.structs.replace(NOTED, risk=msgspec.structs.replace(NOTED.risk, cents=900))
    assert approval.stale(Plan((MOVED, dearer))) == (NOTED.key,)
    assert approval.stale(Plan(())) == (MOVED.key, NOTED.key)


def test_only_what_was_approved_is_done() -> None:
    """What is not to be done stays in the plan, so that it is told."""
    assert Approval({MOVED.key: MOVED.facts}).narrowed(Plan((MOVED, NOTED, HELD))).changes == (MOVED, HELD)
    assert Approval({MOVED.key: "other facts"}).narrowed(Plan((MOVED, HELD))).changes == (HELD,)
