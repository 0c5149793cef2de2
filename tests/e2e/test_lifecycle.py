"""Backends that start, stop, die, are lost and found again."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.e2e import pictures
from tests.e2e.backend import ready_line, running_backend, stop
from tests.e2e.command import CommandLine, ended, wait_for_event
from tests.e2e.proxy import CuttingProxy

U8 = np.dtype(np.uint8)
ECHO = ("--engine", "echo")
SLOW = (*ECHO, "--param", "seconds=30", "--param", "previews=300")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return pictures.save(tmp_path / "photo.png", pictures.photo(60, 80, U8, 3))


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    return pictures.save_mask(tmp_path / "mask.png", pictures.blob_mask(60, 80))


def is_right(photo: Path, mask: Path, out: Path) -> bool:
    """What echo makes: the inverse under the mask."""
    before, after = pictures.load(photo), pictures.load(out)
    edited = pictures.load(mask)[..., 0] == 255
    return bool((after[edited] == 255 - before[edited]).all()) and (
        after[~edited].tobytes() == before[~edited].tobytes()
    )


def backends_of(data_directory: Path) -> list[psutil.Process]:
    """Processes that were started with or for this data directory, the workers among them."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except psutil.Error:
            continue
        if environment.get("VELATURA_DATA_DIR") == str(data_directory):
            found.append(process)
    return found


def is_server(process: psutil.Process) -> bool:
    return "serve" in process.cmdline()


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def test_a_command_starts_a_backend_and_stops_it(
    velatura: CommandLine, photo: Path, mask: Path
) -> None:
    made = velatura("fill", photo, "--mask", mask, "-o", "out.png", *ECHO)
    assert (made.code, made.out, made.err) == (0, "", "")
    assert is_right(photo, mask, photo.parent / "out.png")
    assert wait_until(lambda: not backends_of(velatura.data_directory))
    assert not (velatura.data_directory / "runtime.json").exists()


def test_a_running_backend_is_used_and_left_running(
    served: CommandLine, backend: psutil.Process, photo: Path, mask: Path
) -> None:
    for name in ("out.png", "out2.png"):
        assert served("fill", photo, "--mask", mask, "-o", name, *ECHO).code == 0
        assert is_right(photo, mask, photo.parent / name)
    assert backend.is_running()
    assert [each.pid for each in backends_of(served.data_directory) if is_server(each)] == [
        backend.pid
    ]


def test_a_backend_dies_with_the_command_that_started_it(
    velatura: CommandLine, photo: Path, mask: Path
) -> None:
    command = velatura.start("fill", photo, "--mask", mask, "-o", "out.png", "--json", *SLOW)
    wait_for_event(command, "progress")
    command.kill()
    command.communicate(timeout=60)
    assert wait_until(lambda: not backends_of(velatura.data_directory))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_cancels_its_job_and_cleans_up(
    velatura: CommandLine, photo: Path, mask: Path, number: int
) -> None:
    command = velatura.start("fill", photo, "--mask", mask, "-o", "out.png", "--json", *SLOW)
    wait_for_event(command, "progress")
    command.send_signal(number)
    stopped = ended(command, 20)
    assert stopped.code == 130
    assert stopped.named("cancelled")
    assert "interrupted" in stopped.error_line
    assert not (photo.parent / "out.png").exists()
    assert wait_until(lambda: not backends_of(velatura.data_directory))


def test_the_job_of_an_interrupted_command_is_stopped_in_a_backend_that_stays(
    served: CommandLine, photo: Path, mask: Path
) -> None:
    command = served.start("fill", photo, "--mask", mask, "-o", "out.png", "--json", *SLOW)
    job = wait_for_event(command, "progress")["job"]
    command.send_signal(signal.SIGINT)
    assert ended(command, 20).code == 130
    shown = json.loads(served("jobs", "show", job, "--json").out)
    assert (shown["job"], shown["state"]) == (job, "cancelled")


