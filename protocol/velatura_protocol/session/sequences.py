"""Which events of which job have been seen or sent."""

from __future__ import annotations

from ..messages import CancelledJob, Failed, Finished, JobEvent, ResumePoint


class SeenEvents:
    """A client's memory of its jobs; it outlives connections, so hand it from one session to the
    next."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._ended: set[str] = set()

    def last(self, job: str) -> int:
        """The newest event seen of it; 0 for none."""
        return self._last.get(job, 0)

    def note(self, event: JobEvent) -> bool:
        """Whether it is new; if so it is seen from now on."""
        if event.seq <= self.last(event.job):
            return False
        self._last[event.job] = event.seq
        if isinstance(event, (Finished, Failed, CancelledJob)):
            self._ended.add(event.job)
        return True

    def rewind(self, job: str, after_seq: int) -> None:
        """Events after ``after_seq`` are wanted again, or for the first time."""
        self._last[job] = after_seq
        self._ended.discard(job)

    def forget(self, job: str) -> None:
        self._last.pop(job, None)
        self._ended.discard(job)

    def resume_points(self) -> tuple[ResumePoint, ...]:
        """For the next ``hello``: the jobs we have heard of and not heard the end of."""
        return tuple(
            ResumePoint(job, seq) for job, seq in self._last.items() if job not in self._ended
        )


MAX_JOBS = 16_384
"""A client may ask for as many jobs as it can name; what came of the oldest is forgotten."""


class SentEvents:
    """A server's guard, for one connection: sequence numbers rise, whoever sends them."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def note(self, event: JobEvent) -> None:
        """
        :raises ValueError: the event does not come after the one before
        """
        last = self._last.get(event.job, 0)
        if event.seq <= last:
            raise ValueError(f"event {event.seq} of job {event.job} after event {last}")
        self.rewind(event.job, event.seq)

    def rewind(self, job: str, after_seq: int) -> None:
        """The client has asked for a replay."""
        self._last.pop(job, None)
        self._last[job] = after_seq
        if len(self._last) > MAX_JOBS:
            del self._last[next(iter(self._last))]
