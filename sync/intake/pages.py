"""Asking for the next page while one is being saved: the service and the database take turns no longer."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def ahead(pages: AsyncIterator[T]) -> AsyncGenerator[T]:
    """The same pages, each while the next one is on its way already; what goes wrong there is raised in its turn."""
    coming = asyncio.ensure_future(anext(pages, None))
    try:
        while (page := await coming) is not None:
            coming = asyncio.ensure_future(anext(pages, None))
            yield page
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)  # else its error would be told as forgotten