def test_a_stale_runtime_file_misleads_nobody(
    velatura: CommandLine, photo: Path, mask: Path
) -> None:
    velatura.data_directory.mkdir(mode=0o700)
    (velatura.data_directory / "token").write_text("old")
    stale = {"url": "ws://127.0.0.1:9/", "token_file": str(velatura.data_directory / "token"),
             "pid": os.getpid(), "protocol": "1.0", "version": "0"}  # fmt: skip
    (velatura.data_directory / "runtime.json").write_text(json.dumps(stale))
    assert velatura("fill", photo, "--mask", mask, "-o", "out.png", *ECHO).code == 0
    assert is_right(photo, mask, photo.parent / "out.png")


def test_a_second_backend_on_one_data_directory_is_refused(
    served: CommandLine, backend: psutil.Process
) -> None:
    second = served("serve", "--port", "0", "--data-dir", served.data_directory)
    assert second.code == 4
    assert second.out == ""
    assert str(backend.pid) in second.error_line


def test_a_port_in_use(velatura: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = velatura("serve", "--port", str(port), "--data-dir", velatura.data_directory)
        assert refused.code == 4
        assert "port" in refused.error_line


def test_a_data_directory_that_cannot_be(velatura: CommandLine, photo: Path, mask: Path) -> None:
    velatura.data_directory.write_text("a file")
    refused = velatura("fill", photo, "--mask", mask, "-o", "out.png", *ECHO)
    assert refused.code == 4
    assert refused.error_line
    assert velatura("serve").code == 4


def test_a_killed_backend_is_a_clear_error_or_the_right_file(
    velatura: CommandLine, photo: Path, mask: Path
) -> None:
    process = velatura.start("serve", "--port", "0", "--data-dir", velatura.data_directory)
    try:
        ready_line(process)
        command = velatura.start("fill", photo, "--mask", mask, "-o", "out.png", "--json", *SLOW)
        wait_for_event(command, "progress")
        process.kill()
        stopped = ended(command, 60)
        assert stopped.code in (3, 4)
        assert stopped.error_line
        assert not (photo.parent / "out.png").exists()
    finally:
        stop(process)
    assert wait_until(lambda: not backends_of(velatura.data_directory))


def worker_of(backend: psutil.Process) -> psutil.Process:
    """The process that runs engines: the busiest of the backend's children."""
    workers = [
        child for child in backend.children() if "resource_tracker" not in str(child.cmdline())
    ]
    return max(workers, key=lambda each: sum(each.cpu_times()[:2]))


def test_a_killed_worker_is_replaced_once(velatura: CommandLine, photo: Path, mask: Path) -> None:
    with running_backend(velatura) as backend:
        short = (*ECHO, "--param", "seconds=2", "--param", "previews=20")
        command = velatura.start("fill", photo, "--mask", mask, "-o", "out.png", "--json", *short)
        wait_for_event(command, "progress")
        worker_of(backend).kill()
        made = ended(command, 60)
        assert (made.code, made.err) == (0, "")
        assert is_right(photo, mask, photo.parent / "out.png")
        assert velatura("fill", photo, "--mask", mask, "-o", "again.png", *ECHO).code == 0


@pytest.mark.parametrize("after", [200, 3000, 20_000])
def test_a_cut_socket_loses_nothing(
    served: CommandLine, photo: Path, mask: Path, after: int
) -> None:
    """Cut during the greeting, the upload, or the result, twice."""
    with CuttingProxy(served.data_directory, cuts=2, after=after) as proxy:
        some = (*ECHO, "--param", "seconds=0.5", "--param", "previews=5")
        made = served("fill", photo, "--mask", mask, "-o", "out.png", *some)
        assert (made.code, made.err) == (0, "")
        assert proxy.connections > 1
        assert is_right(photo, mask, photo.parent / "out.png")


def test_two_commands_at_once_share_a_backend_to_the_end_of_both(
    velatura: CommandLine, photo: Path, mask: Path
) -> None:
    """The first starts it and is done long before the second."""
    command = ("fill", photo, "--mask", mask, "--json", *ECHO, "--param")
    first = velatura.start(*command, "seconds=1", "-o", "one.png")
    wait_for_event(first, "accepted")
    second = velatura.start(*command, "seconds=6", "-o", "two.png")
    assert ended(first).code == 0
    assert second.poll() is None
    done = ended(second)
    assert (done.code, done.err) == (0, "")
    assert is_right(photo, mask, photo.parent / "two.png")
    assert wait_until(lambda: not backends_of(velatura.data_directory))
