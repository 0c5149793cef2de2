"""Finds the backend on this machine, or starts it. Blocking: never called on the UI thread."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from velatura_protocol.errors import BackendUnavailable, DataDirectoryInUse, VersionMismatch
from velatura_protocol.messages import PROTOCOL

from .proof import proves_itself
from .sandbox import command_outside, is_confined, was_forbidden

RUNTIME_FILE = "runtime.json"
INSTALL_FILE = "install.json"
LOG_FILE = "backend-start.log"
SANDBOXED = "sandboxed"
"""Reason of a :class:`StartFailed`; its detail is the command to type outside."""
START_SECONDS = 90.0
"""The first start after an installation compiles and may have a cold disk; usual is under one."""
OTHER_SECONDS = 5.0
"""How long another plug-in's backend is waited for before one is started again."""
EXIT_IN_USE = 4
TAIL_LINES = 20

_LEAKING = frozenset(
    ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONUSERBASE", "LD_PRELOAD", "LD_LIBRARY_PATH")
)
_LEAKING_PREFIXES = ("DYLD_", "GIMP", "GI_TYPELIB", "QT_PLUGIN", "QML", "KRITA", "APPDIR")


_CREATION_FLAGS = (
    subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    if sys.platform == "win32"
    else 0
)


@dataclass(frozen=True)
class Endpoint:
    """Where a backend answers. ``protocol`` and ``version`` are its own, as text."""

    url: str
    token_file: Path
    pid: int
    protocol: str
    version: str = ""


class StartFailed(BackendUnavailable):
    """Trying again by itself would fail again. ``detail``: the last lines the backend wrote, for
    who wants to see them."""

    retryable = False

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason=reason)
        self.detail = detail


class Launcher:
    """One per process. ``command`` is what starts the backend up to its options, by default what
    the installation wrote down. ``with_parent``: the backend ends with this process, else after its
    own time without clients, ``grace_seconds`` where given. ``system``: as :data:`sys.platform`."""

    def __init__(
        self,
        data_directory: Path,
        *,
        command: Sequence[str] | None = None,
        with_parent: bool = False,
        grace_seconds: float | None = None,
        start_seconds: float = START_SECONDS,
        confined: bool | None = None,
        system: str = sys.platform,
    ) -> None:
        self._directory = data_directory
        self._command = tuple(command) if command else None
        self._with_parent = with_parent
        self._grace_seconds = grace_seconds
        self._start_seconds = start_seconds
        self._is_confined = is_confined(os.environ) if confined is None else confined
        self._system = system
        self._process: subprocess.Popen[bytes] | None = None
        self._lines = queue.SimpleQueue[bytes]()
        self._aborted = threading.Event()
        self._is_starting = False

    def find(self) -> Endpoint | None:
        """The backend that runs on the data directory; None where none does, whatever an old file
        says, and whoever has its port or process number by now.

        :raises VersionMismatch: one runs that this plug-in cannot talk to
        """
        endpoint = _read_endpoint(self._directory / RUNTIME_FILE)
        if endpoint is None or not proves_itself(endpoint.url, endpoint.token_file):
            return None
        return _compatible(endpoint)

    def start(self) -> Endpoint:
        """Starts a backend and waits until it is ready.

        :raises StartFailed: it is not installed, may not be started from here, ended before it was
            ready, or took too long
        :raises DataDirectoryInUse: another one has the data directory and does not answer
        :raises VersionMismatch: it speaks another protocol
        """
        self._aborted.clear()
        self._is_starting = True
        try:
            return self._start()
        finally:
            self._is_starting = False

    def _start(self) -> Endpoint:
        deadline = time.monotonic() + self._start_seconds
        while True:
            endpoint = self._start_one(deadline) or self._find_other(deadline)
            if endpoint is not None:
                return _compatible(endpoint)
            if time.monotonic() >= deadline:
                raise DataDirectoryInUse(pid=0)

    def _start_one(self, deadline: float) -> Endpoint | None:
        """None: another backend has the data directory."""
        process = self._spawn()
        self._process = process
        lines = self._lines = queue.SimpleQueue[bytes]()
        threading.Thread(target=_read_lines, args=(process, lines), daemon=True).start()
        is_refused = has_spoken = False
        while line := self._next_line(lines, deadline):
            endpoint = _endpoint_of(line)
            if endpoint is not None:
                return endpoint
            has_spoken = True
            is_refused = is_refused or _as_object(line).get("event") == "refused"
        code = process.wait()
        if process.stdin is not None:
            process.stdin.close()
        if self._aborted.is_set():
            raise StartFailed("start was stopped")
        has_spoken = has_spoken or bool(self.log_tail())
        if not has_spoken and was_forbidden(self._system, exit_code=code):
            raise self._sandboxed()
        if is_refused or code != EXIT_IN_USE:
            raise StartFailed(_exit_reason(code), self.log_tail())
        return None

    def _find_other(self, deadline: float) -> Endpoint | None:
        """Two plug-ins started one at the same moment: the other one's is ready soon. None: it was
        not, or was on its way out; then one of our own may do."""
        until = min(deadline, time.monotonic() + OTHER_SECONDS)
        while time.monotonic() < until:
            endpoint = self.find()
            if endpoint is not None:
                return endpoint
            if self._aborted.wait(0.1):
                raise StartFailed("start was stopped")
        return None

    def find_or_start(self) -> Endpoint:
        return self.find() or self.start()

    def abort(self) -> None:
        """Ends a start that is under way, if one is. From any thread."""
        if self._is_starting:
            self._aborted.set()
            if self._process is not None:
                self._process.kill()

    def stop(self, *, seconds: float = 5.0) -> None:
        """Ends the backend that this launcher started with ``with_parent``; others live on. If it
        has other clients by now, it goes when they do."""
        process, self._process = self._process, None
        if process is None or not self._with_parent:
            return
        if process.stdin is not None:
            process.stdin.close()
        if self._says_it_stays(process, seconds):
            return
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _says_it_stays(self, process: subprocess.Popen[bytes], seconds: float) -> bool:
        # Its output may stay open after its end: a worker in the middle of an import holds it too.
        deadline = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                if _as_object(self._lines.get(timeout=0.02)).get("event") == "staying":
                    return True
        return False

    def exit_cause(self) -> str | None:
        """How the backend that was started here ended; None while it runs or was none."""
        code = self._process.poll() if self._process is not None else None
        return None if code is None else _exit_reason(code)

    def log_tail(self) -> str:
        """The last lines that the backend wrote for people."""
        with contextlib.suppress(OSError):
            text = (self._directory / LOG_FILE).read_text("utf-8", "replace")
            return "\n".join(text.splitlines()[-TAIL_LINES:])
        return ""

    def _whole_command(self) -> tuple[str, ...] | None:
        return self._command or _installed_command(self._directory / INSTALL_FILE)

    def _sandboxed(self) -> StartFailed:
        return StartFailed(SANDBOXED, command_outside(self._whole_command(), self._directory))

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = self._whole_command()
        if self._is_confined:
            raise self._sandboxed()
        if command is None:
            raise StartFailed("not installed")
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _private_log(self._directory / LOG_FILE) as log:
            try:
                return subprocess.Popen(
                    [*command, *self._options()],
                    stdin=subprocess.PIPE if self._with_parent else subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=scrubbed(os.environ),
                    cwd=self._directory,
                    # An interrupt at the terminal, or the editor's end, is not the backend's.
                    start_new_session=True,
                    creationflags=_CREATION_FLAGS,
                )
            except OSError as error:
                if was_forbidden(self._system, error=error.errno):
                    raise self._sandboxed() from None
                raise StartFailed(f"cannot be started, {error.strerror}") from None

    def _options(self) -> list[str]:
        options = ["--port", "0", "--data-dir", str(self._directory)]
        if self._with_parent:
            options.append("--with-parent")
        if self._grace_seconds is not None:
            options += ["--grace", f"{self._grace_seconds:g}"]
        return options

    def _next_line(self, lines: queue.SimpleQueue[bytes], deadline: float) -> bytes:
        """Empty: the backend closed its output, which it does by ending."""
        try:
            return lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            self.abort()
            raise StartFailed("took too long to start", self.log_tail()) from None


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what an editor's bundle sets for itself and a foreign Python cannot bear."""
    return {
        name: value
        for name, value in environment.items()
        if name not in _LEAKING and not name.startswith(_LEAKING_PREFIXES)
    }


