from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from velatura_backend.executors.pipe import FromWorker, Pulse, WorkerReady, WorkerSettings
from velatura_backend.executors.worker_handle import WorkerCallbacks, WorkerHandle

COLD = WorkerSettings(threads=1, warm=False)


class Watcher:
    def __init__(self) -> None:
        self.messages: list[FromWorker] = []
        self.ready = asyncio.Event()
        self.lost: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def callbacks(self) -> WorkerCallbacks:
        return WorkerCallbacks(self._message, self._lost)

    def _message(self, _: WorkerHandle, message: FromWorker) -> None:
        if not isinstance(message, Pulse):
            self.messages.append(message)
            self.ready.set()

    def _lost(self, _: WorkerHandle, exit_code: int) -> None:
        self.lost.set_result(exit_code)


async def started() -> tuple[WorkerHandle, Watcher]:
    watcher = Watcher()
    handle = WorkerHandle(COLD, watcher.callbacks)
    await handle.start()
    await watcher.ready.wait()
    return handle, watcher


async def test_the_first_message_says_it_is_ready() -> None:
    handle, watcher = await started()
    (message,) = watcher.messages
    assert isinstance(message, WorkerReady)
    assert message.device.ready
    handle.terminate()
    await handle.join()
    assert await watcher.lost != 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_a_kill_is_heard_of() -> None:
    handle, watcher = await started()
    assert handle.pid is not None
    os.kill(handle.pid, signal.SIGKILL)
    assert await watcher.lost == -signal.SIGKILL
    await handle.join()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP")
@pytest.mark.timeout(20)
async def test_a_stopped_worker_can_be_ended() -> None:
    handle, watcher = await started()
    assert handle.pid is not None
    os.kill(handle.pid, signal.SIGSTOP)
    handle.terminate()
    assert await watcher.lost == -signal.SIGKILL
    await handle.join()


async def test_sending_to_a_dead_worker_is_no_error() -> None:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from tests.backend.executors.orders import Desk

    handle, watcher = await started()
    handle.terminate()
    await watcher.lost
    with TemporaryDirectory() as folder:
        await handle.send(1, Desk(Path(folder)).simple())
