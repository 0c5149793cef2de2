from __future__ import annotations

import asyncio

from velatura_backend.executors.vigil import Hang, Patience
from velatura_backend.executors.watchman import Duty, Watchman

QUICK = Patience(beat_seconds=0.01, silent=2, silent_loading=2)


class Worker:
    def __init__(self) -> None:
        self.duty: Duty | None = Duty(ready=True, loading=False)
        self.looks = 0
        self.hung: asyncio.Future[Hang] = asyncio.get_running_loop().create_future()
        self.watchman = Watchman(QUICK, self.look, self.hung.set_result)

    def look(self) -> Duty | None:
        self.looks += 1
        return self.duty


async def test_a_hang_is_told_once() -> None:
    worker = Worker()
    worker.watchman.watch()
    worker.watchman.watch()
    assert await asyncio.wait_for(worker.hung, 60) is Hang.SILENT
    looks = worker.looks
    await asyncio.sleep(0.05)
    assert worker.looks == looks == 3


async def test_nobody_looks_at_a_worker_that_has_nothing_to_do() -> None:
    worker = Worker()
    worker.duty = None
    worker.watchman.watch()
    while not worker.looks:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert worker.looks == 1
    assert not worker.hung.done()


async def test_after_a_stop_nobody_looks() -> None:
    worker = Worker()
    worker.watchman.watch()
    worker.watchman.stop()
    worker.watchman.stop()
    await asyncio.sleep(0.05)
    assert worker.looks == 0


async def test_a_sign_of_life_is_heard() -> None:
    worker = Worker()
    worker.watchman.watch()
    while worker.looks < 10:
        worker.watchman.heard(works=True)
        await asyncio.sleep(0.001)
    assert not worker.hung.done()
    worker.watchman.stop()
