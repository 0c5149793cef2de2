from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.backend.executors.orders import Desk
from tests.contracts.executor import ExecutorContract, collect
from velatura_backend.executors.base import WorkCancelled
from velatura_backend.executors.inline import InlineExecutor


class TestInlineExecutor(ExecutorContract):
    @pytest.fixture
    async def executor(self) -> AsyncIterator[InlineExecutor]:
        executor = InlineExecutor(threads=2)
        await executor.start()
        yield executor
        await executor.close()


async def test_closing_cancels_the_running_order(tmp_path: Path) -> None:
    executor = InlineExecutor()
    order = Desk(tmp_path).simple(parameters={"seconds": 60.0})
    running = asyncio.create_task(collect(executor, order))
    await asyncio.sleep(0)
    await executor.close()
    assert isinstance((await running)[-1], WorkCancelled)
    assert isinstance((await collect(executor, Desk(tmp_path).simple()))[-1], WorkCancelled)
