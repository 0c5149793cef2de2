"""A backend of a few lines, on the protocol's own server session: it inverts what it is sent.

It keeps jobs, events and blobs over connections as the real one does, in memory. Its script says
where it stops and waits, what fails, and after how many frames a connection is cut.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue

from tests.plugin.scripted_jobs import ScriptedJob, digest_of, inverted
from tests.plugin.scripted_link import CutTransport, Link
from velatura_plugin.client.events import LinkChanged
from velatura_plugin.transport.memory import MemoryTransport
from velatura_protocol.errors import BackendUnavailable, VelaturaError
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size
from velatura_protocol.messages import (
    Accepted,
    BlobRef,
    CancelledJob,
    ErrorInfo,
    Failed,
    Finished,
    JobEvent,
    Models,
    Patch,
    Progress,
    Result,
    ResultLayer,
    Started,
    Variation,
    VariationFailed,
)
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Role


@dataclass
class Script:
    """``hold``: names of steps (``accepted``, ``started``, ``result-1`` …) before which it waits
    until they are released. ``errors``: variations that fail. ``failure``: the whole job fails."""

    hold: set[str] = field(default_factory=set)
    errors: dict[int, VelaturaError] = field(default_factory=dict)
    failure: VelaturaError | None = None
    refusal: VelaturaError | None = None
    previews: int = 1


class ScriptedBackend:
    """``dial`` is what a client connects with. All state lives on one loop in one thread."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.jobs: dict[str, ScriptedJob] = {}
        self.blobs: dict[str, bytes] = {}
        self.connections = 0
        self.uploaded_bytes = 0
        self.is_down = False
        self.frames_before_cut: list[int] = []
        self.models = Models(0)
        self.model_requests: SimpleQueue[object] = SimpleQueue()
        self._released = asyncio.Event()
        self._ends: list[MemoryTransport] = []
        self._links: list[Link] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    async def dial(self, report: Callable[[LinkChanged], None]) -> MemoryTransport | CutTransport:
        if self.is_down:
            raise BackendUnavailable(reason="refused")
        ours, theirs = MemoryTransport.pair()
        self.connections += 1
        self._ends.append(ours)
        self.loop.call_soon_threadsafe(self._serve, ours)
        if self.frames_before_cut:
            return CutTransport(theirs, self.frames_before_cut.pop(0))
        return theirs

    def answer(self, message: object) -> None:
        """To every client, from another thread."""

        def send() -> None:
            for link in self._links:
                link.send(message)

        self.loop.call_soon_threadsafe(send)

    def release(self, *steps: str) -> None:
        """Lets it go on past the steps it waits before."""

        def release() -> None:
            self.script.hold -= set(steps)
            self._released.set()
            self._released = asyncio.Event()

        self.loop.call_soon_threadsafe(release)

    def cut(self) -> None:
        """Pulls the cable of every connection."""
        for end in self._ends:
            end.cut()

    def settle(self) -> None:
        """Returns when it has handled everything that came before its clients closed."""

        async def settle() -> None:
            await asyncio.gather(*self._tasks)

        asyncio.run_coroutine_threadsafe(settle(), self.loop).result(60)

    def close(self) -> None:
        async def stop() -> None:
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), self.loop).result(60)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()

    # -- on its own loop

    def _serve(self, end: MemoryTransport) -> None:
        link = Link(self, end)
        self._links.append(link)
        self.spawn(link.run())

    def spawn(self, work: object) -> None:
        task = self.loop.create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def tell(self, job: ScriptedJob, event: JobEvent) -> None:
        job.events.append(event)
        for link in self._links:
            if job.submit.job in link.follows:
                link.send(event)

    def next_seq(self, job: ScriptedJob) -> int:
        return (job.events[-1].seq if job.events else 0) + 1

    async def pass_step(self, job: ScriptedJob, step: str) -> bool:
        """Waits where the script says; False once the job is cancelled."""
        while step in self.script.hold and not job.is_cancelled:
            await self._released.wait()
        return not job.is_cancelled

    def cancel(self, name: str) -> None:
        job = self.jobs.get(name)
        if job is not None:
            job.is_cancelled = True
            self._released.set()
            self._released = asyncio.Event()

    async def work(self, job: ScriptedJob, inputs: dict[str, str]) -> None:
        """A job from its inputs' digests to its end."""
        if not await self._steps(job, inputs):
            self.tell(job, CancelledJob(job.submit.job, self.next_seq(job), Phase.STEPPING))

    async def _steps(self, job: ScriptedJob, inputs: dict[str, str]) -> bool:
        name, task = job.submit.job, job.submit.task
        if not await self.pass_step(job, "accepted"):
            return False
        self.tell(job, Accepted(name, self.next_seq(job)))
        if not await self.pass_step(job, "started"):
            return False
        self.tell(job, Started(name, self.next_seq(job), task.engine, "cpu"))
        self.tell(job, Progress(name, self.next_seq(job), Phase.STEPPING, 0.5, 0, 1, 2))
        if self.script.failure is not None:
            failure = ErrorInfo.of(self.script.failure)
            self.tell(job, Failed(name, self.next_seq(job), failure))
            return True
        for index in range(task.variations):
            for number in range(self.script.previews):
                self._preview(job, inputs, index, number)
            if not await self.pass_step(job, f"result-{index}"):
                return False
            if index in self.script.errors:
                error = ErrorInfo.of(self.script.errors[index])
                self.tell(job, VariationFailed(name, self.next_seq(job), index, error))
            else:
                variation = self._variation(job, inputs, index)
                self.tell(job, Result(name, self.next_seq(job), variation))
        if not await self.pass_step(job, "finished"):
            return False
        self.tell(job, Finished(name, self.next_seq(job)))
        return True

    def _preview(self, job: ScriptedJob, inputs: dict[str, str], index: int, number: int) -> None:
        task = job.submit.task
        if task.preview is None or not task.crops:
            return
        crop = task.crops[0]
        data = inverted(self.blobs[inputs[crop.blob]], index)
        for link in self._links:
            link.preview(job.submit.job, index, number, crop.region, crop.format, data)

    def _variation(self, job: ScriptedJob, inputs: dict[str, str], index: int) -> Variation:
        task = job.submit.task
        masks = {each.region: each for each in task.with_role(Role.MASK)}
        patches = []
        for crop in task.crops:
            pixels = self.store(inverted(self.blobs[inputs[crop.blob]], index))
            ref = BlobRef(pixels, crop.region.size, crop.format)
            mask = masks.get(crop.region)
            mask_ref = mask and BlobRef(inputs[mask.blob], crop.region.size, MASK_FORMAT)
            patches.append(Patch(crop.region, ref, mask_ref))
        bounds = patches[0].region
        for patch in patches:
            bounds = bounds.union(patch.region)
        thumbnail = BlobRef(self.store(bytes([index] * 4)), Size(2, 2), MASK_FORMAT)
        provenance = Provenance(
            task.operation, task.engine, "1", "scripted", task.seed + index, "", ""
        )
        layer = ResultLayer("result", bounds, tuple(patches))
        return Variation(index, task.seed + index, (layer,), provenance, thumbnail)

    def store(self, data: bytes) -> str:
        digest = digest_of(data)
        self.blobs[digest] = data
        return digest
