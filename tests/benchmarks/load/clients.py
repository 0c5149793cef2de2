"""A client of the load: like an editor's, it comes back after every cut and goes on."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import (
    PROTOCOL,
    Accepted,
    Ack,
    BlobGet,
    Cancel,
    Error,
    Forget,
    Hello,
    JobEvent,
    Preview,
    Priority,
    Result,
    Resume,
    ResumePoint,
    Submit,
    Welcome,
)
from velatura_protocol.session import SeenEvents

from .arrivals import ArrivalLog
from .jobs import ENDS, LoadJob, Tally, pixels_of
from .loop import StampingSelector
from .pictures import picture
from .plan import Plan
from .talk import Talk

_LAST_WORDS = 0.1
"""Seconds for the last acknowledgement to get out."""


@dataclass(frozen=True)
class Ground:
    """What all clients of one process share."""

    url: str
    token_file: Path
    plan: Plan
    tally: Tally
    log: ArrivalLog
    selector: StampingSelector


class LoadClient:
    """See :meth:`run`. ``number`` decides all its dice."""

    def __init__(self, ground: Ground, number: int) -> None:
        self._ground = ground
        self._plan = ground.plan
        self._tally = ground.tally
        self._dice = random.Random(ground.plan.seed * 1000 + number)
        self._name = f"load-{number}-{secrets.token_hex(4)}"
        self._secret = secrets.token_hex(16)
        self._seen = SeenEvents()
        self._jobs: dict[str, LoadJob] = {}
        self._begun = 0
        self._may_begin = False
        self._until = 0.0
        self._strokes: asyncio.Task[None] | None = None
        self._done = asyncio.Event()
        self.welcomed = asyncio.Event()
        self._talk: Talk | None = None
        self._requests = 0

    async def run(self) -> None:
        """Connects, and returns when every job has ended, with its pixels."""
        while not self._done.is_set():
            await self._stay_connected()
            if not self._done.is_set():
                await asyncio.sleep(self._dice.uniform(0.02, self._plan.rest))

    def begin(self) -> None:
        """From now on there are jobs."""
        self._may_begin = True
        self._until = time.monotonic() + self._plan.seconds
        if self._plan.live_seconds:
            self._strokes = asyncio.create_task(self._paint())
        self._begin_more()

    def give_up(self) -> None:
        """The time is over: what has not ended by now is lost."""
        for job in self._jobs.values():
            self._tally.lost += 1
            self._tally.complain(f"{job.name} never ended: {job}")

    def cut(self) -> None:
        if self._talk is not None:
            self._talk.cut()

    # -- connections -------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        points = tuple(
            ResumePoint(job.name, job.delivered) for job in self._jobs.values() if job.is_accepted
        )
        hello = Hello(PROTOCOL, PROTOCOL, self._name, self._secret, "load", "1", resume=points)
        frames = self._plan.cut_frames and self._dice.randint(1, 2 * self._plan.cut_frames)
        self._talk = talk = Talk(
            hello,
            self._seen,
            on_event=self._handle,
            on_pixels=self._take_pixels,
            frames=frames,
            log=self._ground.log,
            selector=self._ground.selector,
        )
        self._tally.connects += 1
        with suppress(OSError, TimeoutError):
            await talk.open(self._ground.url, self._ground.token_file)
            waits = [asyncio.create_task(each.wait()) for each in (talk.lost, self._done)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in waits:
                each.cancel()
            if self._done.is_set():
                await asyncio.sleep(_LAST_WORDS)
        self._tally.cuts += talk.was_cut
        if talk.session.close_reason is not None:
            self._tally.refused["connection"] += 1
            self._tally.complain(f"the connection ended: {talk.session.close_reason!r}")
        self._talk = None
        talk.cut()
        for job in self._jobs.values():
            job.waiting.clear()

    def _greet(self) -> None:
        self.welcomed.set()
        for job in list(self._jobs.values()):
            if job.cancel_wanted:
                # Whether its submit ever arrived is unknown where it was not accepted.
                if not job.is_accepted:
                    self._send(Resume(job.name, 0))
                self._send(Cancel(job.name))
            elif not job.is_accepted:
                self._submit(job)
        self._begin_more()

    def _send(self, message: Any) -> None:
        if self._talk is not None:
            self._talk.send(message)

    @property
    def _is_open(self) -> bool:
        return self._talk is not None and self._talk.is_open

    # -- jobs --------------------------------------------------------------------------------------

    def _begin_more(self) -> None:
        if not self._may_begin:
            return
        in_flight = 0 if self._plan.live_seconds else self._plan.in_flight
        while self._is_open and len(self._jobs) < in_flight and self._has_more:
            self._begin()
        self._look_whether_done()

    @property
    def _has_more(self) -> bool:
        if self._plan.seconds:
            return time.monotonic() < self._until
        return self._begun < self._plan.jobs

    async def _paint(self) -> None:
        """Strokes at their own time, whatever becomes of them, connected or not."""
        while self._has_more:
            self._begin(live="stroke")
            await asyncio.sleep(self._plan.live_seconds)
        self._look_whether_done()

    def _begin(self, live: str = "") -> None:
        plan = self._plan
        self._begun += 1
        kind = plan.engines[self._begun % len(plan.engines)]
        job = LoadJob(secrets.token_hex(8), picture(kind, plan.side, self._dice), live)
        self._jobs[job.name] = job
        self._tally.submitted += 1
        if self._dice.random() < plan.cancel_share:
            delay = self._dice.uniform(0.0, plan.cancel_seconds)
            asyncio.get_running_loop().call_later(delay, self._cancel, job)
        if self._is_open:
            self._submit(job)

    def _submit(self, job: LoadJob) -> None:
        talk = self._talk
        if talk is None or not talk.is_open:
            return
        job.is_sent = True
        priority = Priority.LIVE if job.live else Priority.INTERACTIVE
        task = job.picture.task(job.name, self._plan)
        talk.send(Submit(job.name, task, priority, job.live))
        if talk.is_open:
            talk.send_inputs(job.name, job.picture)

    def _cancel(self, job: LoadJob) -> None:
        if job.name not in self._jobs or job.cancel_wanted:
            return
        job.cancel_wanted = True
        if job.is_sent:
            self._send(Cancel(job.name))
        else:
            self._finish(job, "never sent")

    def _finish(self, job: LoadJob, how: str) -> None:
        self._tally.end(job, how)
        del self._jobs[job.name]
        self._seen.forget(job.name)
        self._begin_more()

    def _look_whether_done(self) -> None:
        if not self._jobs and not self._has_more:
            self._done.set()

    # -- events ------------------------------------------------------------------------------------

    def _handle(self, event: Any) -> None:
        match event:
            case Welcome():
                self._greet()
            case Preview():
                self._tally.previews += 1
            case Error():
                self._handle_error(event)
            case _ if isinstance(event, JobEvent):
                self._take(event)
            case _:
                pass

    def _handle_error(self, error: Error) -> None:
        if error.about == BlobGet.t:
            self._tally.lost += 1
            self._tally.complain(f"pixels are gone: {error.error}")
            return
        job = self._jobs.get(error.job)
        is_unknown = error.error.code is ErrorCode.NOT_FOUND
        if job is None:
            return
        if job.cancel_wanted and not job.is_accepted and is_unknown:
            self._finish(job, "never heard of")
        elif error.error.code is ErrorCode.LIMIT_EXCEEDED:
            self._tally.refused["limit"] += 1
            self._finish(job, "refused")
        elif job.is_accepted:
            self._tally.complain(f"{job.name}: {error}")
        elif error.about == Submit.t:
            self._tally.complain(f"{job.name} was refused: {error}")
            self._finish(job, "refused")

    def _take(self, event: JobEvent) -> None:
        job = self._jobs.get(event.job)
        if job is None:
            return
        if isinstance(event, Accepted):
            job.is_accepted = True
        job.waiting.append(event)
        if isinstance(event, Result) and self._talk is not None:
            self._talk.ask(pixels_of(event.variation))
        self._advance(job)

    def _take_pixels(self, digest: str, data: bytes) -> None:
        for job in list(self._jobs.values()):
            if job.awaited == digest:
                job.delivered = job.waiting.popleft().seq
                self._tally.check(job, data)
                self._advance(job)

    def _advance(self, job: LoadJob) -> None:
        while job.waiting and not job.awaited:
            event = job.waiting.popleft()
            job.delivered = event.seq
            if isinstance(event, ENDS):
                self._send(Ack(job.name, event.seq))
                if self._plan.forgets and self._dice.random() < 0.9:
                    self._requests += 1
                    self._send(Forget(self._requests, (job.name,)))
                self._finish(job, type(event).__name__)
                return
