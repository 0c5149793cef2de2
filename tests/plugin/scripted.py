"""A backend of a few lines, on the protocol's own server session: it inverts what it is sent.

It keeps jobs, events and blobs over connections as the real one does, in memory. Its script says
where it stops and waits, what fails, and after how many frames a connection is cut.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

from velatura_plugin.client.events import LinkChanged
from velatura_plugin.transport.base import Frame, TransportClosed
from velatura_plugin.transport.memory import MemoryTransport
from velatura_protocol.engines import ContextRule, EngineSpec, RoleSpec
from velatura_protocol.errors import BackendUnavailable, NotFound, VelaturaError
from velatura_protocol.events import JobState, Phase
from velatura_protocol.geometry import Size
from velatura_protocol.messages import (
    Accepted,
    Ack,
    BlobGet,
    BlobRef,
    Cancel,
    CancelledJob,
    DescribeModel,
    Done,
    Error,
    ErrorInfo,
    Failed,
    Favourite,
    Finished,
    Forget,
    Hello,
    ImportModels,
    InstallModel,
    JobEvent,
    Jobs,
    JobSummary,
    Limits,
    ListJobs,
    ListModels,
    Models,
    Patch,
    Preview,
    Progress,
    RemoveModel,
    Result,
    ResultLayer,
    Resume,
    Started,
    StopModel,
    Submit,
    Variation,
    VariationFailed,
    VerifyModel,
    Welcome,
)
from velatura_protocol.pixels import MASK_FORMAT, PixelFormat
from velatura_protocol.provenance import Provenance
from velatura_protocol.session import (
    BlobFailed,
    BlobOpened,
    BlobReceived,
    ServerSession,
)
from velatura_protocol.tasks import Intent, Operation, Role

INVERTER = EngineSpec(
    id="inverter",
    name="Inverter",
    version="1",
    operations=tuple(Operation),
    sentence="Inverts.",
    intents=tuple(intent for intent in Intent if intent is not Intent.NONE),
    roles=(RoleSpec(Role.IMAGE), RoleSpec(Role.MASK), RoleSpec(Role.EXCLUDE), RoleSpec(Role.STYLE)),
    context=ContextRule(factor=0.5, minimum=2),
    takes_prompt=True,
)


def digest_of(data: bytes | bytearray) -> str:
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def inverted(data: bytes, index: int) -> bytes:
    """What the backend makes of pixels; another thing for each variation, and never invisible."""
    return bytes(value ^ (0x15 + index) for value in data)


@dataclass
class Script:
    """``hold``: names of steps (``accepted``, ``started``, ``result-1`` …) before which it waits
    until they are released. ``errors``: variations that fail. ``failure``: the whole job fails."""

    hold: set[str] = field(default_factory=set)
    errors: dict[int, VelaturaError] = field(default_factory=dict)
    failure: VelaturaError | None = None
    refusal: VelaturaError | None = None
    previews: int = 1


@dataclass
class _Job:
    submit: Submit
    events: list[JobEvent] = field(default_factory=list)
    acked: int = 0
    is_cancelled: bool = False
    is_started: bool = False
    is_favourite: bool = False


class ScriptedBackend:
    """``dial`` is what a client connects with. All state lives on one loop in one thread."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.jobs: dict[str, _Job] = {}
        self.blobs: dict[str, bytes] = {}
        self.connections = 0
        self.uploaded_bytes = 0
        self.is_down = False
        self.frames_before_cut: list[int] = []
        self.models = Models(0)
        self.model_requests: SimpleQueue[object] = SimpleQueue()
        self._released = asyncio.Event()
        self._ends: list[MemoryTransport] = []
        self._links: list[_Link] = []
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
        link = _Link(self, end)
        self._links.append(link)
        self.spawn(link.run())

    def spawn(self, work: object) -> None:
        task = self.loop.create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def tell(self, job: _Job, event: JobEvent) -> None:
        job.events.append(event)
        for link in self._links:
            if job.submit.job in link.follows:
                link.send(event)

    def next_seq(self, job: _Job) -> int:
        return (job.events[-1].seq if job.events else 0) + 1

    async def pass_step(self, job: _Job, step: str) -> bool:
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

    async def work(self, job: _Job, inputs: dict[str, str]) -> None:
        """A job from its inputs' digests to its end."""
        if not await self._steps(job, inputs):
            self.tell(job, CancelledJob(job.submit.job, self.next_seq(job), Phase.STEPPING))

    async def _steps(self, job: _Job, inputs: dict[str, str]) -> bool:
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

    def _preview(self, job: _Job, inputs: dict[str, str], index: int, number: int) -> None:
        task = job.submit.task
        if task.preview is None or not task.crops:
            return
        crop = task.crops[0]
        data = inverted(self.blobs[inputs[crop.blob]], index)
        for link in self._links:
            link.preview(job.submit.job, index, number, crop.region, crop.format, data)

    def _variation(self, job: _Job, inputs: dict[str, str], index: int) -> Variation:
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


