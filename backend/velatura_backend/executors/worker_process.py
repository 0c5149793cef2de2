"""The worker process from its first line on: environment, warm-up, one order after the other.

Two threads: this module's main loop runs orders; a reader takes commands off the pipe, so that the
server never blocks on a busy worker and its death is noticed in the middle of an order.
"""

from __future__ import annotations

import logging
import os
import signal
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from ..models.store import ModelStore
from .devices import usable_cores
from .heartbeat import Heartbeat
from .pipe import OrderEvent, Outbox, PipeLogHandler, RunOrder, WorkerReady, WorkerSettings

if TYPE_CHECKING:
    from .worker.flow import Worker

_NICENESS = 5

_NO_HUB = MappingProxyType(
    {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "DIFFUSERS_DISABLE_REMOTE_CODE": "1",
    }
)
"""Models come through the store alone; see :mod:`~velatura_backend.models`."""

_UNWANTED = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "DIFFUSERS_TRUST_REMOTE_KERNELS")

_log = logging.getLogger("velatura.worker")


@dataclass(frozen=True)
class Prepared:
    """What was decided before anything heavy was imported."""

    threads: int
    numba_cache: Path
    cache_is_temporary: bool


def main(connection: Any, flag: Any, settings: WorkerSettings) -> None:
    """Target of the spawned process. ``flag``: shared array of one int64, see ``CancelToken``."""
    # A Ctrl-C in a terminal reaches the whole process group; the server decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Computing gives way to whoever answers people: the server, and the editor it works for.
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    # The server's stdout carries its ready line: whatever a library prints goes to stderr.
    os.dup2(2, 1)
    outbox = Outbox(connection)
    logging.getLogger("velatura").addHandler(PipeLogHandler(outbox))
    logging.getLogger("velatura").setLevel(logging.INFO)
    orders: SimpleQueue[RunOrder] = SimpleQueue()
    threading.Thread(target=_read_commands, args=(connection, orders), daemon=True).start()
    _serve(outbox, orders, flag, settings)


def _read_commands(connection: Any, orders: SimpleQueue[RunOrder]) -> None:
    """Ends the process when the server's end closes: a worker never outlives its server."""
    while True:
        try:
            orders.put(connection.recv())
        except (EOFError, OSError):
            os._exit(0)


def _serve(
    outbox: Outbox, orders: SimpleQueue[RunOrder], flag: Any, settings: WorkerSettings
) -> None:
    heartbeat = Heartbeat(outbox, settings.patience.beat_seconds)
    heartbeat.begin()
    prepared = prepare_environment(settings)
    if prepared.cache_is_temporary:
        _log.warning("the user's cache folder is not writable; kernels are kept in a temporary one")
    from .worker.flow import Worker, token_over

    worker = Worker(prepared.threads, models_of(settings), settings.device, settings.model_memory)
    warm = _warm_up(worker) if settings.warm else ()
    outbox.send(WorkerReady(worker.describe_device(), warm))
    while True:
        heartbeat.rest()
        command = orders.get()
        heartbeat.begin()
        for event in worker.run(command.order, token_over(flag, command.serial)):
            outbox.send(OrderEvent(command.serial, event))


def models_of(settings: WorkerSettings) -> ModelStore | None:
    return ModelStore(Path(settings.models)) if settings.models else None


def _warm_up(worker: Worker) -> tuple[str, ...]:
    """A failure here is the log's; the engine concerned will say so itself when it is asked."""
    try:
        return worker.warm_up()
    except Exception:
        _log.exception("warming up the built-in engines failed")
        return ()


def prepare_environment(settings: WorkerSettings) -> Prepared:
    """Sets what libraries read once, when they are first imported: how numba and OpenMP work, and
    that no library of models asks its hub for anything, tells it anything, or runs code of it."""
    threads = settings.threads or usable_cores()
    cache, temporary = _writable_cache(settings)
    os.environ["NUMBA_CACHE_DIR"] = str(cache)
    os.environ["NUMBA_NUM_THREADS"] = str(threads)
    # Compiled parts of models outlive the worker; by itself torch keeps them in the temporary
    # folder, under a name that others on the machine can guess.
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(cache / "torch")
    # Waiting OpenMP threads spin by default and starve the server on a machine with few cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.update(_NO_HUB)
    for name in _UNWANTED:
        os.environ.pop(name, None)
    return Prepared(threads, cache, temporary)


def _writable_cache(settings: WorkerSettings) -> tuple[Path, bool]:
    wanted = Path(settings.numba_cache) if settings.numba_cache else default_numba_cache()
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted):
            return wanted, False
    except OSError:
        return Path(tempfile.mkdtemp(prefix="velatura-numba-")), True


def default_numba_cache() -> Path:
    """Where compiled kernels survive reinstalls: the user's cache folder."""
    return user_cache_path("velatura", appauthor=False) / "numba"
