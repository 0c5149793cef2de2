"""``serve``: one backend in this process, from the ready line to a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial

from velatura_protocol.engines import Device
from velatura_protocol.errors import BackendUnavailable, DataDirectoryInUse, DiskFull, VelaturaError

from .app import Backend, running
from .background_tasks import BackgroundTasks
from .config import Config
from .disk import disk_errors
from .engines.diffusion.specs import is_profile_installed
from .executors.base import Executor
from .executors.local import LocalExecutor
from .executors.pipe import WorkerSettings

EXIT_DONE = 0
EXIT_NO_BACKEND = 4

_FILES = 8192
_NEW_OBJECTS = 5000

_REASONS = {
    "port_in_use": "the port is taken by another program; choose another one or port 0",
    "cannot_listen": "this machine does not let us listen on that address",
    "not_loopback": (
        "beyond this machine only over TLS; give --certificate and --key, or listen on 127.0.0.1"
    ),
    "address_needed": "say with --listen at which address other machines are to be served",
    "name_needed": "say with --name what other machines call this one",
    "certificate_unreadable": (
        "the certificate and its key cannot be read as PEM files, or do not belong together"
    ),
    "key_not_private": "everybody on this machine can read the certificate's key; run chmod 600",
    "data_directory_not_writable": "the data directory cannot be written; choose another one",
    "data_directory_not_owned": "the data directory belongs to another user; choose another one",
    "data_directory_not_private": (
        "the data directory is open to other users and holds other files; choose an empty one"
    ),
    "journal_unreadable": "the journal in the data directory cannot be read; check its permissions",
    "journal_from_later_version": "the data directory was written by a later version; upgrade",
}


def serve(config: Config) -> int:
    """Runs until a signal, the end of the parent or the end of its usefulness; the exit status."""
    _allow_many_files()
    try:
        # Wherever at the start it was that the room ran out.
        with disk_errors():
            asyncio.run(_serve(config))
    except VelaturaError as error:
        _say(_sentence(error))
        if not isinstance(error, DataDirectoryInUse):
            # Who waits for the ready line need not wait for another backend's either.
            _tell({"event": "refused", "code": error.code.value})
        return EXIT_NO_BACKEND
    return EXIT_DONE


async def _serve(config: Config) -> None:
    background_tasks = BackgroundTasks()
    async with running(config, partial(_local_executor, config)) as backend:
        _stop_on_signals(backend.stopped.set)
        if config.with_parent:
            background_tasks.spawn(_tell_parent(backend))
            _watch_parent(backend.orphaned.set)
        if (damaged := backend.services.journal.moved_aside) is not None:
            _say(
                f"the journal was damaged; it and its pictures are kept beside the new one as"
                f" {damaged.name} and blobs{damaged.suffix}"
            )
        _tell({"event": "ready", **asdict(backend.info)})
        _settle()
        await backend.stopped.wait()
    await background_tasks.dismiss()


def _settle() -> None:
    """What there is by now stays to the end. The collector need not look at it again, so that its
    pauses are short, and what is gone does not wait until there is a quarter as much rubbish as all
    of this.

    What ends here goes without it, so that it may come more rarely than Python has it: under a
    flood of strokes it looked 60 times a second at what waits, found nothing, and held everybody up
    for a tenth of a second at a time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 10, 10)


def _allow_many_files() -> None:
    """Every connection and every picture on its way is an open file; many systems begin with 1024,
    for programs that know no more. The worker processes do not care."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # macOS has a lower limit of its own, and refuses what is above it.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _tell(line: Mapping[str, object]) -> None:
    """To whoever started us, if anybody still reads it."""
    with contextlib.suppress(OSError):
        print(json.dumps(line), flush=True)  # noqa: T201


def _say(sentence: str) -> None:
    print(f"velatura: {sentence}", file=sys.stderr)  # noqa: T201


async def _tell_parent(backend: Backend) -> None:
    """Another command may have found this backend: the parent need not wait for it."""
    await backend.staying.wait()
    # A parent that was killed hears nothing any more.
    with contextlib.suppress(OSError):
        os.write(1, json.dumps({"event": "staying"}).encode() + b"\n")


def _local_executor(config: Config, on_change: Callable[[], None]) -> Executor:
    return LocalExecutor(workers_for(config), on_change)


def workers_for(config: Config) -> tuple[WorkerSettings, ...]:
    """One for the built-in engines, and one for models where they can be run."""
    models, memory = str(config.models_directory), config.model_memory
    builtin = WorkerSettings(models=models, model_memory=memory)
    if not is_profile_installed():
        return (builtin,)
    on_device = WorkerSettings(Device.ACCELERATOR, warm=False, models=models, model_memory=memory)
    return (builtin, on_device)


def _stop_on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, partial(_relay, loop, stop))


def _relay(
    loop: asyncio.AbstractEventLoop, stop: Callable[[], None], _number: int, _frame: object
) -> None:
    loop.call_soon_threadsafe(stop)


def _watch_parent(gone: Callable[[], None]) -> None:
    """Whoever started us holds the other end of our standard input; the system closes it with
    them, however they end."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        try:
            while os.read(0, 4096):
                pass
        except OSError:
            pass
        loop.call_soon_threadsafe(gone)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _sentence(error: VelaturaError) -> str:
    if isinstance(error, DataDirectoryInUse):
        return f"another backend (process {error.params['pid']}) uses the data directory; stop it"
    if isinstance(error, BackendUnavailable):
        return _REASONS.get(str(error.params.get("reason")), "the backend cannot start")
    if isinstance(error, DiskFull):
        return "the disk is full; make room for the data directory, or choose another one"
    return f"the backend cannot start: {error.code.value}"
