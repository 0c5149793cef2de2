"""Backends that are shared, left, damaged, poisoned and misrepresented."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.backend import ready_line
from tests.e2e.command import CommandLine
from tests.e2e.faults.line import Trap, Wire
from tests.e2e.faults.panel import SIZE, Panel, echoed, noise
from tests.e2e.faults.stage import Stage
from tests.e2e.faults.steps import sight_of
from tests.e2e.faults.table import Step
from tests.e2e.test_lifecycle import wait_until
from velatura_backend.engines.builtin.echo import CRASH_EXIT_CODE
from velatura_backend.instance import owner_secret
from velatura_plugin.launcher.launcher import Endpoint, Launcher
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import JobState
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Failed, Finished, Started

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="faults are made by Linux's own means"),
    pytest.mark.timeout(120),
]

SERVE = (sys.executable, "-m", "velatura_cli", "serve")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    made.start()
    yield made
    made.close()


def launcher(data: Path) -> Launcher:
    """As an editor's plug-in has one, only less patient."""
    return Launcher(data, command=SERVE, grace_seconds=3.0)


def test_two_plugins_share_a_backend_that_goes_with_the_last(tmp_path: Path) -> None:
    data = tmp_path / "data"
    found: list[Endpoint] = []
    starts = [
        threading.Thread(target=lambda: found.append(launcher(data).find_or_start()))
        for _ in range(2)
    ]
    for each in starts:
        each.start()
    for each in starts:
        each.join()
    first, second = found
    assert first == second
    process = psutil.Process(first.pid)
    with Panel(data, "one") as one:
        with Panel(data, "two") as two:
            pixels = two.submit("of-two")
            assert isinstance(two.end("of-two"), Finished)
            assert two.results("of-two") == [echoed(pixels)]
        one.submit("of-one", seconds=2.0)
        assert isinstance(one.end("of-one"), Finished), "it stays as long as one is there"
        assert process.is_running()
    assert wait_until(lambda: not process.is_running() or process.status() == "zombie")
    left = {path.name for path in data.iterdir()}
    assert not left & {"runtime.json", "token"}


def test_a_backend_that_is_told_to_stay_does(velatura: CommandLine) -> None:
    data = velatura.data_directory
    process = velatura.start("serve", "--data-dir", data, "--grace", "0.2", "--stay")
    try:
        ready_line(process)
        with Panel(data, "one") as panel:
            panel.submit("job")
            panel.end("job")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)
    finally:
        process.terminate()
        process.communicate()


def test_two_editors_of_one_user_do_not_take_each_other_s_jobs(stage: Stage) -> None:
    """They share settings, and so a name and its secret."""
    with stage.panel("krita") as one:
        with stage.panel("krita") as other:
            mine, theirs = one.submit("mine", seconds=0.6), other.submit("theirs", seconds=0.3)
            other.wait_for(Started, "theirs")
            assert isinstance(one.end("mine"), Finished)
            assert isinstance(other.end("theirs"), Finished)
            assert one.results("mine") == [echoed(mine)]
            assert other.results("theirs") == [echoed(theirs)]
            assert one.ends("theirs") == one.results("theirs") == []
            assert other.ends("mine") == other.results("mine") == []
            one.submit("last", seconds=0.5)
            one.wait_for(Started, "last")
        assert isinstance(one.end("last"), Finished), "the other one's leaving is nothing to it"


def test_a_real_result_is_the_same_after_a_cut(stage: Stage) -> None:
    hole = Rect(60, 40, 30, 24)
    mask = bytearray(SIZE.area)
    for y in range(hole.y, hole.bottom):
        mask[y * SIZE.width + hole.x : y * SIZE.width + hole.right] = b"\xff" * hole.width
    pixels = noise("a picture")
    with stage.panel("calm") as panel:
        panel.send("calm", pixels, bytes(mask), "builtin_fill")
        assert isinstance(panel.end("calm"), Finished)
        (expected,) = panel.results("calm")
    assert expected != pixels
    trap = Trap(sight_of(Step.RESULT_CHUNK, "cut", len(expected)), Wire.cut)
    stage.line.trap = trap
    with stage.panel("cut", through_line=True) as panel:
        panel.send("cut", pixels, bytes(mask), "builtin_fill")
        assert isinstance(panel.end("cut"), Finished)
        assert trap.sprung.is_set()
        assert panel.results("cut") == [expected]


