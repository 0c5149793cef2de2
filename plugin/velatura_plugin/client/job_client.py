"""The backend as the controller sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from velatura_protocol.messages import BlobRef

from .events import ClientEvent
from .order import JobOrder

CLOSE_SECONDS = 0.05
"""How long a close may hold up the UI thread."""


class JobClient(Protocol):
    """Takes jobs and tells what becomes of them. No call blocks; all may come from any thread.

    The listener is called on the client's own I/O thread.
    """

    def connect(self, listener: Callable[[ClientEvent], None]) -> None:
        """Starts to look for the backend and keeps the connection from then on."""
        ...

    def retry_now(self) -> None:
        """Cuts the wait before the next attempt short."""
        ...

    def submit(self, order: JobOrder) -> None:
        """Sends the job now, or as soon as there is a connection."""
        ...

    def cancel(self, job: str) -> None: ...

    def acknowledge(self, job: str, seq: int) -> None:
        """The job's events up to ``seq`` are dealt with; the backend need not repeat them."""
        ...

    def list_jobs(self, *, document_key: str = "", limit: int = 50, everyone: bool = False) -> int:
        """The request's number; the answer is a :class:`~.events.HistoryArrived` with it."""
        ...

    def forget(self, jobs: tuple[str, ...], *, everyone: bool = False) -> int: ...

    def set_favourite(self, job: str, *, favourite: bool) -> int:
        """Whether it is kept whatever the retention says; answered like :meth:`forget`."""
        ...

    def follow(self, order: JobOrder) -> None:
        """Has a job of the history told once more, from its first event, with its pixels.

        Of the order only the id matters: the backend has the rest.
        """
        ...

    def fetch(self, refs: tuple[BlobRef, ...]) -> None:
        """Pixels that belong to a list of jobs: each comes as a
        :class:`~.events.PixelsArrived`, or not at all."""
        ...

    def close(self, *, seconds: float = CLOSE_SECONDS) -> None:
        """Ends the connection and the I/O thread, and waits for that for at most ``seconds``. Jobs
        go on."""
        ...
