"""The backend as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.backend.live import echo_task, process
from velatura_backend.instance import read_runtime
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import (
    Accepted,
    Failed,
    Finished,
    Result,
    Resume,
    ResumePoint,
    Started,
)


def test_the_ready_line_and_the_runtime_file_say_the_same(tmp_path: Path) -> None:
    with process(tmp_path) as backend:
        assert backend.ready["event"] == "ready"
        runtime = json.loads((tmp_path / "data" / "runtime.json").read_text())
        assert {"event": "ready", **runtime} == backend.ready
        assert backend.ready["pid"] == backend.popen.pid
        assert backend.ready["protocol"] == "1.0"
        info = read_runtime(tmp_path / "data")
        assert info is not None
        assert info.url == backend.ready["url"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with process(tmp_path) as backend:
        children = psutil.Process(backend.popen.pid).children(recursive=True)
        backend.popen.send_signal(number)
        assert backend.popen.wait(60) == 0
        assert not (tmp_path / "data" / "runtime.json").exists()
        assert not (tmp_path / "data" / "token").exists()
        psutil.wait_procs(children, timeout=5)
        assert not any(child.is_running() for child in children)


def test_it_ends_with_its_parent_when_asked(tmp_path: Path) -> None:
    with process(tmp_path, "--with-parent") as backend:
        assert backend.popen.stdin is not None
        backend.popen.stdin.close()
        assert backend.popen.wait(60) == 0


def test_it_goes_when_nobody_needs_it(tmp_path: Path) -> None:
    with process(tmp_path, "--grace", "0.2") as backend:
        assert backend.popen.wait(60) == 0


async def test_it_stays_while_somebody_is_there(tmp_path: Path) -> None:
    with process(tmp_path, "--grace", "0.2") as backend:
        async with backend.client() as client:
            await client.upload_echo_inputs()
            await client.submit("job", echo_task(parameters={"seconds": 0.6}))
            assert isinstance(await client.end_of("job"), Finished)
        assert backend.popen.wait(60) == 0


def second(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "velatura_backend", "serve", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_two_backends_do_not_share_a_directory(tmp_path: Path) -> None:
    with process(tmp_path) as backend:
        other = second(tmp_path, "--data-dir", str(tmp_path / "data"))
        assert other.returncode == 4
        assert other.stdout == ""
        assert f"process {backend.popen.pid}" in other.stderr
        assert len(other.stderr.splitlines()) == 1
        assert read_runtime(tmp_path / "data") is not None


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        other = second(tmp_path, "--data-dir", str(tmp_path / "data"), "--port", port)
    assert other.returncode == 4
    assert "port is taken" in other.stderr
    assert len(other.stderr.splitlines()) == 1
    assert not (tmp_path / "data" / "runtime.json").exists()


def test_a_directory_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    other = second(tmp_path, "--data-dir", str(tmp_path / "file"))
    assert other.returncode == 4
    assert len(other.stderr.splitlines()) == 1


def test_the_server_process_has_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    with process(tmp_path) as backend:
        maps = Path(f"/proc/{backend.popen.pid}/maps")
        if not maps.exists():
            pytest.skip("needs /proc")
        loaded = maps.read_text()
        for name in ("numpy", "llvmlite", "scipy", "libvips", "torch", "onnxruntime"):
            assert name not in loaded


def test_it_is_small(tmp_path: Path) -> None:
    with process(tmp_path) as backend:
        memory = psutil.Process(backend.popen.pid).memory_info().rss
        assert memory < 60 * 1024 * 1024


async def test_sigkill_loses_neither_queued_nor_finished_jobs(tmp_path: Path) -> None:
    with process(tmp_path) as backend:
        async with backend.client() as client:
            await client.upload_echo_inputs()
            await client.submit("done", echo_task())
            done = await client.end_of("done")
            await client.submit("runs", echo_task(parameters={"seconds": 60.0}))
            started = await client.wait_for(Started, job="runs")
            await client.submit("waits", echo_task(prompt="again"))
            accepted = await client.wait_for(Accepted, job="waits")
            backend.popen.send_signal(signal.SIGKILL)
            await client.until_closed()

    with process(tmp_path) as backend:
        points = (ResumePoint("runs", started.seq), ResumePoint("waits", accepted.seq))
        async with backend.client(resume=points) as client:
            interrupted = await client.end_of("runs")
            assert isinstance(interrupted, Failed)
            assert interrupted.error.code is ErrorCode.INTERRUPTED
            assert interrupted.error.retryable
            assert interrupted.seq > started.seq
            assert isinstance(await client.end_of("waits"), Finished)
            assert all(event.seq > accepted.seq for event in client.story("waits"))

            await client.send(Resume("done"))
            assert await client.end_of("done") == done
            patch = client.seen(Result, job="done")[0].variation.layers[0].patches[0]
            assert await client.fetch(patch.pixels)


async def test_a_killed_worker_takes_no_job_of_others_along(tmp_path: Path) -> None:
    with process(tmp_path) as backend:
        async with backend.client() as client:
            await client.upload_echo_inputs()
            await client.submit("crash", echo_task(parameters={"crash": True}))
            await client.submit("good", echo_task())
            end = await client.end_of("crash")
            assert isinstance(end, Failed)
            assert end.error.code is ErrorCode.WORKER_LOST
            assert isinstance(await client.end_of("good"), Finished)


def test_a_damaged_journal_is_said_and_does_not_keep_it_from_starting(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "journal.sqlite3").write_bytes(b"damage" * 1000)
    with process(tmp_path, stderr=subprocess.PIPE) as backend:
        assert backend.popen.stderr is not None
        assert "damaged-1" in backend.popen.stderr.readline()


def test_a_terminal_that_is_gone_does_not_matter(tmp_path: Path) -> None:
    """The ready line's reader may leave after reading it."""
    with process(tmp_path) as backend:
        assert backend.popen.stdout is not None
        backend.popen.stdout.close()
        os.kill(backend.popen.pid, signal.SIGTERM)
        assert backend.popen.wait(60) == 0
