"""A display and commands on it, inside a root."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.hosts.root.enter import chroot_command

SCREEN = "1600x1000x24"
_PLAIN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class Session:
    """A root with a display. ``shared`` folders are seen in it under their own path."""

    root: Path
    display: str
    shared: tuple[Path, ...]

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path, seconds: float
    ) -> int:
        """The exit code; the command's words go to ``log``.

        :raises TimeoutError: it was still running after ``seconds`` and was ended
        """
        variables = {**_PLAIN, "DISPLAY": self.display, **environment}
        with log.open("wb") as output:
            process = _spawn(chroot_command(self.root, command, variables, self.shared), output)
            try:
                return process.wait(seconds)
            except subprocess.TimeoutExpired:
                raise TimeoutError(f"{command[0]} still ran after {seconds:g} s") from None
            finally:
                _end(process)


@contextmanager
def session(root: Path, shared: Sequence[Path]) -> Iterator[Session]:
    """With an X server of the root's own, on a display number that was free."""
    reader, writer = os.pipe()
    server = [
        "Xvfb",
        "-displayfd",
        str(writer),
        "-screen",
        "0",
        SCREEN,
        "-nolisten",
        "tcp",
        "-noreset",
    ]
    process = _spawn(chroot_command(root, server, _PLAIN), subprocess.DEVNULL, writer)
    os.close(writer)
    try:
        with os.fdopen(reader) as numbers:
            number = numbers.readline().strip()
        if not number:
            raise RuntimeError("the X server did not start")
        yield Session(root, f":{number}", tuple(shared))
    finally:
        _end(process)


def _spawn(
    command: Sequence[str], output: IO[bytes] | int, inherited: int | None = None
) -> subprocess.Popen[bytes]:
    """As the leader of a group, so that whatever it starts can be ended with it."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=() if inherited is None else (inherited,),
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGTERM if process.poll() is None else signal.SIGKILL)
        process.wait(5)
    except ProcessLookupError:
        return
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
