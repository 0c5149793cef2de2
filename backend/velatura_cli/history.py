"""The backend's history, asked over a connection of one command's own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import TypeVar

from velatura_plugin.app import App
from velatura_plugin.client.events import (
    ClientEvent,
    HistoryArrived,
    JobRefused,
    RequestDone,
    VariationArrived,
)
from velatura_plugin.client.order import JobOrder
from velatura_protocol.errors import BackendUnavailable, NotFound
from velatura_protocol.geometry import Size
from velatura_protocol.messages import CancelledJob, Failed, Finished, JobSummary
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.tasks import Canvas, Task

from .connecting import connect, silence
from .files_host import FilesHost
from .interruption import Interruption
from .link import Link
from .loop import MainLoop

MOST_LISTED = 1000
"""As many as a backend lists at a time."""

Answer = TypeVar("Answer", HistoryArrived, RequestDone)


class History:
    def __init__(self, app: App, link: Link) -> None:
        self._app = app
        self._link = link

    def jobs(self) -> tuple[JobSummary, ...]:
        """Everybody's, newest first, however many there are."""
        return all_pages(self._page)

    def _page(self, before: str) -> tuple[JobSummary, ...]:
        """:raises NotFound: the job that it is to begin after is gone"""
        client = self._app.client
        return self._ask(
            lambda: client.list_jobs(limit=MOST_LISTED, everyone=True, before=before),
            HistoryArrived,
        ).jobs

    def forget(self, jobs: Sequence[str]) -> int:
        """How many of them were ended, and are gone with their results."""
        parts = [jobs[first : first + MOST_LISTED] for first in range(0, len(jobs), MOST_LISTED)]
        return sum(map(self._forget, parts))

    def _forget(self, jobs: Sequence[str]) -> int:
        return self._ask(
            lambda: self._app.client.forget(tuple(jobs), everyone=True), RequestDone
        ).count

    def variations(self, job: JobSummary) -> tuple[VariationArrived, ...]:
        """A job's good variations with their pixels, in order. The job has ended.

        :raises VelaturaError: it is no longer there
        """
        heard: list[VariationArrived] = []
        ends: list[ClientEvent] = []

        def hear(event: ClientEvent) -> None:
            if isinstance(event, VariationArrived) and event.job == job.job:
                heard.append(event)
            if isinstance(event, Finished | Failed | CancelledJob | JobRefused):
                ends.append(event)

        unwatch = self._app.controller.watch(hear)
        try:
            self._app.client.follow(JobOrder(job.job, _unknown_task(job), {}))
            self._link.wait_for(lambda: bool(ends))
        finally:
            unwatch()
        end = ends[0]
        if isinstance(end, JobRefused):
            raise end.error.exception()
        return tuple(heard)

    def _ask(self, ask: Callable[[], int], kind: type[Answer]) -> Answer:
        """:raises VelaturaError: the backend's answer, if it is an error"""
        heard: list[HistoryArrived | RequestDone] = []

        def hear(event: ClientEvent) -> None:
            if isinstance(event, HistoryArrived | RequestDone) and event.request == number:
                heard.append(event)

        unwatch = self._app.controller.watch(hear)
        try:
            number = ask()
            self._link.wait_for(lambda: bool(heard))
        finally:
            unwatch()
        answer = heard[0]
        if isinstance(answer, kind):
            return answer
        assert isinstance(answer, RequestDone)
        raise answer.error.exception() if answer.error else BackendUnavailable(reason="no answer")


def all_pages(page: Callable[[str], tuple[JobSummary, ...]]) -> tuple[JobSummary, ...]:
    """``page`` gives those before the job of an id, the newest for an empty one, and none when
    there are no more; or raises :class:`NotFound` when that job is gone meanwhile."""
    found: dict[str, JobSummary] = {}
    while True:
        last = next(reversed(found), "")
        try:
            new = {each.job: each for each in page(last) if each.job not in found}
        except NotFound:
            if not last:
                raise
            # It is no longer listed either; the one before it leads on.
            del found[last]
            continue
        if not new:
            # Also from a backend that is older than pages: it begins at the newest again.
            return tuple(found.values())
        found |= new


def _unknown_task(job: JobSummary) -> Task:
    return Task(job.operation, Canvas(Size(0, 0), MASK_FORMAT))


@contextmanager
def open_history() -> Generator[History, None, None]:
    """:raises BackendUnavailable: none could be met or started"""
    loop = MainLoop()
    host = FilesHost(f"files/{version('velatura')}", loop.post)
    with Interruption(loop.wake) as interruption:
        link = Link(loop, interruption, lambda: connect(host), silence)
        try:
            yield History(link.app(), link)
        finally:
            link.close()
