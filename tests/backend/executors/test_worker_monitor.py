from __future__ import annotations

import asyncio

from velatura_backend.executors.hang_detection import Hang, Patience
from velatura_backend.executors.worker_monitor import Duty, WorkerMonitor

QUICK = Patience(beat_seconds=0.01, silent=2, silent_loading=2)


class Worker:
    def __init__(self) -> None:
        self.duty: Duty | None = Duty(ready=True, loading=False)
        self.looks = 0
        self.hung: asyncio.Future[Hang] = asyncio.get_running_loop().create_future()
        self.worker_monitor = WorkerMonitor(QUICK, self.look, self.hung.set_result)

    def look(self) -> Duty | None:
        self.looks += 1
        return self.duty


async def test_a_hang_is_told_once() -> None:
    worker = Worker()
    worker.worker_monitor.watch()
    worker.worker_monitor.watch()
    assert await asyncio.wait_for(worker.hung, 60) is Hang.SILENT
    looks = worker.looks
    await asyncio.sleep(0.05)
    assert worker.looks == looks == 3


async def test_nobody_looks_at_a_worker_that_has_nothing_to_do() -> None:
    worker = Worker()
    worker.duty = None
    worker.worker_monitor.watch()
    while not worker.looks:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert worker.looks == 1
    assert not worker.hung.done()


async def test_after_a_stop_nobody_looks() -> None:
    worker = Worker()
    worker.worker_monitor.watch()
    worker.worker_monitor.stop()
    worker.worker_monitor.stop()
    await asyncio.sleep(0.05)
    assert worker.looks == 0


async def test_a_sign_of_life_is_heard() -> None:
    worker = Worker()
    worker.worker_monitor.watch()
    while worker.looks < 10:
        worker.worker_monitor.heard(works=True)
        await asyncio.sleep(0.001)
    assert not worker.hung.done()
    worker.worker_monitor.stop()
