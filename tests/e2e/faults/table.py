"""What is promised when something breaks: for every step of a job and every fault, how it ends.

``docs/reliability.md`` tells the same in words. A cell that is changed here is a promise changed.
"""

from __future__ import annotations

from enum import Enum


class Step(Enum):
    """Where a job is, seen on the wire: the fault strikes with this message, before it arrives."""

    UPLOAD_BEGUN = "upload begun"
    CHUNK = "third chunk up"
    SUBMIT = "submit sent"
    ACCEPTED = "accepted"
    STARTED = "started"
    PREVIEW = "second preview"
    RESULT_HEADER = "result header"
    RESULT_CHUNK = "third chunk of the result"
    ACK = "ack"


class Fault(Enum):
    CUT = "socket cut"
    HALF_OPEN = "half-open socket"
    SERVER_KILLED = "server killed"
    WORKER_KILLED = "worker killed"
    WORKER_HANGS = "worker hangs"
    DISK_FULL = "disk full"
    CLOCK_JUMPS = "clock jumps"


class Outcome(Enum):
    """How the client hears that the job ended, exactly once. ``FINISHED``: with every byte of its
    result. ``REFUSED``: it was never accepted, nothing of it is left, and its id is free."""

    FINISHED = "finished"
    INTERRUPTED = "failed: interrupted"
    NO_ROOM = "failed: disk full"
    REFUSED = "refused: disk full"


_ALL_FINISHED = dict.fromkeys(Step, Outcome.FINISHED)

TABLE: dict[Fault, dict[Step, Outcome]] = {
    Fault.CUT: _ALL_FINISHED,
    Fault.HALF_OPEN: _ALL_FINISHED,
    Fault.SERVER_KILLED: {
        Step.UPLOAD_BEGUN: Outcome.FINISHED,
        Step.CHUNK: Outcome.FINISHED,
        Step.SUBMIT: Outcome.FINISHED,
        Step.ACCEPTED: Outcome.FINISHED,
        Step.STARTED: Outcome.INTERRUPTED,
        Step.PREVIEW: Outcome.INTERRUPTED,
        Step.RESULT_HEADER: Outcome.FINISHED,
        Step.RESULT_CHUNK: Outcome.FINISHED,
        Step.ACK: Outcome.FINISHED,
    },
    Fault.WORKER_KILLED: _ALL_FINISHED,
    Fault.WORKER_HANGS: _ALL_FINISHED,
    Fault.DISK_FULL: {
        Step.UPLOAD_BEGUN: Outcome.REFUSED,
        Step.CHUNK: Outcome.REFUSED,
        Step.SUBMIT: Outcome.REFUSED,
        Step.ACCEPTED: Outcome.NO_ROOM,
        Step.STARTED: Outcome.NO_ROOM,
        Step.PREVIEW: Outcome.NO_ROOM,
        Step.RESULT_HEADER: Outcome.FINISHED,
        Step.RESULT_CHUNK: Outcome.FINISHED,
        Step.ACK: Outcome.FINISHED,
    },
    Fault.CLOCK_JUMPS: _ALL_FINISHED,
}
