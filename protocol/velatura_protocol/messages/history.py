"""The history and other requests that are answered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..fields import Id, Natural, OptionalId, ShortText
from .parts import ErrorInfo, JobSummary


@dataclass(frozen=True)
class ListJobs:
    """The client's own jobs, newest first; ``everyone`` needs the token owner's secret.

    ``document_key`` empty means all documents. ``before``: only those older than this job, which is
    how to go on after the last of an answer.
    """

    t: ClassVar[str] = "list_jobs"
    request: Natural
    document_key: str = ""
    limit: Natural = 50
    everyone: bool = False
    before: OptionalId = ""


@dataclass(frozen=True)
class Jobs:
    t: ClassVar[str] = "jobs"
    request: Natural
    jobs: tuple[JobSummary, ...] = ()


@dataclass(frozen=True)
class Favourite:
    """Kept whatever the retention says."""

    t: ClassVar[str] = "favourite"
    request: Natural
    job: Id
    favourite: bool = True


@dataclass(frozen=True)
class Forget:
    """Deletes ended jobs with their blobs; running and queued ones are left alone."""

    t: ClassVar[str] = "forget"
    request: Natural
    jobs: tuple[Id, ...]
    everyone: bool = False


@dataclass(frozen=True)
class Done:
    """A request was carried out on ``count`` things."""

    t: ClassVar[str] = "done"
    request: Natural
    count: Natural = 0


@dataclass(frozen=True)
class Error:
    """An answer to a message that could not be served: ``about`` names its type, ``job`` and
    ``request`` repeat what it carried."""

    t: ClassVar[str] = "error"
    about: ShortText
    error: ErrorInfo
    job: OptionalId = ""
    request: Natural = 0
