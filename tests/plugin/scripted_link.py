"""A client's connection to the scripted backend."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.plugin.scripted_jobs import INVERTER, ScriptedJob, refs_of, summary_of
from velatura_plugin.transport.base import Frame, TransportClosed
from velatura_plugin.transport.memory import MemoryTransport
from velatura_protocol.errors import NotFound
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size
from velatura_protocol.messages import (
    Ack,
    BlobGet,
    Cancel,
    CancelledJob,
    DescribeModel,
    Done,
    Error,
    ErrorInfo,
    Favourite,
    Forget,
    Hello,
    ImportModels,
    InstallModel,
    Jobs,
    Limits,
    ListJobs,
    ListModels,
    Preview,
    RemoveModel,
    Resume,
    StopModel,
    Submit,
    VerifyModel,
    Welcome,
)
from velatura_protocol.pixels import PixelFormat
from velatura_protocol.session import (
    BlobFailed,
    BlobOpened,
    BlobReceived,
    ServerSession,
)
from velatura_protocol.tasks import Operation

if TYPE_CHECKING:
    from tests.plugin.scripted import ScriptedBackend


class Link:
    """One connection of a client."""

    def __init__(self, backend: ScriptedBackend, transport: MemoryTransport) -> None:
        self._backend = backend
        self._transport = transport
        self._session = ServerSession(Limits(chunk_bytes=64, window_bytes=128, message_bytes=65536))
        self._work = asyncio.Event()
        self._names: dict[str, str] = {}
        self._buffers: dict[str, bytearray] = {}
        self._pending: list[ScriptedJob] = []
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
                rows = [summary_of(each) for each in reversed(backend.jobs.values())]
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
        self._pending.append(ScriptedJob(submit))

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
            for ref in refs_of(job):
                if ref.digest == digest:
                    self._number += 1
                    self.send_pixels(f"blob-{self._number}", ref.size, ref.format, data, digest)
                    return


class _Sink:
    def __init__(self, link: Link, blob: str) -> None:
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
