"""Pages read ahead: in order, one at a time, and what goes wrong is raised after the pages before it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from sync.intake.pages import ahead


async def pages(told: list[str], fails_at: int = 9) -> AsyncIterator[int]:
    """Three pages; one may fail."""
    for number in range(3):
        await asyncio.sleep(0)
        if number == fails_at:
            raise OSError("gone")
        told.append(f"read {number}")
        yield number


async def test_the_next_page_is_read_while_one_is_saved() -> None:
    """In order, and never more than one ahead."""
    told: list[str] = []
    async for page in ahead(pages(told)):
        for _ in range(5):
            await asyncio.sleep(0)
        told.append(f"saved {page}")
    assert told == ["read 0", "read 1", "saved 0", "read 2", "saved 1", "saved 2"]


async def test_a_page_that_fails_lets_those_before_it_be_saved() -> None:
    """Then the error is raised as it is."""
    saved: list[int] = []

    async def save() -> None:
        async for page in ahead(pages([], fails_at=2)):
            await asyncio.sleep(0)
            saved.append(page)

    with pytest.raises(OSError, match="gone"):
        await save()
    assert saved == [0, 1]


async def test_who_stops_early_leaves_nothing_behind() -> None:
    """Neither a page under way nor an error that nobody asked for."""
    async with aclosing(ahead(pages([], fails_at=1))) as read:
        async for _ in read:
            await asyncio.sleep(0)
            break
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
