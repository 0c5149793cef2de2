"""What is kept: listing, favourites, forgetting, and letting go of blobs nobody needs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from velatura_protocol.errors import BadMessage, NotFound, NotYourJob
from velatura_protocol.events import JobState
from velatura_protocol.geometry import Margins
from velatura_protocol.messages import BlobRef, ErrorInfo, Failed, JobSummary
from velatura_protocol.tasks import Intent, Operation, Task

from ..background_tasks import BackgroundTasks
from ..config import Retention
from .blobstore import BlobStore
from .journal import Journal
from .kept_messages import unpack_event, unpack_submit
from .records import JobRow, Purpose
from .retention import expired
from .thread import JournalThread

_MOST_LISTED = 1000


@dataclass(frozen=True)
class Caller:
    """Who asks. ``owns_all``: has shown the secret of the token's owner."""

    client: str
    owns_all: bool = False

    def may_see(self, owner: str) -> bool:
        return self.owns_all or owner == self.client

    def check(self, owner: str) -> None:
        """:raises NotYourJob: it belongs to another client"""
        if not self.may_see(owner):
            raise NotYourJob


class History:
    def __init__(self, journal: JournalThread, store: BlobStore) -> None:
        self._journal = journal
        self._store = store
        self._background_tasks = BackgroundTasks()

    async def row(self, caller: Caller, job: str) -> JobRow:
        """:raises NotFound: no such job
        :raises NotYourJob: it belongs to another client
        """
        return _seen(caller, job, await self._journal.look(lambda journal: journal.job(job)))

    async def list_jobs(
        self, caller: Caller, document_key: str, limit: int, *, everyone: bool, before: str = ""
    ) -> tuple[JobSummary, ...]:
        """Newest first; with ``before`` only those older than that job.

        :raises NotFound, NotYourJob: see :meth:`row`; there is no such job to begin after
        """
        owner = None if everyone else caller.client
        count = min(limit, _MOST_LISTED)

        def act(journal: Journal) -> tuple[JobSummary, ...]:
            if before:
                _seen(caller, before, journal.job(before))
            rows = journal.newest(owner, document_key, count, before)
            return tuple(_summary(journal, row) for row in rows if _is_known(row))

        return await self._journal.run(act)

    async def set_favourite(self, caller: Caller, job: str, *, favourite: bool) -> None:
        """:raises NotFound, NotYourJob: see :meth:`row`"""
        await self.row(caller, job)
        await self._journal.run(
            lambda journal: journal.set_favourite(job, favourite=favourite), shares=True
        )

    async def acknowledge(self, caller: Caller, seqs: Mapping[str, int]) -> tuple[str, ...]:
        """Notes for each job up to where the client has its events. A job that is gone meanwhile is
        passed over: an acknowledgement asks for nothing. Returns those that are not the caller's:
        nothing is noted for them."""

        def act(journal: Journal) -> tuple[str, ...]:
            rows = [row for row in map(journal.job, seqs) if row is not None]
            mine = {row.job for row in rows if caller.may_see(row.owner)}
            journal.acknowledge({job: seqs[job] for job in mine})
            return tuple(row.job for row in rows if row.job not in mine)

        return await self._journal.run(act, shares=True, waits=False)

    async def forget(self, caller: Caller, jobs: Iterable[str], *, everyone: bool) -> int:
        """Deletes those that have ended: the caller's own, or anybody's. Returns how many."""
        wanted = tuple(jobs)

        def act(journal: Journal) -> int:
            rows = (journal.job(job) for job in wanted)
            names = [r.job for r in rows if r and (everyone or r.owner == caller.client)]
            return len(_forget(journal, self._store, names))

        return await self._journal.run(act)

    async def trim(self, policy: Retention) -> int:
        """Lets go of what the retention no longer covers; returns how many jobs."""

        def act(journal: Journal) -> int:
            gone = _forget(journal, self._store, expired(journal, policy))
            journal.keep_age()
            journal.take_ballast()
            return len(gone)

        return await self._journal.run(act)

    async def blob(self, caller: Caller, digest: str) -> BlobRef:
        """:raises NotFound: no job that the caller may see has it, or its file is gone"""
        owner = None if caller.owns_all else caller.client
        blob = await self._journal.look(lambda journal: journal.blob_of(owner, digest))
        if blob is None:
            raise NotFound(what="blob", id=digest)
        return blob

    async def take(self, digest: str) -> bool:
        """Keeps a blob until it is let go of; False if it is not here. Whoever gives up waiting has
        not taken it."""
        looking = asyncio.ensure_future(asyncio.to_thread(self._store.take, digest))
        try:
            return await asyncio.shield(looking)
        except asyncio.CancelledError:
            self._background_tasks.spawn(self._untake(looking, digest))
            raise

    async def _untake(self, looking: asyncio.Future[bool], digest: str) -> None:
        if await looking:
            await self.let_go((digest,))

    def let_go_soon(self, digests: Iterable[str]) -> None:
        """:meth:`let_go` for those who cannot wait."""
        self._background_tasks.spawn(self.let_go(digests))

    async def close(self) -> None:
        await self._background_tasks.dismiss()

    async def let_go(self, digests: Iterable[str]) -> None:
        """Undoes takes; what no job holds and nobody else has taken is deleted."""
        free = [digest for digest in digests if self._store.release(digest)]
        if free:
            await self._journal.run(
                lambda journal: self._store.discard(journal.unused(free)), shares=True, waits=False
            )


def _seen(caller: Caller, job: str, row: JobRow | None) -> JobRow:
    if row is None:
        raise NotFound(what="job", id=job)
    caller.check(row.owner)
    return row


def _forget(journal: Journal, store: BlobStore, jobs: Iterable[str]) -> tuple[str, ...]:
    # All in the journal's thread: no job can come to hold a blob between the look and the deletion.
    names = tuple(jobs)
    digests = {use.blob.digest for job in names for use in journal.uses(job)}
    gone = journal.forget(names)
    store.discard(journal.unused(digests))
    return gone


def _is_known(row: JobRow) -> bool:
    """A later version, since removed, may have had operations that this one does not."""
    return row.operation in {each.value for each in Operation}


def _summary(journal: Journal, row: JobRow) -> JobSummary:
    uses, task = journal.uses(row.job), _task(row)
    return JobSummary(
        job=row.job,
        state=row.state,
        operation=Operation(row.operation),
        engine=row.engine,
        created=row.created,
        variations=row.good,
        prompt=task.prompt if task else "",
        document_key=row.document_key,
        favourite=row.favourite,
        error=_error(journal, row),
        thumbnails=tuple(use.blob for use in uses if use.purpose is Purpose.THUMBNAIL),
        intent=task.intent if task else Intent.NONE,
        canvas=task.canvas.size if task else None,
        margins=task.canvas.margins if task else Margins(),
    )


def _task(row: JobRow) -> Task | None:
    try:
        return unpack_submit(row.submit).task
    except BadMessage:
        # Of a later version, as above.
        return None


def _error(journal: Journal, row: JobRow) -> ErrorInfo | None:
    stored = journal.last_event(row.job) if row.state is JobState.FAILED else None
    try:
        event = unpack_event(stored.message) if stored else None
    except BadMessage:
        return None
    return event.error if isinstance(event, Failed) else None
