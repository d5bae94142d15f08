"""The setup that all end-to-end tests share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure no coverage in the processes these tests start: it doubles their time, and they run side by side.

    What only such processes run is covered by the tests of the commands, which are watched.
    """
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
