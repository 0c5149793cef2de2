from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.backend.executors.orders import Desk, all_of, only
from tests.contracts.executor import ExecutorContract, collect
from velatura_backend.engines.builtin.echo import CRASH_EXIT_CODE
from velatura_backend.executors.base import (
    WorkCancelled,
    WorkEvent,
    WorkFailed,
    WorkFinished,
    WorkProgress,
    WorkResult,
    WorkVariationFailed,
)
from velatura_backend.executors.local import LocalExecutor
from velatura_backend.executors.pipe import WorkerSettings
from velatura_protocol.engines import Device
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase

COLD = WorkerSettings(threads=2, warm=False)
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

# One worker for the whole module: spawning takes most of a second.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared() -> AsyncIterator[LocalExecutor]:
    executor = LocalExecutor((COLD,))
    await executor.start()
    yield executor
    await executor.close()


class TestLocalExecutor(ExecutorContract):
    @pytest.fixture
    def executor(self, shared: LocalExecutor) -> LocalExecutor:
        return shared


async def stepping(executor: LocalExecutor, desk: Desk, **parameters: float) -> AsyncIterator:
    """An order's events, read up to the one that says the engine is at work."""
    run = executor.run(desk.simple(parameters={"seconds": 30.0, **parameters}))
    async for event in run:
        if isinstance(event, WorkProgress) and event.phase is Phase.STEPPING:
            return run
    raise AssertionError("it never got to the engine")


@needs_signals
async def test_a_killed_worker_is_replaced_and_the_order_retried(
    shared: LocalExecutor, tmp_path: Path
) -> None:
    desk = Desk(tmp_path)
    order = desk.simple(parameters={"seconds": 0.3})
    pid = 0
    events: list[WorkEvent] = []
    async for event in shared.run(order):
        events.append(event)
        if isinstance(event, WorkProgress) and event.phase is Phase.STEPPING and not pid:
            (pid,) = shared.worker_pids()
            os.kill(pid, signal.SIGKILL)
    assert isinstance(events[-1], WorkFinished)
    assert len(all_of(events, WorkResult)) == 1
    assert shared.worker_pids() != (pid,)
    assert {blob.path for blob in only(events, WorkResult).blobs} == set(desk.output.glob("*"))


async def test_an_order_that_kills_its_worker_does_so_once(
    shared: LocalExecutor, tmp_path: Path
) -> None:
    desk = Desk(tmp_path)
    events = await collect(shared, desk.simple(parameters={"crash": True}))
    failed: WorkFailed = only(events, WorkFailed)
    assert failed.error.code is ErrorCode.WORKER_LOST
    assert failed.error.params == {"exit_code": CRASH_EXIT_CODE}
    assert failed.error.retryable
    attempts = [e for e in all_of(events, WorkProgress) if e.phase is Phase.STEPPING]
    assert len(attempts) == 1
    assert isinstance((await collect(shared, desk.simple()))[-1], WorkFinished)


@needs_signals
async def test_delivered_variations_survive_the_worker(
    shared: LocalExecutor, tmp_path: Path
) -> None:
    desk = Desk(tmp_path)
    order = desk.simple(parameters={"seconds": 0.2}, variations=3)
    events: list[WorkEvent] = []
    async for event in shared.run(order):
        events.append(event)
        if isinstance(event, WorkResult):
            os.kill(shared.worker_pids()[0], signal.SIGKILL)
    assert [e.variation.index for e in all_of(events, WorkResult)] == [0]
    lost = all_of(events, WorkVariationFailed)
    assert [(e.index, e.error.code) for e in lost] == [
        (1, ErrorCode.WORKER_LOST),
        (2, ErrorCode.WORKER_LOST),
    ]
    assert isinstance(events[-1], WorkFinished)
    assert {blob.path for blob in only(events, WorkResult).blobs} == set(desk.output.glob("*"))


async def test_an_engine_that_ignores_the_cancel_is_terminated(
    shared: LocalExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("velatura_backend.executors.supervisor.GRACE_SECONDS", 0.2)
    desk = Desk(tmp_path)
    order = desk.simple(parameters={"seconds": 60.0, "ignore_cancel": True})
    events: list[WorkEvent] = []
    before: tuple[int, ...] = ()
    async for event in shared.run(order):
        events.append(event)
        if isinstance(event, WorkProgress) and event.phase is Phase.STEPPING:
            before = shared.worker_pids()
            shared.cancel(order.job)
    assert events[-1] == WorkCancelled(Phase.STEPPING)
    assert not list(desk.output.glob("*"))
    assert shared.worker_pids() != before
    assert isinstance((await collect(shared, desk.simple()))[-1], WorkFinished)


async def test_cancel_while_the_worker_comes_up(tmp_path: Path) -> None:
    executor = LocalExecutor((COLD,))
    order = Desk(tmp_path).simple()
    events: list[WorkEvent] = []
    async for event in executor.run(order):
        events.append(event)
        executor.cancel(order.job)
    assert events[-1] == WorkCancelled(Phase.LOADING)
    assert not executor.devices()[0].ready
    await executor.close()


async def test_closing_ends_orders_and_processes(tmp_path: Path) -> None:
    executor = LocalExecutor((COLD,))
    await executor.start()
    run = await stepping(executor, Desk(tmp_path))
    waiting = asyncio.create_task(collect_all(executor, Desk(tmp_path)))
    (pid,) = executor.worker_pids()
    await asyncio.sleep(0)
    await executor.close()
    rest = [event async for event in run]
    assert rest[-1] == WorkCancelled(Phase.STEPPING)
    assert (await waiting)[-1] == WorkCancelled(Phase.QUEUED)
    assert executor.worker_pids() == ()
    if sys.platform != "win32":
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def collect_all(executor: LocalExecutor, desk: Desk) -> list[WorkEvent]:
    return [event async for event in executor.run(desk.simple())]


async def test_changes_are_told(tmp_path: Path) -> None:
    ready: list[bool] = []
    executor = LocalExecutor((COLD,), lambda: ready.append(executor.devices()[0].ready))
    await collect(executor, Desk(tmp_path).simple())
    assert ready == [True]
    await collect(executor, Desk(tmp_path).simple(parameters={"crash": True}))
    assert ready == [True, False]
    await executor.close()


async def test_the_event_loop_is_never_blocked(shared: LocalExecutor, tmp_path: Path) -> None:
    """Spawning, a crash and a respawn: the loop turns on meanwhile."""
    gaps: list[float] = []

    async def watch() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.001)
            gaps.append(time.monotonic() - last)
            last = time.monotonic()

    watching = asyncio.create_task(watch())
    await collect(shared, Desk(tmp_path).simple(parameters={"crash": True}))
    watching.cancel()
    assert sum(gap for gap in gaps if gap > 0.1) < 0.5 * sum(gaps)


async def test_there_is_always_a_cpu_worker() -> None:
    with pytest.raises(ValueError, match="CPU"):
        LocalExecutor((WorkerSettings(device=Device.ACCELERATOR),))
