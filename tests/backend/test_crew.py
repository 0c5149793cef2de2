from __future__ import annotations

import asyncio
import logging

import pytest

from velatura_backend.crew import Crew


async def test_dismissed_tasks_are_gone() -> None:
    crew = Crew()
    tasks = [crew.spawn(asyncio.sleep(60)) for _ in range(3)]
    assert len(crew) == 3
    await crew.dismiss()
    assert all(task.cancelled() for task in tasks)
    assert len(crew) == 0


async def test_settling_waits_for_the_last() -> None:
    crew = Crew()
    done: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)
        if number:
            crew.spawn(work(number - 1))

    crew.spawn(work(3))
    await crew.settle()
    assert done == [3, 2, 1, 0]


async def test_an_accident_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    crew = Crew()

    async def fail() -> None:
        raise RuntimeError("an accident")

    with caplog.at_level(logging.ERROR):
        logging.getLogger("velatura").propagate = True
        crew.spawn(fail())
        await crew.settle()
    assert "an accident" in caplog.text
