"""Awaiting several things of one pass: all are waited for, then the first error counts. Nothing goes on behind a pass's back."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any


async def together(steps: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run the steps side by side. Raises the first error once every step has ended."""
    several = list(steps)
    if len(several) == 1:  # which needs no task of its own
        await several[0]
        return
    results = await asyncio.gather(*several, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
