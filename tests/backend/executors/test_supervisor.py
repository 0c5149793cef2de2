from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.backend.executors.orders import Desk, only
from velatura_backend.executors.base import (
    WorkEvent,
    WorkFailed,
    WorkFinished,
    WorkOrder,
    WorkProgress,
    WorkResult,
)
from velatura_backend.executors.deaths import Blame
from velatura_backend.executors.hang_detection import Patience
from velatura_backend.executors.pipe import WorkerSettings
from velatura_backend.executors.supervisor import Supervisor
from velatura_backend.executors.worker_handle import WorkerHandle
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase

COLD = WorkerSettings(threads=2, warm=False)


QUICK = replace(COLD, patience=Patience(0.1, silent=20, silent_loading=100, idle=40, start=300))
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP")


def dies_at_once(*_: object) -> None:
    os._exit(9)


def never_comes_up(*_: object) -> None:
    threading.Event().wait()


async def run_hindered(
    supervisor: Supervisor, order: WorkOrder, hinder: Callable[[int], None], times: int = 1
) -> list[WorkEvent]:
    """The order's events; whenever it steps in a new worker, that one is hindered."""
    events: list[WorkEvent] = []
    hindered: set[int] = set()
    async for event in supervisor.run(order):
        events.append(event)
        steps = isinstance(event, WorkProgress) and event.phase is Phase.STEPPING
        if steps and supervisor.pid and supervisor.pid not in hindered and len(hindered) < times:
            hindered.add(supervisor.pid)
            hinder(supervisor.pid)
    return events


def stop(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


SLOW = {"seconds": 0.5, "previews": 5}


async def test_a_worker_that_never_comes_up_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("velatura_backend.executors.worker_process.main", dies_at_once)
    supervisor = Supervisor(COLD, lambda: None)
    with caplog.at_level(logging.WARNING, "velatura"):
        events = [event async for event in supervisor.run(Desk(tmp_path).simple())]
    failed: WorkFailed = only(events, WorkFailed)
    assert failed.error.code is ErrorCode.WORKER_LOST
    assert failed.error.params == {"exit_code": 9}
    assert len(caplog.records) == 3
    assert supervisor.pid is None
    await supervisor.close()


async def test_an_unexpected_exception_is_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor = Supervisor(COLD, lambda: None)
    order = Desk(tmp_path).simple(parameters={"fail": "unexpected"}, prompt="a secret wish")
    with caplog.at_level(logging.INFO, "velatura"):
        events = [event async for event in supervisor.run(order)]
    assert only(events, WorkFailed).error.params["kind"] == "RuntimeError"
    assert "Traceback" in caplog.text
    assert "a secret wish" not in caplog.text
    await supervisor.close()


@needs_signals
@pytest.mark.timeout(60)
async def test_a_stopped_worker_is_replaced_and_its_order_tried_once_more(tmp_path: Path) -> None:
    supervisor = Supervisor(QUICK, lambda: None)
    events = await run_hindered(supervisor, Desk(tmp_path).simple(parameters=SLOW), stop)
    assert isinstance(events[-1], WorkFinished)
    assert only(events, WorkResult)
    await supervisor.close()


@needs_signals
@pytest.mark.timeout(60)
@pytest.mark.parametrize("hinder", [stop, kill], ids=["stopped", "killed"])
async def test_an_order_is_tried_twice_at_most(
    tmp_path: Path, hinder: Callable[[int], None]
) -> None:
    supervisor = Supervisor(QUICK, lambda: None)
    order = Desk(tmp_path).simple(parameters=SLOW)
    events = await run_hindered(supervisor, order, hinder, times=9)
    assert only(events, WorkFailed).error.code is ErrorCode.WORKER_LOST
    starts = [e for e in events if isinstance(e, WorkProgress) and e.phase is Phase.ENCODING]
    assert len(starts) == 2
    again = [event async for event in supervisor.run(Desk(tmp_path).simple())]
    assert isinstance(again[-1], WorkFinished), "the next one starts"
    await supervisor.close()


@needs_signals
@pytest.mark.timeout(60)
async def test_a_worker_that_outlives_sigkill_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one does that waits inside a driver which hangs."""
    monkeypatch.setattr("velatura_backend.executors.supervisor.UNKILLABLE_SECONDS", 0.3)
    monkeypatch.setattr(WorkerHandle, "terminate", lambda _: None)
    supervisor = Supervisor(QUICK, lambda: None)
    stopped: list[int] = []

    def stop_and_note(pid: int) -> None:
        stopped.append(pid)
        stop(pid)

    order = Desk(tmp_path).simple(parameters=SLOW)
    events = await run_hindered(supervisor, order, stop_and_note)
    assert isinstance(events[-1], WorkFinished), "another one has done it"
    assert supervisor.pid not in stopped
    monkeypatch.undo()
    await supervisor.close()
    for pid in stopped:
        kill(pid)


@pytest.mark.timeout(60)
async def test_an_order_that_does_nothing_for_ever_is_given_up_at_once(tmp_path: Path) -> None:
    """It would do nothing the second time, too."""
    supervisor = Supervisor(QUICK, lambda: None)
    # Its heart beats, without news and without work. One that polled for a cancel would now and
    # then look as if it worked, in beats as short as these, on a busy machine.
    order = Desk(tmp_path).simple(parameters={"seconds": 600.0, "ignore_cancel": True})
    events = [event async for event in supervisor.run(order)]
    assert only(events, WorkFailed).error.code is ErrorCode.WORKER_LOST
    assert events.count(WorkProgress(Phase.ENCODING)) == 1
    await supervisor.close()


@pytest.mark.timeout(60)
async def test_a_worker_that_hangs_at_its_start_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("velatura_backend.executors.worker_process.main", never_comes_up)
    hurried = replace(QUICK, patience=replace(QUICK.patience, silent_loading=60))
    supervisor = Supervisor(hurried, lambda: None)
    events = [event async for event in supervisor.run(Desk(tmp_path).simple())]
    assert only(events, WorkFailed).error.code is ErrorCode.WORKER_LOST
    assert supervisor.pid is None
    monkeypatch.undo()
    again = [event async for event in supervisor.run(Desk(tmp_path).simple())]
    assert isinstance(again[-1], WorkFinished), "the next order gets a new one"
    await supervisor.close()


@needs_signals
async def test_who_was_killed_for_want_of_memory_hears_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("velatura_backend.executors.supervisor.blame", lambda *_: Blame.MEMORY)
    supervisor = Supervisor(QUICK, lambda: None)
    events = await run_hindered(supervisor, Desk(tmp_path).simple(parameters=SLOW), kill)
    assert only(events, WorkFailed).error.code is ErrorCode.OUT_OF_MEMORY
    await supervisor.close()
