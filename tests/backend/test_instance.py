from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from velatura_backend.instance import (
    InstanceLock,
    RuntimeInfo,
    drop_exposed_secret,
    is_running,
    new_token,
    owner_secret,
    published,
    read_runtime,
)
from velatura_protocol.errors import DataDirectoryInUse

HOLDER = """
import sys
from pathlib import Path
from velatura_backend.instance import InstanceLock
InstanceLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


def info(pid: int) -> RuntimeInfo:
    return RuntimeInfo("ws://127.0.0.1:1/", "/token", pid, "1.0", "0.1.0")


@pytest.fixture
def holder(tmp_path: Path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_second_backend_hears_the_first_one_s_pid(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    with pytest.raises(DataDirectoryInUse) as caught:
        InstanceLock(tmp_path).acquire()
    assert caught.value.params == {"pid": holder.pid}


def test_the_lock_goes_with_a_killed_process(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    assert is_running(tmp_path)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not is_running(tmp_path)
    with InstanceLock(tmp_path):
        assert is_running(tmp_path)
    assert not is_running(tmp_path)


def test_nothing_runs_in_an_empty_directory(tmp_path: Path) -> None:
    assert not is_running(tmp_path)
    assert read_runtime(tmp_path) is None


def test_the_runtime_file_names_the_backend_while_it_runs(tmp_path: Path) -> None:
    with InstanceLock(tmp_path), published(tmp_path, info(os.getpid())):
        assert read_runtime(tmp_path) == info(os.getpid())
        assert (tmp_path / "runtime.json").stat().st_mode & 0o077 == 0
    assert not (tmp_path / "runtime.json").exists()


def test_a_stale_runtime_file_is_seen_through_although_its_pid_lives(tmp_path: Path) -> None:
    content = json.dumps(vars(info(os.getpid())))
    (tmp_path / "runtime.json").write_text(content)
    assert read_runtime(tmp_path) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json"])
def test_a_broken_runtime_file_is_no_backend(tmp_path: Path, content: str) -> None:
    (tmp_path / "runtime.json").write_text(content)
    with InstanceLock(tmp_path):
        assert read_runtime(tmp_path) is None


def test_each_start_has_a_token_of_its_own(tmp_path: Path) -> None:
    first, path = new_token(tmp_path)
    second, _ = new_token(tmp_path)
    assert first != second
    assert len(first) >= 43
    assert path.read_text() == second
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_owner_s_secret_outlives_restarts(tmp_path: Path) -> None:
    first = owner_secret(tmp_path)
    assert owner_secret(tmp_path) == first
    assert (tmp_path / "owner_secret").stat().st_mode & 0o777 == 0o600


MAKER = """
import sys
from pathlib import Path
from velatura_backend.instance import owner_secret
sys.stdin.read()
print(owner_secret(Path(sys.argv[1])))
"""


def test_two_who_make_the_owner_s_secret_at_once_agree(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAKER, str(tmp_path)]
    makers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.close()
        maker.stdin = None
    secrets = {maker.communicate(timeout=60)[0] for maker in makers}
    assert secrets == {owner_secret(tmp_path) + "\n"}
    assert [path.name for path in tmp_path.iterdir()] == ["owner_secret"]


@pytest.mark.skipif(os.name != "posix", reason="file modes")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o606])
def test_a_secret_that_others_could_read_is_replaced(tmp_path: Path, mode: int) -> None:
    first = owner_secret(tmp_path)
    (tmp_path / "owner_secret").chmod(mode)
    assert drop_exposed_secret(tmp_path)
    assert owner_secret(tmp_path) != first
    assert (tmp_path / "owner_secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_secret_that_lies_elsewhere_is_replaced(tmp_path: Path) -> None:
    elsewhere = tmp_path / "known to others"
    elsewhere.write_text("guessed")
    elsewhere.chmod(0o600)
    (tmp_path / "owner_secret").symlink_to(elsewhere)
    assert drop_exposed_secret(tmp_path)
    assert owner_secret(tmp_path) != "guessed"
    assert elsewhere.read_text() == "guessed"


def test_a_secret_that_nobody_could_read_stays(tmp_path: Path) -> None:
    assert not drop_exposed_secret(tmp_path)
    first = owner_secret(tmp_path)
    assert not drop_exposed_secret(tmp_path)
    assert owner_secret(tmp_path) == first


def test_a_token_in_somebody_s_file_is_not_written_there(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("")
    (tmp_path / "token").symlink_to(elsewhere)
    token, path = new_token(tmp_path)
    assert not path.is_symlink()
    assert path.read_text() == token
    assert elsewhere.read_text() == ""
