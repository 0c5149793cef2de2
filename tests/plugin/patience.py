"""A wait that ends, on Python 3.10 too, which has no ``asyncio.timeout``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SECONDS = 10.0


@asynccontextmanager
async def soon() -> AsyncIterator[None]:
    """:raises TimeoutError: what is waited for inside did not come"""
    task = asyncio.current_task()
    assert task is not None
    late = asyncio.get_running_loop().call_later(SECONDS, task.cancel)
    try:
        yield
    except asyncio.CancelledError:
        raise TimeoutError(f"waited {SECONDS:g} s in vain") from None
    finally:
        late.cancel()
