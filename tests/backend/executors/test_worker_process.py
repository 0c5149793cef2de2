from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from velatura_backend.executors import worker_process
from velatura_backend.executors.pipe import WorkerSettings
from velatura_backend.executors.worker_process import prepare_environment

_SERVER = """
import asyncio, sys
from velatura_backend.executors.local import LocalExecutor
from velatura_backend.executors.pipe import WorkerSettings

async def main():
    ready = asyncio.Event()
    executor = LocalExecutor((WorkerSettings(threads=1, warm=False),), ready.set)
    await executor.start()
    await ready.wait()
    print(executor.worker_pids()[0], flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_worker_does_not_outlive_its_server(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(_SERVER)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        os.kill(worker, 0)
        server.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 60
    while _is_alive(worker):
        assert time.monotonic() < deadline, "the worker lives on"
        time.sleep(0.01)


def _is_alive(pid: int) -> bool:
    """A process that ended, but that nobody has reaped, is dead too."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "OMP_WAIT_POLICY", "TORCHINDUCTOR_CACHE_DIR")
    for name in (*own, *worker_process._NO_HUB, *worker_process._UNWANTED):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("environment")
def test_the_environment_is_set_before_numba(tmp_path: Path) -> None:
    cache = tmp_path / "kernels"
    prepared = prepare_environment(WorkerSettings(threads=3, numba_cache=str(cache)))
    assert (prepared.threads, prepared.numba_cache) == (3, cache)
    assert not prepared.cache_is_temporary
    assert os.environ["NUMBA_CACHE_DIR"] == str(cache)
    assert os.environ["TORCHINDUCTOR_CACHE_DIR"] == str(cache / "torch")
    assert os.environ["NUMBA_NUM_THREADS"] == "3"
    assert os.environ["OMP_WAIT_POLICY"] == "passive"


@pytest.mark.usefixtures("environment")
def test_libraries_of_models_talk_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("DIFFUSERS_TRUST_REMOTE_KERNELS", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    prepare_environment(WorkerSettings(threads=1, numba_cache=str(tmp_path)))
    assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert os.environ["DIFFUSERS_DISABLE_REMOTE_CODE"] == "1"
    assert "HF_TOKEN" not in os.environ
    assert "DIFFUSERS_TRUST_REMOTE_KERNELS" not in os.environ


@pytest.mark.usefixtures("environment")
def test_a_cache_that_cannot_be_written_gives_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "kernels"
    in_the_way.write_text("")
    monkeypatch.setattr(worker_process, "default_numba_cache", lambda: in_the_way)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    prepared = prepare_environment(WorkerSettings())
    assert prepared.cache_is_temporary
    assert prepared.numba_cache.is_dir()
    assert prepared.threads >= 1