def test_a_poisonous_job_costs_one_worker_however_often_it_is_asked_for(stage: Stage) -> None:
    with stage.panel("one") as panel:
        panel.submit("poison", crash=True)
        end = panel.end("poison")
        assert isinstance(end, Failed)
        assert end.error.code is ErrorCode.WORKER_LOST
        pixels = panel.submit("good")
        assert isinstance(panel.end("good"), Finished)
        assert panel.results("good") == [echoed(pixels)]
    stage.kill_server()
    stage.start()
    with stage.panel("one") as panel:
        panel.submit("poison", crash=True)
        assert panel.end("poison") == end, "the same id is the same job, and it has ended"
        panel.submit("also-good")
        assert isinstance(panel.end("also-good"), Finished)
    log = (stage.data / "backend.log").read_text()
    assert log.count(f"ended with exit code {CRASH_EXIT_CODE}") == 1


def test_a_poisonous_job_that_takes_the_backend_with_it_is_not_run_again(stage: Stage) -> None:
    with stage.panel("one") as panel:
        panel.submit("poison", seconds=60.0)
        panel.wait_for(Started, "poison")
        panel.submit("waits")
        for _ in range(2):
            stage.kill_server()
            stage.start()
        end = panel.end("poison")
        assert isinstance(end, Failed)
        assert end.error.code is ErrorCode.INTERRUPTED
        assert isinstance(panel.end("waits"), Finished)
        assert (len(panel.ends("poison")), len(panel.ends("waits"))) == (1, 1)


def test_a_damaged_journal_costs_its_jobs_and_nothing_more(stage: Stage) -> None:
    with stage.panel("one") as panel:
        panel.submit("before")
        panel.end("before")
    stage.kill_server()
    journal = stage.data / "journal.sqlite3"
    for side in ("-wal", "-shm"):
        journal.with_name(journal.name + side).unlink(missing_ok=True)
    journal.write_bytes(os.urandom(50_000))
    pixels = {each.name for each in (stage.data / "blobs").iterdir()}
    for number in range(2):
        stage.start()
        with stage.panel("one") as panel:
            panel.submit(f"after-{number}")
            assert isinstance(panel.end(f"after-{number}"), Finished)
        stage.kill_server()
    stage.start()
    assert set(stage.listed()) == {"after-0", "after-1"}
    assert len(list(stage.data.glob("journal.sqlite3.damaged-*"))) == 1, "no loop"
    kept = stage.data / "blobs.damaged-1"
    assert {each.name for each in kept.iterdir()} == pixels


class Foreigner:
    """Somebody else's program, on the port that a killed backend had."""

    def __init__(self, port: int) -> None:
        self.heard = b""
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection:
                    self.heard += connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nOK\n")

    def close(self) -> None:
        self._listener.close()


def test_who_has_the_port_of_a_killed_backend_is_shown_no_token(stage: Stage) -> None:
    told = json.loads((stage.data / "runtime.json").read_text())
    token = (stage.data / "token").read_text()
    stage.kill_server()
    # Its process number has been given to somebody else, too: to us.
    (stage.data / "runtime.json").write_text(json.dumps({**told, "pid": os.getpid()}))
    foreigner = Foreigner(int(told["url"].rstrip("/").rpartition(":")[2]))
    try:
        plugin = launcher(stage.data)
        assert plugin.find() is None
        started = plugin.find_or_start()
        assert started.url != told["url"]
        with Panel(stage.data, "one") as panel:
            panel.submit("job")
            assert isinstance(panel.end("job"), Finished)
        assert b"GET /health/" in foreigner.heard
        assert token.encode() not in foreigner.heard
        assert b"uthorization" not in foreigner.heard
        psutil.Process(started.pid).terminate()
    finally:
        foreigner.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Room for 12 megabytes; skips where we may not make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a disk of our own takes an administrator")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill_up(disk: Path) -> Path:
    filler = disk / "filler"
    with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return filler


def test_on_a_disk_that_is_really_full_ends_are_kept_and_room_can_be_made(small_disk: Path) -> None:
    stage = Stage(small_disk)
    stage.start()
    try:
        with stage.panel("one") as panel:
            panel.submit("old")
            panel.end("old")
            panel.submit("job", seconds=1.0, previews=3)
            panel.wait_for(Started, "job")
            filler = fill_up(small_disk)
            end = panel.end("job")
            assert isinstance(end, Failed)
            assert end.error.code is ErrorCode.DISK_FULL
        # Killed at once: what the client was told is on the disk, thanks to the room kept back.
        stage.kill_server()
        stage.start()
        assert stage.listed()["job"].state is JobState.FAILED
        with Panel(stage.data, "owner", secret=owner_secret(stage.data)) as owner:
            assert owner.forget("old", everyone=True) == 1
        filler.unlink()
        with stage.panel("one") as panel:
            pixels = panel.submit("next")
            assert isinstance(panel.end("next"), Finished)
            assert panel.results("next") == [echoed(pixels)]
    finally:
        stage.close()
