"""One backend per data directory, and the files by which clients find it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
import sys
import time
from collections.abc import Generator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from velatura_protocol.errors import DataDirectoryInUse

from .files import write_private

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LOCK = "backend.lock"
_RUNTIME = "runtime.json"
_TOKEN = "token"
_OWNER_SECRET = "owner_secret"
SECRET_FILES = (_TOKEN, _OWNER_SECRET)

_OTHERS = 0o077

# Windows locks keep others from reading the bytes they cover, so the lock lies behind the pid.
_LOCK_OFFSET = 1024


@dataclass(frozen=True)
class RuntimeInfo:
    """Content of ``runtime.json``, and of the line that ``serve`` prints. ``outside_url``: for
    other machines, empty where it does not listen to them."""

    url: str
    token_file: str
    pid: int
    protocol: str
    version: str
    outside_url: str = ""


class InstanceLock:
    """Held by the one backend that may use a data directory; the system drops it with the process.

    :raises DataDirectoryInUse: from :meth:`acquire`, with the holder's pid (0 where unreadable)
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / _LOCK
        self._descriptor = -1

    def acquire(self) -> None:
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        # A client that asks whether a backend is alive holds the lock for an instant.
        for pause in (0.02, 0.05, 0.1, None):
            if _lock(self._descriptor):
                os.ftruncate(self._descriptor, 0)
                os.write(self._descriptor, str(os.getpid()).encode())
                return
            if pause is not None:
                time.sleep(pause)
        holder = _read_pid(self._path)
        self.release()
        raise DataDirectoryInUse(pid=holder)

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> InstanceLock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, _LOCK_OFFSET, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _read_pid(path: Path) -> int:
    text = path.read_text("ascii", "replace").strip()
    return int(text) if text.isdigit() else 0


def is_running(directory: Path) -> bool:
    """Whether a backend holds the directory now. Asks the lock, so that a pid that another process
    has meanwhile been given deceives nobody."""
    try:
        descriptor = os.open(directory / _LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


def read_runtime(directory: Path) -> RuntimeInfo | None:
    """Where the running backend is; None where none runs, whatever an old file says."""
    try:
        fields = cast("dict[str, Any]", json.loads((directory / _RUNTIME).read_text("utf-8")))
        info = RuntimeInfo(**{name: fields[name] for name in RuntimeInfo.__dataclass_fields__})
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return info if is_running(directory) else None


def new_token(directory: Path) -> tuple[str, Path]:
    """Writes a fresh 256-bit token and returns it with its file."""
    path = directory / _TOKEN
    token = secrets.token_urlsafe(32)
    write_private(path, token.encode("ascii"))
    return token, path


def owner_secret(directory: Path) -> str:
    """The secret by which the command line shows that it belongs to the backend's owner.

    It outlives restarts, as the jobs do; whoever can read this file could read the journal too.
    """
    path = directory / _OWNER_SECRET
    if not path.exists():
        _make_once(path, secrets.token_urlsafe(32).encode("ascii"))
    return path.read_text("ascii").strip()


def drop_exposed_secret(directory: Path) -> bool:
    """At the start, while nobody can know it yet: an owner's secret that others could have read, or
    put there, is dropped, and the next who asks makes a new one. Returns whether it was so."""
    path = directory / _OWNER_SECRET
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    if os.name != "posix":
        return False
    is_plain = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
    if is_plain and not status.st_mode & _OTHERS:
        return False
    path.unlink()
    return True


def _make_once(path: Path, content: bytes) -> None:
    """Of several processes that do this at one time, one has its way and none sees half of it."""
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    write_private(mine, content)
    try:
        os.link(mine, path)
    except FileExistsError:
        pass
    except OSError:
        # No second names on this file system: the last one has its way, and those before it have
        # to ask again.
        mine.replace(path)
    finally:
        mine.unlink(missing_ok=True)


@contextlib.contextmanager
def published(directory: Path, info: RuntimeInfo) -> Generator[None]:
    """Has ``runtime.json`` name this backend while the block runs."""
    write_private(directory / _RUNTIME, json.dumps(asdict(info), indent=1).encode("utf-8"))
    try:
        yield
    finally:
        (directory / _RUNTIME).unlink(missing_ok=True)
        (directory / _TOKEN).unlink(missing_ok=True)