class _Link:
    """One connection of a client."""

    def __init__(self, backend: ScriptedBackend, transport: MemoryTransport) -> None:
        self._backend = backend
        self._transport = transport
        self._session = ServerSession(Limits(chunk_bytes=64, window_bytes=128, message_bytes=65536))
        self._work = asyncio.Event()
        self._names: dict[str, str] = {}
        self._buffers: dict[str, bytearray] = {}
        self._pending: list[_Job] = []
        self._number = 0
        self.follows: set[str] = set()
        self.is_over = False

    async def run(self) -> None:
        sending = asyncio.ensure_future(self._send_loop())
        try:
            while True:
                frame = await self._transport.receive()
                for event in self._session.receive(bytes(frame)):
                    self._handle(event)
                self._work.set()
        except TransportClosed:
            self.is_over = True
        finally:
            self.is_over = True
            self._session.connection_lost()
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send_loop(self) -> None:
        while True:
            self._work.clear()
            while (data := self._session.next_message()) is not None:
                await self._transport.send(data)
                self._session.take_events()
            await self._work.wait()

    def send(self, message: object) -> None:
        if not self.is_over:
            self._session.send(message)  # type: ignore[arg-type]
            self._work.set()

    def send_pixels(
        self, name: str, size: Size, form: PixelFormat, data: bytes, digest: str
    ) -> None:
        if not self.is_over:
            self._session.send_blob(name, size, form, data, digest=digest)
            self._work.set()

    def preview(self, job, index, number, region, form, data) -> None:
        if job not in self.follows or self.is_over:
            return
        self._number += 1
        name = f"preview-{self._number}"
        self.send(Preview(job, index, region, name, region.size, form))
        self.send_pixels(name, region.size, form, data, "")

    def _handle(self, event: object) -> None:
        backend = self._backend
        match event:
            case Hello():
                welcome = Welcome(event.newest, "scripted", tuple(Operation), (INVERTER,), Limits())
                self._session.welcome(welcome)
                for point in event.resume:
                    self._resume(point.job, point.after_seq)
            case BlobOpened(header):
                if header.digest and header.digest in backend.blobs:
                    self._names[header.blob] = header.digest
                    self._session.have_blob(header.blob)
                else:
                    self._session.accept_blob(header.blob, _Sink(self, header.blob))
            case BlobReceived(header, digest):
                data = bytes(self._buffers.pop(header.blob))
                backend.blobs[digest] = data
                backend.uploaded_bytes += len(data)
                self._names[header.blob] = digest
            case BlobFailed():
                pass
            case Submit():
                self._submit(event)
            case Resume(job, after_seq):
                self._resume(job, after_seq)
            case Cancel(job):
                self._cancel(job)
            case Ack(job, seq):
                backend.jobs[job].acked = max(seq, backend.jobs[job].acked)
            case BlobGet(digest):
                self._get(digest)
            case ListJobs(request, key):
                rows = [_summary(each) for each in reversed(backend.jobs.values())]
                listed = tuple(each for each in rows if key in ("", each.document_key))
                self.send(Jobs(request, listed))
            case Forget(request, jobs):
                for name in jobs:
                    backend.jobs.pop(name, None)
                self.send(Done(request, len(jobs)))
            case Favourite(request, name, favourite):
                self._favour(request, name, favourite)
            case ListModels(request):
                self.send(replace(backend.models, request=request))
            case (
                InstallModel()
                | ImportModels()
                | DescribeModel()
                | VerifyModel()
                | RemoveModel()
                | StopModel()
            ):
                backend.model_requests.put(event)
            case _:
                pass
        self._begin_jobs()

    def fill(self, blob: str, data: memoryview) -> None:
        self._buffers.setdefault(blob, bytearray()).extend(data)
        self._session.consumed(blob, data.nbytes)

    def _submit(self, submit: Submit) -> None:
        if self._backend.script.refusal is not None:
            error = ErrorInfo.of(self._backend.script.refusal)
            self.send(Error("submit", error, submit.job))
            return
        known = self._backend.jobs.get(submit.job)
        if known is not None:
            self._resume(submit.job, 0)
            return
        self._pending.append(_Job(submit))

    def _cancel(self, name: str) -> None:
        pending = [each for each in self._pending if each.submit.job == name]
        if pending:
            self._pending.remove(pending[0])
            self._backend.jobs[name] = pending[0]
            self.follows.add(name)
            self._backend.tell(pending[0], CancelledJob(name, 1, Phase.UPLOADING))
        elif name in self._backend.jobs:
            self._backend.cancel(name)
        else:
            self.send(Error("cancel", ErrorInfo.of(NotFound(what="job", id=name)), name))

    def _begin_jobs(self) -> None:
        """Those whose inputs are all here."""
        for job in list(self._pending):
            wanted = [each.blob for each in job.submit.task.inputs]
            if all(blob in self._names for blob in wanted):
                self._pending.remove(job)
                self._backend.jobs[job.submit.job] = job
                self.follows.add(job.submit.job)
                inputs = {blob: self._names[blob] for blob in wanted}
                self._backend.spawn(self._backend.work(job, inputs))

    def _resume(self, name: str, after_seq: int) -> None:
        job = self._backend.jobs.get(name)
        if job is None:
            self.send(Error("resume", ErrorInfo.of(NotFound(what="job", id=name)), name))
            return
        self.follows.add(name)
        for event in job.events:
            if event.seq > after_seq:
                self.send(event)

    def _favour(self, request: int, name: str, favourite: bool) -> None:
        if name not in self._backend.jobs:
            missing = ErrorInfo.of(NotFound(what="job", id=name))
            self.send(Error("favourite", missing, name, request))
            return
        self._backend.jobs[name].is_favourite = favourite
        self.send(Done(request, 1))

    def _get(self, digest: str) -> None:
        data = self._backend.blobs.get(digest)
        if data is None:
            self.send(Error("blob_get", ErrorInfo.of(NotFound(what="blob", id=digest))))
            return
        for job in self._backend.jobs.values():
            for ref in _refs(job):
                if ref.digest == digest:
                    self._number += 1
                    self.send_pixels(f"blob-{self._number}", ref.size, ref.format, data, digest)
                    return


