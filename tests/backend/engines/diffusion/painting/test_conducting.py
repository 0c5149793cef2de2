from __future__ import annotations

import threading

import pytest

pytest.importorskip("diffusers")

import torch

from velatura_backend.engines.diffusion.painting.conducting import Abandoned, Conductor
from velatura_backend.engines.diffusion.painting.contract import PaintProgress
from velatura_protocol.errors import Cancelled
from velatura_protocol.events import Phase

STEP = PaintProgress(Phase.STEPPING, 0.5)


def test_what_is_reported_comes_out_in_order() -> None:
    events = [PaintProgress(Phase.STEPPING, number / 10) for number in range(10)]

    def work(report, check) -> None:
        for event in events:
            check()
            report(event)

    assert list(Conductor(1).events(work)) == events


def test_it_is_always_the_same_thread() -> None:
    conductor, threads = Conductor(1), []
    for _ in range(3):
        list(conductor.events(lambda report, check: threads.append(threading.get_ident())))
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


@pytest.mark.parametrize(
    ("raised", "caught"),
    [
        (ValueError("no"), ValueError),
        (Cancelled(phase="stepping"), Cancelled),
        (torch.OutOfMemoryError("full"), MemoryError),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), MemoryError),
        (RuntimeError("other"), RuntimeError),
    ],
)
def test_what_goes_wrong_there_is_raised_here(raised: Exception, caught: type[Exception]) -> None:
    def work(report, check) -> None:
        report(STEP)
        raise raised

    events = Conductor(1).events(work)
    assert next(events) == STEP
    with pytest.raises(caught):
        next(events)


def test_who_leaves_early_stops_the_work() -> None:
    stopped = threading.Event()

    def work(report, check) -> None:
        try:
            while True:
                report(STEP)
                check()
        except Abandoned:
            stopped.set()
            raise

    events = Conductor(1).events(work)
    next(events)
    events.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert stopped.is_set()
