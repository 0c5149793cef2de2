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

from tests.hosts.root.build import Root
from tests.hosts.root.enter import chroot_command
from tests.hosts.root.screen import png_of_dump

SCREEN = "1600x1000x24"
PLAIN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
_GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Session:
    """A root with a display. ``shared`` folders are seen in it under their own path."""

    root: Root
    display: str
    shared: tuple[Path, ...]
    frame_buffer: Path

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path, seconds: float
    ) -> int:
        """The exit code; the command's words go to ``log``.

        :raises TimeoutError: it was still running after ``seconds`` and was ended
        """
        with self.running(command, environment, log) as process:
            try:
                return process.wait(seconds)
            except subprocess.TimeoutExpired:
                raise TimeoutError(f"{command[0]} still ran after {seconds:g} s") from None

    @contextmanager
    def running(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> Iterator[subprocess.Popen[bytes]]:
        """The command beside what the caller does; ended with all that it started."""
        variables = {**PLAIN, "DISPLAY": self.display, **environment}
        with log.open("wb") as output:
            inside = chroot_command(self.root.folder, command, variables, self.shared)
            process = _spawn(inside, output)
            try:
                yield process
            finally:
                _end(process)

    def shoot(self, path: Path) -> None:
        """The whole screen as a PNG, without a word from any program on it."""
        path.write_bytes(png_of_dump(self.frame_buffer.read_bytes()))


@contextmanager
def session(root: Root, shared: Sequence[Path], scratch: Path) -> Iterator[Session]:
    """With an X server of the root's own, on a display number that was free.

    :param scratch: a folder among ``shared`` that is this session's alone
    """
    frames = scratch / "screen"
    frames.mkdir()
    reader, writer = os.pipe()
    server = [
        *("Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN, "-fbdir", str(frames)),
        # Without repeating keys: on a busy machine one stroke would be two.
        *("-nolisten", "tcp", "-noreset", "-r"),
    ]
    with (scratch / "display.log").open("wb") as output:
        inside = chroot_command(root.folder, server, PLAIN, [scratch])
        process = _spawn(inside, output, writer)
    os.close(writer)
    try:
        with os.fdopen(reader) as numbers:
            number = numbers.readline().strip()
        if not number:
            words = (scratch / "display.log").read_text(errors="replace")
            raise RuntimeError(f"the X server did not start:\n{words}")
        yield Session(root, f":{number}", tuple(shared), frames / "Xvfb_screen0")
    finally:
        _end(process)


def ended_in_time(command: Sequence[str], output: IO[bytes] | int, seconds: float) -> int | None:
    """The exit code, or None if it had to be ended; nothing that it started is left."""
    process = _spawn(command, output)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
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
    """First by request, then by force; and then what is left of its group."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
