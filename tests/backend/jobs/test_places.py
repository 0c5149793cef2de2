from __future__ import annotations

import asyncio

from velatura_backend.jobs.places import Places
from velatura_protocol.engines import Device

CPU = Device.CPU


class Board:
    """A queue whose order the test decides, and what was told of it."""

    def __init__(self, *jobs: str, seconds: float = 60.0, pause: float = 0.01) -> None:
        self.queue = list(jobs)
        self.looks = 0
        self.told: list[tuple[str, int]] = []
        self.places = Places(
            self.look, lambda job, place: self.told.append((job, place)), seconds, pause
        )
        for place, job in enumerate(jobs):
            self.places.know(job, place)

    def look(self, device: Device) -> dict[str, int]:
        self.looks += 1
        return {job: place for place, job in enumerate(self.queue)} if device is CPU else {}

    def pop(self) -> None:
        self.places.forget(self.queue.pop(0))
        self.places.changed(CPU)


async def test_the_first_change_is_told_at_once() -> None:
    board = Board("a", "b", "c")
    board.pop()
    assert board.told == [("b", 0), ("c", 1)]
    board.places.close()


async def test_changes_in_quick_succession_are_told_as_one() -> None:
    board = Board(*map(str, range(8)), seconds=0.05)
    for _ in range(7):
        board.pop()
    assert board.looks == 1
    async with asyncio.timeout(60):
        while board.looks < 2:
            await asyncio.sleep(0.01)
    assert board.told[-1] == ("7", 0)
    assert [place for job, place in board.told if job == "7"] == [6, 0]
    board.places.close()


async def test_far_back_only_what_makes_a_difference_is_told() -> None:
    board = Board(*(f"{n:04}" for n in range(1000)), seconds=0.0, pause=0.0)
    for _ in range(990):
        board.pop()
        for _ in range(12):
            await asyncio.sleep(0)
    last = [place for job, place in board.told if job == "0999"]
    assert last == sorted(last, reverse=True)
    assert last[-1] == 9
    assert len(last) < 60, "not once for each that ran"
    board.places.close()


async def test_a_long_queue_is_told_a_few_at_a_time() -> None:
    board = Board(*map(str, range(9)), *(f"far-{n}" for n in range(60)))
    board.queue = board.queue[30:]
    board.places.changed(CPU)
    first = len(board.told)
    assert 0 < first < 30
    gone = board.queue[25]
    board.places.forget(gone)
    async with asyncio.timeout(60):
        while len(board.told) < 38:
            await asyncio.sleep(0.005)
    assert gone not in dict(board.told)
    assert dict(board.told)[board.queue[-1]] == 38
    board.places.close()


async def test_who_was_told_no_place_is_told_none() -> None:
    board = Board("a", "b")
    board.queue.append("held")
    board.pop()
    assert board.told == [("b", 0)]
    board.places.close()


async def test_devices_rest_apart() -> None:
    board = Board("a", "b")
    board.places.changed(Device.ACCELERATOR)
    board.pop()
    assert board.told == [("b", 0)]
    board.places.close()
