"""The hour that a clock change repeats: Wonolo is told wall times, and cannot be told which of the two is meant."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from mappings.model import Rules
from sync.plan import Policy, Snapshot, make_plan
from tests.factories import NOW, RULES, at, linked, shift

FIRST = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
SECOND = FIRST + timedelta(hours=1)
WHY = (
    "its start comes twice on that night's clock and Wonolo cannot be told which; post it by hand, or set "
    'start_time_format = "iso" under [wonolo]'
)


def new_shift(start: datetime, rules: Rules = RULES) -> list[tuple[str, str, str]]:
    """Verdict, start as written and reason of the changes that one new open shift brings."""
    lone = Snapshot(NOW, Policy(rules), shifts=(shift(301, **at(start)),))
    return [(row.verdict, row.payload.get("start_time", ""), row.reason) for row in make_plan(lone).changes]


@pytest.mark.parametrize(
    ("start", "rules", "planned"),
    [
        (FIRST, RULES, [("do", "2026-11-01 01:30", "")]),
        (SECOND, RULES, [("blocked", "", WHY)]),
        (SECOND, msgspec.structs.replace(RULES, start_time_format="iso"), [("do", "2026-11-01T07:30:00+00:00", "")]),
    ],
)
def test_the_second_of_two_equal_wall_times_is_not_written_as_the_first(
    start: datetime, rules: Rules, planned: list[tuple[str, str, str]]
) -> None:
    """A shift in the repeated hour is posted only where its start can be told apart."""
    assert new_shift(start, rules) == planned


def test_a_linked_demand_moved_into_the_second_of_two_equal_wall_times_is_blocked() -> None:
    """The link is left as it is, and says why."""
    moved = linked(shifts=[shift(301, **at(SECOND))])
    plan = make_plan(Snapshot(NOW, Policy(RULES), links=(moved,)))
    assert [(row.verdict, row.action, row.reason) for row in plan.changes] == [("blocked", "none", WHY)]
