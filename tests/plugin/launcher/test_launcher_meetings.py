"""What a launcher finds: backends that are there already, or were."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.launching import READY, Scripts, made_in
from velatura_plugin.launcher import launcher as launcher_module
from velatura_plugin.launcher.launcher import Launcher, StartFailed
from velatura_protocol.errors import DataDirectoryInUse, VersionMismatch


@pytest.fixture
def scripts(tmp_path: Path) -> Iterator[Scripts]:
    yield from made_in(tmp_path)


def runtime(data: Path, **changes: object) -> None:
    data.mkdir(exist_ok=True)
    fields = {"url": "ws://127.0.0.1:1/", "token_file": "t", "pid": os.getpid(), "protocol": "1.0"}
    (data / "runtime.json").write_text(json.dumps(fields | changes))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"url": 1, "token_file": 2, "pid": "x"}'])
def test_a_broken_runtime_file_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "runtime.json").write_text(text)
    assert Launcher(tmp_path).find() is None


@pytest.mark.parametrize(
    "changes", [{"pid": 10**30}, {"url": "ws://127.0.0.1:99999/"}, {"url": "ws://[::1/"}]
)
def test_a_runtime_file_of_nonsense_is_none(tmp_path: Path, changes: dict[str, object]) -> None:
    runtime(tmp_path, **changes)
    assert Launcher(tmp_path).find() is None


def test_a_stale_runtime_file_is_none(tmp_path: Path, unused_tcp_port: int) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    runtime(tmp_path, pid=ended.pid)
    assert Launcher(tmp_path).find() is None
    runtime(tmp_path, url=f"ws://127.0.0.1:{unused_tcp_port}/")
    assert Launcher(tmp_path).find() is None, "the process number belongs to somebody else now"


def test_a_backend_of_another_protocol(scripts: Scripts) -> None:
    with pytest.raises(VersionMismatch) as raised:
        scripts.launcher('listener = ready("2.3")\nuntil_parent_ends()').start()
    assert raised.value.params == {"ours": "1.0", "theirs": "2.3"}
    with pytest.raises(VersionMismatch):
        Launcher(scripts.data).find()


def test_two_that_start_at_once_share_one(scripts: Scripts) -> None:
    first = scripts.launcher(READY).start()
    assert scripts.launcher("sys.exit(4)").start() == first


def test_one_that_is_refused_for_another_reason_is_not_waited_for(scripts: Scripts) -> None:
    launcher = scripts.launcher(
        """
        print("the disk is full", file=sys.stderr)
        print(json.dumps({"event": "refused", "code": "disk_full"}), flush=True)
        sys.exit(4)
        """
    )
    with pytest.raises(StartFailed) as raised:
        launcher.start()
    assert raised.value.detail == "the disk is full"


def test_one_that_was_on_its_way_out_is_replaced(
    scripts: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher_module, "OTHER_SECONDS", 0.2)
    launcher = scripts.launcher(
        """
        if not os.path.exists(directory + "/was-in-use"):
            open(directory + "/was-in-use", "w").close()
            sys.exit(4)
        """
        + READY.replace("\n", "\n        ")
    )
    assert launcher.start() == launcher.find()


def test_a_data_directory_that_somebody_keeps(scripts: Scripts) -> None:
    with pytest.raises(DataDirectoryInUse):
        scripts.launcher("sys.exit(4)", seconds=0.5).start()
