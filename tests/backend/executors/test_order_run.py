from __future__ import annotations

from pathlib import Path

from tests.backend.executors.orders import Desk
from velatura_backend.executors.base import (
    WorkCancelled,
    WorkEvent,
    WorkFailed,
    WorkFinished,
    WorkProgress,
    WorkResult,
    WorkVariationFailed,
)
from velatura_backend.executors.order_run import OrderRun
from velatura_protocol.errors import WorkerLost
from velatura_protocol.events import Phase
from velatura_protocol.messages import Variation
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Operation


async def drain(run: OrderRun) -> list[WorkEvent]:
    return [event async for event in run.events()]


def result(index: int) -> WorkResult:
    made = Provenance(Operation.FILL, "echo", "1", "Velatura", index, "", "composite")
    return WorkResult(Variation(index, index, (), made), ())


async def test_nothing_follows_the_end(tmp_path: Path) -> None:
    run = OrderRun(Desk(tmp_path).simple())
    run.deliver(WorkProgress(Phase.STEPPING))
    run.cancel_now()
    run.deliver(WorkFinished())
    assert await drain(run) == [WorkProgress(Phase.STEPPING), WorkCancelled(Phase.STEPPING)]


async def test_failing_without_a_result(tmp_path: Path) -> None:
    run = OrderRun(Desk(tmp_path).simple(variations=2))
    run.fail(WorkerLost(exit_code=-9))
    (event,) = await drain(run)
    assert isinstance(event, WorkFailed)
    assert event.error.retryable


async def test_failing_with_a_result_lists_what_is_missing(tmp_path: Path) -> None:
    run = OrderRun(Desk(tmp_path).simple(variations=3))
    run.deliver(result(1))
    run.fail(WorkerLost(exit_code=-9))
    events = await drain(run)
    assert [e.index for e in events if isinstance(e, WorkVariationFailed)] == [0, 2]
    assert isinstance(events[-1], WorkFinished)
