"""Every kind of silence at any moment of a first copy and of the day after: nothing is doubled, nobody is lost."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.faults import FaultName, Rule
from sync.errors import RemoteError
from tests.engine_world import Pair, open_pair

WRITES: tuple[FaultName, ...] = ("lost_request", "lost_reply", "late_effect", "error")
READS: tuple[FaultName, ...] = ("empty_listing", "truncated_listing", "error")

Silence = tuple[FaultName, bool, int, int]
"""A fault, whether it strikes a write, which of those it strikes first, and the status of an error."""

REFUSALS = st.sampled_from([400, 403, 422, 500])
SILENCES = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(WRITES), st.just(value=True), st.integers(0, 9), st.sampled_from([400, 403, 422, 500])
        ),
        st.tuples(st.sampled_from(READS), st.just(value=False), st.integers(0, 40), st.sampled_from([400, 403, 422])),
    ),
    min_size=1,
    max_size=2,
)


class Silent:
    """The way to the sandbox, on which some requests meet with silence."""

    def __init__(self, pair: Pair, silences: list[Silence]) -> None:
        self._inner, self._faults, self._silences = pair.wire._inner, pair.world.faults, silences
        self._count = Counter[bool]()
        pair.wire._inner = self  # type: ignore[assignment]  # it stands in between

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Put the fault in force that this request is to meet, and pass it on."""
        path, writes = request.url.path, request.method != "GET"
        if not path.endswith(("/login", "/authenticate", "/info", "/account")):
            for fault, of_writes, number, status in self._silences:
                if of_writes == writes and number == self._count[writes]:
                    told = status if fault == "error" else None
                    self._faults.add(
                        Rule(fault=fault, method=request.method, path=path, times=1, status=told, minutes=3)
                    )
            self._count[writes] += 1
        return await self._inner.handle_async_request(request)


async def lived(pair: Pair, silences: list[Silence]) -> None:
    """A first copy and the day after, under these silences; then time passes without any."""
    for client in (pair.engine._wonolo, pair.engine._wheniwork):
        object.__setattr__(client._api._limits, "attempts", 1)
    pair.offer(2)
    pair.offer(1, start="10:00", notes="Dock")
    pair.post(1, start="10:00", request_name="Dock")
    pair.post(2, start="12:00")
    pair.accept("Ada")
    Silent(pair, silences)
    await run(pair, timedelta(0))
    pair.accept("Bruno", max(pair.requests()))
    await run(pair, timedelta(minutes=1))
    pair.world.faults.clear()
    silences.clear()
    for minutes in (1, 6, 61, 6):
        await run(pair, timedelta(minutes=minutes))


async def run(pair: Pair, after: timedelta) -> None:
    """Reconcile after a while; a run may end as a whole listing could not be read."""
    pair.world.advance(after)
    with suppress(RemoteError):
        await pair.engine.reconcile()


def codes(pair: Pair) -> list[Any]:
    """The employee codes that users have."""
    return [row["employee_code"] for row in pair.world.wheniwork.users.values() if row["employee_code"]]


@settings(max_examples=5)
@given(silences=SILENCES)
async def test_after_any_silence_both_sides_show_what_was_asked(sqlite_template: Path, silences: list[Silence]) -> None:
    """Each demand once, each worker on it once, with as many seats as people asked for."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{shutil.copy(sqlite_template, folder)}"
        async with open_pair(url) as pair:
            await lived(pair, list(silences))
            outcome = await pair.quiet()
            assert (outcome.waiting, outcome.untried) == ((), ())
            assert pair.wonolo_side() == pair.wheniwork_side()
            seats = [line.partition(": ")[2] for line in pair.wonolo_side()]
            assert sorted(seats) in (
                ["0 open, Ada, Bruno", "1 open", "2 open"],
                ["1 open", "1 open, Ada", "1 open, Bruno"],
            )
            assert len(pair.requests()) == 3
            assert len(codes(pair)) == len(set(codes(pair))) == 2
