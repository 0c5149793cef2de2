"""What travels between the supervisor and a worker process, and how it is written.

Nothing here imports numpy: the server process reads these messages too.
"""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from typing import Any

from velatura_protocol.engines import Device
from velatura_protocol.messages import DeviceInfo

from .base import WorkEvent, WorkOrder
from .hang_detection import Patience


@dataclass(frozen=True)
class WorkerSettings:
    """How a worker is brought up.

    ``threads`` 0 takes every core this process may use. ``warm`` loads and compiles the built-in
    engines before the worker reports ready, so that no order ever waits for a compiler.
    ``numba_cache`` is where compiled kernels are kept, empty for the user's cache folder.
    ``models`` is the folder of the installed models, empty for none; ``model_memory`` the most
    bytes of the device that they may take, 0 for all there are. ``patience``: when it counts as
    hanging.
    """

    device: Device = Device.CPU
    threads: int = 0
    warm: bool = True
    numba_cache: str = ""
    models: str = ""
    model_memory: int = 0
    patience: Patience = Patience()


@dataclass(frozen=True)
class RunOrder:
    """To the worker. ``serial`` is unique within the server process; cancelling names it."""

    serial: int
    order: WorkOrder


@dataclass(frozen=True)
class WorkerReady:
    """``warm_engines`` run without loading or compiling anything more."""

    device: DeviceInfo
    warm_engines: tuple[str, ...]


@dataclass(frozen=True)
class OrderEvent:
    serial: int
    event: WorkEvent


@dataclass(frozen=True)
class LogLine:
    """A worker's log record, formatted there, traceback included."""

    level: int
    text: str


@dataclass(frozen=True)
class Pulse:
    """The process lives. ``works``: it has used the processor since the last one."""

    works: bool


FromWorker = WorkerReady | OrderEvent | LogLine | Pulse


class Outbox:
    """The worker's end of the pipe for writing; threads may share it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, message: FromWorker) -> None:
        """Ends the process when the server's is gone: nobody is left to tell."""
        try:
            with self._lock:
                self._connection.send(message)
        except OSError:
            os._exit(0)


class PipeLogHandler(logging.Handler):
    """Log records go to the server's log: one file, and stdout stays the server's own."""

    def __init__(self, outbox: Outbox) -> None:
        super().__init__()
        self._outbox = outbox

    def emit(self, record: logging.LogRecord) -> None:
        self._outbox.send(LogLine(record.levelno, self.format(record)))
