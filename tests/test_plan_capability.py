"""What a Wonolo key may not do, and what a person does in the portal then."""

from __future__ import annotations

from typing import Any

import pytest

from sync.plan import Change
from sync.plan.capability import need, ruled_out

LATER = "(tried again after a day, or once `shiftbridge doctor` was run)"


def change(action: Any, kind: Any, system: Any = "wonolo", **changes: Any) -> Change:
    """A change of a record."""
    return Change(**{"action": action, "kind": kind, "system": system, "link": "a", "subject": "s", **changes})


@pytest.mark.parametrize(
    ("action", "kind", "wanted", "by_hand"),
    [
        (
            "create",
            "job_request",
            "post requests",
            "post it in the Wonolo portal as shown, and it is recognised by place, work and hours",
        ),
        ("update", "job_request", "change requests", "change it in the Wonolo portal as shown"),
        ("delete", "job_request", "change requests", "cancel it in the Wonolo portal"),
        ("assign", "job", "give seats", "assign this worker to the request in the Wonolo portal"),
        ("release", "job", "take seats back", "cancel this worker's job in the Wonolo portal"),
        ("update", "job", "change hours worked", "change the hours in the Wonolo portal before the job is approved"),
    ],
)
def test_what_the_key_may_not_is_told_with_what_to_do(action: str, kind: str, wanted: str, by_hand: str) -> None:
    """A key that may do it, or is barred from something else, goes ahead."""
    asked = change(action, kind)
    assert need(asked) == wanted
    assert ruled_out(asked, {wanted}) == ("blocked", f"the Wonolo key may not {wanted}: {by_hand} {LATER}")
    assert ruled_out(asked, {"sing"}) is None
    assert ruled_out(change(action, kind, verdict="hold"), {wanted}) is None


def test_changes_in_when_i_work_need_no_wonolo_key() -> None:
    """Nor do kinds of change that Wonolo does not know."""
    assert [need(change("update", "job", "wheniwork")), need(change("release", "job_request"))] == ["", ""]
