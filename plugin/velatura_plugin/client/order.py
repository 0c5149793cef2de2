"""A captured job on its way to the backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from velatura_protocol.messages import Priority
from velatura_protocol.pixels import Pixels
from velatura_protocol.tasks import Task


@dataclass(frozen=True)
class JobOrder:
    """``blobs`` holds the pixels of the task's inputs, by the ``blob`` id the inputs name; the ids
    are local to the order."""

    job: str
    task: Task
    blobs: Mapping[str, Pixels]
    priority: Priority = Priority.INTERACTIVE
    live: str = ""
