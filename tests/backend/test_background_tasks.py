from __future__ import annotations

import asyncio
import logging

import pytest

from velatura_backend.background_tasks import BackgroundTasks


async def test_dismissed_tasks_are_gone() -> None:
    background_tasks = BackgroundTasks()
    tasks = [background_tasks.spawn(asyncio.sleep(60)) for _ in range(3)]
    assert len(background_tasks) == 3
    await background_tasks.dismiss()
    assert all(task.cancelled() for task in tasks)
    assert len(background_tasks) == 0


async def test_settling_waits_for_the_last() -> None:
    background_tasks = BackgroundTasks()
    done: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)
        if number:
            background_tasks.spawn(work(number - 1))

    background_tasks.spawn(work(3))
    await background_tasks.settle()
    assert done == [3, 2, 1, 0]


async def test_an_accident_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    background_tasks = BackgroundTasks()

    async def fail() -> None:
        raise RuntimeError("an accident")

    with caplog.at_level(logging.ERROR):
        logging.getLogger("velatura").propagate = True
        background_tasks.spawn(fail())
        await background_tasks.settle()
    assert "an accident" in caplog.text
