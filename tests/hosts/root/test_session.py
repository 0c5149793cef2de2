"""A session leaves nothing behind, however it ends; and what is on its screen can be looked at."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.hosts.root.build import Root
from tests.hosts.root.recipes import TRIXIE, Recipe
from tests.hosts.root.scratch import scratch_folder
from tests.hosts.root.session import Session, session

TREE = Path(__file__).resolve().parents[3]
ENDING_SECONDS = 10.0
_CHILD = """
import signal, sys
# A shell that starts something in the background has it ignore this, and its children too.
signal.signal(signal.SIGINT, signal.default_int_handler)
from tests.hosts.root.build import found_root
from tests.hosts.root.scratch import scratch_folder
from tests.hosts.root.session import session

with scratch_folder() as folder, session(found_root(), [folder], folder) as display:
    with display.running(["sleep", "600"], {}, folder / "log"):
        print(folder, flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def root(open_root: Callable[[Recipe], Root]) -> Root:
    return open_root(TRIXIE)


@pytest.fixture
def child(root: Root) -> Iterator[subprocess.Popen[str]]:
    """A process with a session, in which something runs that does not end by itself."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", _CHILD]
    with subprocess.Popen(command, cwd=TREE, stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        process.kill()


@pytest.mark.host
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_session(child: subprocess.Popen[str], how: signal.Signals) -> None:
    assert child.stdout is not None
    folder = Path(child.stdout.readline().strip())
    parent = psutil.Process(child.pid)
    _wait_until(lambda: {each.name() for each in parent.children()} == {"Xvfb", "sleep"})
    processes = parent.children(recursive=True)
    child.send_signal(how)
    child.wait(ENDING_SECONDS)
    _wait_until(lambda: all(_has_ended(each) for each in processes))
    assert str(folder) not in Path("/proc/mounts").read_text()
    with scratch_folder():  # the next session takes away what the one before could not
        assert not folder.exists()


@pytest.mark.host
def test_a_command_is_ended_with_all_that_it_started(root: Root) -> None:
    with scratch_folder() as folder, session(root, [folder], folder) as display:
        pids = folder / "pids"
        script = f"sleep 601 & echo $! > {pids}; exec sleep 602"
        with display.running(["sh", "-c", script], {}, folder / "log"):
            _wait_until(lambda: pids.exists() and pids.read_text().endswith("\n"))
            left = psutil.Process(int(pids.read_text()))
            assert not _has_ended(left)
        _wait_until(lambda: _has_ended(left))


@pytest.mark.host
def test_a_command_that_does_not_end_is_an_error(root: Root) -> None:
    with (
        scratch_folder() as folder,
        session(root, [folder], folder) as display,
        pytest.raises(TimeoutError, match="sleep still ran after"),
    ):
        display.run(["sleep", "600"], {}, folder / "log", seconds=0.5)


@pytest.mark.host
def test_the_screen_is_a_picture(root: Root) -> None:
    with scratch_folder() as folder, session(root, [folder], folder) as display:
        _put_on_screen(display, folder)
        display.shoot(folder / "screen.png")
        assert (folder / "screen.png").read_bytes().startswith(b"\x89PNG")
        assert _size(folder / "screen.png") == (1600, 1000)


def _wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + ENDING_SECONDS
    while not done():
        assert time.monotonic() < end, f"waited {ENDING_SECONDS:g} s in vain"
        time.sleep(0.02)


def _has_ended(process: psutil.Process) -> bool:
    """Also if nobody has asked for its exit code, as nobody does in a container without an init."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _put_on_screen(display: Session, folder: Path) -> None:
    command = ["xdotool", "getdisplaygeometry"]
    assert display.run(command, {}, folder / "log", seconds=20.0) == 0
    assert (folder / "log").read_text().split() == ["1600", "1000"]


def _size(png: Path) -> tuple[int, int]:
    data = png.read_bytes()
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