class _Sink:
    def __init__(self, link: _Link, blob: str) -> None:
        self._link = link
        self._blob = blob

    def write(self, data: memoryview, /) -> None:
        self._link.fill(self._blob, data)


class CutTransport:
    """Loses its connection after so many frames, counting both directions."""

    def __init__(self, inner: MemoryTransport, frames: int) -> None:
        self._inner = inner
        self._left = frames
        self.was_cut = False

    def _count(self) -> None:
        if self._left == 0:
            self._inner.cut()
            raise TransportClosed(reason="cut")
        self._left -= 1

    async def send(self, frame: Frame) -> None:
        self._count()
        await self._inner.send(frame)

    async def receive(self) -> Frame:
        frame = await self._inner.receive()
        self._count()
        return frame

    async def close(self) -> None:
        await self._inner.close()


def _summary(job: _Job) -> JobSummary:
    task, ends = job.submit.task, [type(each) for each in job.events]
    good = [each.variation for each in job.events if isinstance(each, Result)]
    ended = {Finished: JobState.FINISHED, Failed: JobState.FAILED}
    return JobSummary(
        job.submit.job,
        next((state for kind, state in ended.items() if kind in ends), JobState.RUNNING),
        task.operation,
        task.engine,
        1.0,
        len(good),
        task.prompt,
        task.document_key,
        job.is_favourite,
        thumbnails=tuple(each.thumbnail for each in good if each.thumbnail),
        intent=task.intent,
        canvas=task.canvas.size,
        margins=task.canvas.margins,
    )


def _refs(job: _Job) -> list[BlobRef]:
    found = []
    for event in job.events:
        if isinstance(event, Result):
            if event.variation.thumbnail:
                found.append(event.variation.thumbnail)
            for layer in event.variation.layers:
                for patch in layer.patches:
                    found += [patch.pixels, *([patch.mask] if patch.mask else [])]
    return found
