"""Hypothesis strategies for entities under the rules of `tests.factories`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from mappings.convert import one_line
from mappings.demand import TITLE_LIMIT, title
from mappings.model import Demand, Worker
from tests.factories import RULES

INSTANTS = st.integers(0, 8_000_000).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
"""Whole minutes of fifteen years, among them the nights on which clocks change."""

WORKERS = st.frozensets(st.sampled_from([f"wonolo:{number}" for number in range(1, 6)]), max_size=3)

TITLES = st.text(max_size=TITLE_LIMIT + 50).map(lambda text: title(text, RULES)).filter(lambda text: "[sb:" not in text)


FEW_TITLES = st.sampled_from(["", "Dock 4", "Bring boots", "Ask for the foreman"])


@st.composite
def demands(draw: st.DrawFn, titles: st.SearchStrategy[str] = FEW_TITLES) -> Demand:
    """A demand of the configured places and skills."""
    start = draw(INSTANTS)
    return Demand(
        place=draw(st.sampled_from(RULES.places)).key,
        skill=draw(st.sampled_from(RULES.skills)).key,
        start=start,
        end=start + timedelta(minutes=draw(st.integers(60, 900))),
        headcount=draw(st.integers(3, 9)),
        workers=draw(WORKERS),
        title=draw(titles),
        break_minutes=draw(st.sampled_from([0, 15, 30, 45, 60])),
    )


NAMES = st.text(st.characters(categories=["L"]), min_size=1, max_size=12).map(one_line).filter(bool)

WORKER = st.builds(
    Worker,
    key=st.integers(1, 2**40).map(lambda number: f"wonolo:{number}"),
    first_name=NAMES,
    last_name=NAMES,
    email=st.sampled_from(["", "a@example.com", "b.c@example.org"]),
    phone=st.sampled_from(["", "+13125550107", "+442079460000"]),
)
