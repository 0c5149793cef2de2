"""Jobs and their inputs on their way out, over the socket or through the exchange folder."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable

from velatura_protocol.codec import encode
from velatura_protocol.errors import BadMessage, Interrupted
from velatura_protocol.messages import (
    Cancel,
    ClientRequest,
    ErrorInfo,
    Exchange,
    ExchangeProof,
    Resume,
)
from velatura_protocol.pixels import Pixels
from velatura_protocol.session import BlobKnown, BlobRejected, BlobSent, ClientSession

from .events import ClientEvent, UploadProgressed
from .exchange import MIN_BYTES, ExchangeFolder
from .jobbook import ClientJob, JobBook
from .uploading import Uploads, submit_message, wire_name

MAX_TRIES = 10
"""So many connections have broken off between a job's submit and its acceptance, and it is given
up: it may be the job that breaks them, and each attempt sends its pixels anew."""

_log = logging.getLogger(__name__)


class Uploader:
    """One per connection. ``wake`` says that the session has more to send; ``refused`` that the
    backend does not take an input, and so not its job."""

    def __init__(
        self,
        session: ClientSession,
        book: JobBook,
        uploads: Uploads,
        *,
        emit: Callable[[ClientEvent], None],
        send: Callable[[ClientRequest], None],
        wake: Callable[[], None],
        refused: Callable[[str, ErrorInfo], None],
    ) -> None:
        self._session = session
        self._book = book
        self._uploads = uploads
        self._emit = emit
        self._send = send
        self._wake = wake
        self._refused = refused
        self._exchange: ExchangeFolder | None = None
        self._settled = asyncio.Event()
        self._jobs: asyncio.Queue[ClientJob] = asyncio.Queue()

    def submit(self, job: ClientJob) -> None:
        self._jobs.put_nowait(job)

    def drop(self, job: str) -> None:
        """Sends no more of its inputs."""
        for name in self._uploads.names_of(job):
            self._session.drop_blob(name)

    async def offer(self, exchange: Exchange | None) -> ExchangeFolder | None:
        """Proves that the folder can be read, if it can. Inputs wait for the answer: it takes a
        moment, and saves copying them all."""
        folder = ExchangeFolder(exchange) if exchange else None
        proof = await asyncio.to_thread(folder.proof) if folder else None
        if folder is None or proof is None:
            self._settled.set()
            return None
        self._exchange = folder
        self._send(ExchangeProof(proof))
        return folder

    def settle_exchange(self) -> None:
        """The answer to the proof is here; the session knows which."""
        self._settled.set()

    async def run(self) -> None:
        await self._settled.wait()
        while True:
            job = await self._jobs.get()
            if self._book.get(job.name) is job:
                await self._upload(job)

    def handle(self, event: BlobSent | BlobKnown | BlobRejected) -> None:
        if isinstance(event, BlobRejected):
            job = self._uploads.job_of(event.blob)
            if job is not None:
                self._refused(job.name, event.error)
            return
        through = self._uploads.finish(
            event.blob, event.digest if isinstance(event, BlobSent) else ""
        )
        if through is None:
            return
        if through.ref is not None:
            self._book.know(through.ref, through.pixels)
        self._emit(UploadProgressed(through.job.name, *self._uploads.progress(through.job)))

    async def _upload(self, job: ClientJob) -> None:
        if job.is_cancelled:
            # A submit of it went out before the connection was lost; whether it arrived is unknown.
            self._send(Resume(job.name))
            self._send(Cancel(job.name))
            return
        if job.tries >= MAX_TRIES:
            # It may have arrived after all; nobody waits for it any more.
            self._send(Cancel(job.name))
            self._refused(job.name, ErrorInfo.of(Interrupted()))
            return
        message = submit_message(job)
        try:
            encode(message)
        except BadMessage as error:
            # Queued, it would end this connection and each one after it.
            self._refused(job.name, ErrorInfo.of(error))
            return
        job.is_sent = True
        job.tries += 1
        self._send(message)
        for key, pixels in job.order.blobs.items():
            if not await self._send_pixels(job, key, pixels):
                return

    async def _send_pixels(self, job: ClientJob, key: str, pixels: Pixels) -> bool:
        """False: the job is not wanted any more."""
        name = wire_name(job.name, key)
        # A digest takes twice as long as a copy: where a copy is enough, it saves nothing.
        by_file = not job.digests.get(key) and await self._put(name, pixels)
        if not by_file and not job.digests.get(key) and self._uploads.is_likely_known(pixels):
            job.digests[key] = await asyncio.to_thread(_digest, pixels)
        digest = job.digests.get(key, "")
        if self._book.get(job.name) is not job or job.is_cancelled or self._session.is_closed:
            return False
        self._uploads.begin(job, key, pixels)
        if by_file:
            self._session.send_file_blob(name, pixels.size, pixels.format)
        else:
            self._session.send_blob(name, pixels.size, pixels.format, pixels.data, digest=digest)
        self._wake()
        return True

    async def _put(self, name: str, pixels: Pixels) -> bool:
        """Whether the pixels lie in the exchange folder now."""
        exchange = self._exchange if self._session.files else None
        if exchange is None or memoryview(pixels.data).nbytes < MIN_BYTES:
            return False
        try:
            await asyncio.to_thread(exchange.put, name, pixels)
        except OSError as error:
            exchange.remove(name)
            _log.warning("exchange folder: %s; sending the pixels instead", error.strerror)
            return False
        return True


def _digest(pixels: Pixels) -> str:
    return hashlib.blake2b(pixels.data, digest_size=32).hexdigest()
