"""Many clients that submit, cancel, vanish and come back: every job ends once, nothing is lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.backend.live import ENDS, Served, echo_task, served
from velatura_protocol.codec import encode
from velatura_protocol.messages import (
    Accepted,
    Cancel,
    Error,
    JobEvent,
    ListJobs,
    Ping,
    Pong,
    Priority,
    Result,
    Resume,
    ResumePoint,
    Submit,
)

JOBS = 12


class Tale:
    """What one client has heard of its jobs, over all its connections."""

    def __init__(self) -> None:
        self.events: dict[str, list[JobEvent]] = {}

    def add(self, events: list[JobEvent]) -> None:
        for event in events:
            mine = self.events.setdefault(event.job, [])
            assert not mine or event.seq > mine[-1].seq, (mine[-1], event)
            mine.append(event)

    def resume_points(self) -> tuple[ResumePoint, ...]:
        return tuple(
            ResumePoint(job, events[-1].seq)
            for job, events in self.events.items()
            if not isinstance(events[-1], ENDS)
        )


async def wild_client(backend: Served, name: str, seed: int) -> Tale:
    rng = random.Random(seed)
    tale = Tale()
    left = [f"{name}-{number}" for number in range(JOBS)]
    while left or tale.resume_points():
        async with backend.client(name=name, resume=tale.resume_points()) as client:
            await client.upload_echo_inputs()
            batch, left = left[:4], left[4:]
            for job in batch:
                seconds = rng.choice((0.0, 0.0, 0.02))
                task = echo_task(parameters={"seconds": seconds}, variations=rng.choice((1, 2)))
                await client.send(Submit(job, task, rng.choice(tuple(Priority)), live="l"))
                if rng.random() < 0.4:
                    await client.send(Cancel(job))
            if left and rng.random() < 0.5:
                client.cut()
                await client.until_closed()
            else:
                known = {*batch, *(point.job for point in tale.resume_points())}
                await client.until(lambda known=known, client=client: _all_told(client, known))
            heard = [event for event in client.events if isinstance(event, JobEvent)]
            tale.add(heard)
            # What was cut off before it was accepted is submitted anew.
            left = [job for job in batch if job not in tale.events] + left
    return tale


def _all_told(client, jobs: set[str]) -> bool:
    return all(
        any(isinstance(event, ENDS) for event in client.story(job)) or client.seen(Error, job=job)
        for job in jobs
    )


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_job_ends_exactly_once(tmp_path: Path, seed: int) -> None:
    names = ("ann", "bob", "cyd")
    async with served(tmp_path) as backend:
        async with asyncio.timeout(90):
            work = (wild_client(backend, name, seed * 10 + n) for n, name in enumerate(names))
            tales = await asyncio.gather(*work)
        assert backend.backend.services.dispatcher.is_idle
        for name in names:
            async with backend.client(name=name) as client:
                for number in range(JOBS):
                    job = f"{name}-{number}"
                    await client.send(Resume(job))
                    await client.until(
                        lambda job=job, client=client: (
                            client.seen(Error, job=job)
                            or any(isinstance(e, ENDS) for e in client.story(job))
                        )
                    )
                    kinds = Counter(type(event) for event in client.story(job))
                    # A job that was cancelled while it was uploaded left no trace.
                    if not client.seen(Error, job=job):
                        assert sum(kinds[end] for end in ENDS) == 1
                        assert kinds[Accepted] == 1
                        assert kinds[Result] <= 2
    for tale in tales:
        for events in tale.events.values():
            assert sum(isinstance(event, ENDS) for event in events) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_noise_never_hurts_another_client(backend: Served, seed: int) -> None:
    rng = random.Random(seed)
    messages = [
        encode(Submit("j", echo_task())),
        encode(ListJobs(1)),
        encode(Resume("j")),
        encode(Cancel("j")),
    ]
    async with backend.client(name="calm") as calm:
        for round_number in range(40):
            async with backend.client(name="wild") as wild:
                data = bytearray(rng.choice(messages))
                for _ in range(rng.randint(1, 4)):
                    data[rng.randrange(len(data))] = rng.randrange(256)
                await wild.socket.send(bytes(data))
                await calm.send(Ping(round_number))
                await calm.wait_for(Pong, token=round_number)