def _private_log(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _read_lines(process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    """Until the backend ends, so that its pipe never fills; then one empty line. Waits for it
    afterwards: nobody else may be there to do so."""
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(b"")
    process.wait()


def _exit_reason(code: int) -> str:
    return f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _installed_command(path: Path) -> tuple[str, ...] | None:
    command = _read_json(path).get("command")
    if not isinstance(command, list):
        return None
    return tuple(str(part) for part in cast("list[object]", command)) or None


def _read_endpoint(path: Path) -> Endpoint | None:
    return _as_endpoint(_read_json(path))


def _read_json(path: Path) -> dict[str, object]:
    try:
        return _as_object(path.read_bytes())
    except OSError:
        return {}


def _as_object(data: bytes) -> dict[str, object]:
    try:
        content: object = json.loads(data)
    except ValueError:
        return {}
    return cast("dict[str, object]", content) if isinstance(content, dict) else {}


def _endpoint_of(line: bytes) -> Endpoint | None:
    content = _as_object(line)
    return _as_endpoint(content) if content.get("event") == "ready" else None


def _as_endpoint(content: dict[str, object]) -> Endpoint | None:
    url, token_file, pid = content.get("url"), content.get("token_file"), content.get("pid")
    protocol, version = content.get("protocol"), content.get("version", "")
    if not isinstance(url, str) or not isinstance(token_file, str) or not isinstance(pid, int):
        return None
    return Endpoint(url, Path(token_file), pid, str(protocol), str(version))


def _compatible(endpoint: Endpoint) -> Endpoint:
    if endpoint.protocol.split(".")[0] != str(PROTOCOL.major):
        raise VersionMismatch(ours=str(PROTOCOL), theirs=endpoint.protocol)
    return endpoint
