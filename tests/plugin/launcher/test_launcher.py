"""Against real processes: a backend of a few lines that behaves as each test needs it."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.plugin.launching import PRELUDE, READY, Scripts, made_in
from velatura_plugin.launcher import launcher as launcher_module
from velatura_plugin.launcher.launcher import Launcher, StartFailed, scrubbed


@pytest.fixture
def scripts(tmp_path: Path) -> Iterator[Scripts]:
    yield from made_in(tmp_path)


def test_start_waits_for_the_ready_line(scripts: Scripts) -> None:
    launcher = scripts.launcher('print("something else")\n' + READY)
    endpoint = launcher.start()
    assert endpoint.url.startswith("ws://127.0.0.1:")
    assert endpoint.version == "9.9"
    assert launcher.exit_cause() is None
    assert launcher.find() == endpoint
    assert launcher.find_or_start() == endpoint, "what runs is not started again"


def test_stop_ends_what_was_started(scripts: Scripts) -> None:
    launcher = scripts.launcher(READY)
    process = psutil.Process(launcher.start().pid)
    launcher.stop()
    assert not process.is_running()
    assert launcher.find() is None
    launcher.stop()


def test_a_backend_that_does_not_listen_to_stop_is_killed(scripts: Scripts) -> None:
    launcher = scripts.launcher("listener = ready()\nthreading.Event().wait()")
    process = psutil.Process(launcher.start().pid)
    launcher.stop(seconds=0.2)
    assert not process.is_running()


def test_a_backend_with_other_clients_is_left_to_them(scripts: Scripts) -> None:
    staying = (
        "listener = ready()\nsys.stdin.read()\n"
        "print(json.dumps({'event': 'staying'}), flush=True)\nthreading.Event().wait()"
    )
    launcher = scripts.launcher(staying)
    process = psutil.Process(launcher.start().pid)
    launcher.stop(seconds=20)
    try:
        assert process.is_running()
    finally:
        process.kill()
        process.wait()


def test_a_backend_of_its_own_outlives_the_launcher(scripts: Scripts) -> None:
    launcher = scripts.launcher("listener = ready()\nthreading.Event().wait()", with_parent=False)
    endpoint = launcher.start()
    launcher.stop()
    process = psutil.Process(endpoint.pid)
    assert process.is_running()
    process.kill()
    launcher.exit_cause()


def test_options_and_environment(scripts: Scripts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere/else")
    monkeypatch.setenv("GIMP3_PLUGINDIR", "/somewhere/else")
    launcher = scripts.launcher(
        """
        with open(directory + "/seen", "w") as file:
            json.dump([sys.argv[1:], dict(os.environ), os.getcwd()], file)
        """
        + READY.replace("\n", "\n        ")
    )
    launcher.start()
    options, environment, folder = json.loads((scripts.data / "seen").read_text())
    assert options == ["--port", "0", "--data-dir", str(scripts.data), "--with-parent"]
    assert "PYTHONPATH" not in environment
    assert "GIMP3_PLUGINDIR" not in environment
    assert "PATH" in environment
    assert folder == str(scripts.data)


def test_a_confined_editor_starts_nothing_and_says_what_to_type(scripts: Scripts) -> None:
    confined = Launcher(scripts.data, command=["/opt/my velatura", "serve"], confined=True)
    with pytest.raises(StartFailed) as raised:
        confined.start()
    assert raised.value.params == {"reason": "sandboxed"}
    assert raised.value.detail == f"'/opt/my velatura' serve --stay --data-dir {scripts.data}"
    assert not scripts.data.exists()


KILLED = "os.kill(os.getpid(), 9)"
FAILED_FIRST = f'print("no disk", file=sys.stderr, flush=True)\n{KILLED}'


@pytest.mark.parametrize(
    ("system", "body", "reason"),
    [
        ("darwin", KILLED, "sandboxed"),
        ("darwin", FAILED_FIRST, "ended by signal 9"),
        ("darwin", "sys.exit(3)", "ended with exit code 3"),
        ("linux", KILLED, "ended by signal 9"),
    ],
)
def test_who_is_killed_by_macos_at_once_is_started_by_hand(
    scripts: Scripts, system: str, body: str, reason: str
) -> None:
    path = scripts.folder / "backend.py"
    path.write_text(PRELUDE + body)
    launcher = Launcher(scripts.data, command=[sys.executable, str(path)], system=system)
    with pytest.raises(StartFailed) as raised:
        launcher.start()
    assert raised.value.params == {"reason": reason}
    typed = f"{sys.executable} {path} --stay --data-dir {scripts.data}"
    assert (raised.value.detail == typed) is (reason == "sandboxed")


@pytest.mark.parametrize(
    ("system", "reason"),
    [("darwin", "sandboxed"), ("linux", "cannot be started, Operation not permitted")],
)
def test_who_may_start_nothing_says_what_to_type(
    scripts: Scripts, monkeypatch: pytest.MonkeyPatch, system: str, reason: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(launcher_module.subprocess, "Popen", refused)
    with pytest.raises(StartFailed) as raised:
        Launcher(scripts.data, command=["velatura", "serve"], system=system).start()
    assert raised.value.params == {"reason": reason}
    typed = f"velatura serve --stay --data-dir {scripts.data}"
    assert raised.value.detail == (typed if reason == "sandboxed" else "")


@pytest.mark.parametrize("confined", [True, False])
def test_a_backend_whose_process_cannot_be_seen_is_found(scripts: Scripts, confined: bool) -> None:
    """A confined editor has process numbers of its own: whether it proves itself decides."""
    endpoint = scripts.launcher(READY).start()
    runtime = scripts.data / "runtime.json"
    told = json.loads(runtime.read_text())
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    runtime.write_text(json.dumps({**told, "pid": ended.pid}))
    found = Launcher(scripts.data, confined=confined).find()
    assert found is not None
    assert found.url == endpoint.url


def test_scrubbed() -> None:
    given = {"PATH": "/bin", "LD_LIBRARY_PATH": "x", "DYLD_X": "x", "PYTHONHOME": "x", "LANG": "C"}
    assert scrubbed(given) == {"PATH": "/bin", "LANG": "C"}


def test_why_it_ended_is_told(scripts: Scripts) -> None:
    launcher = scripts.launcher('print("no such module: numpy", file=sys.stderr); sys.exit(3)')
    with pytest.raises(StartFailed) as raised:
        launcher.start()
    assert raised.value.params == {"reason": "ended with exit code 3"}
    assert raised.value.detail == "no such module: numpy"
    assert not raised.value.retryable
    assert launcher.exit_cause() == "ended with exit code 3"
    mode = (scripts.data / "backend-start.log").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_crash_later_is_told_too(scripts: Scripts) -> None:
    launcher = scripts.launcher(READY)
    os.kill(launcher.start().pid, signal.SIGKILL)
    while launcher.exit_cause() is None:
        threading.Event().wait(0.01)
    assert launcher.exit_cause() == "ended by signal 9"
    assert launcher.find() is None, "the file it left deceives nobody"


def test_one_that_takes_too_long_is_ended(scripts: Scripts) -> None:
    launcher = scripts.launcher(
        'print("compiling", file=sys.stderr, flush=True)\nuntil_parent_ends()', seconds=1.0
    )
    with pytest.raises(StartFailed) as raised:
        launcher.start()
    assert raised.value.params == {"reason": "took too long to start"}
    assert raised.value.detail == "compiling"


def test_a_start_can_be_stopped(scripts: Scripts) -> None:
    launcher = scripts.launcher('open(directory + "/up", "w").close()\nuntil_parent_ends()')
    failed: list[StartFailed] = []

    def start() -> None:
        try:
            launcher.start()
        except StartFailed as error:
            failed.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    while thread.is_alive():
        launcher.abort()
        thread.join(0.05)
    assert failed[0].params == {"reason": "start was stopped"}
    launcher.abort()


def test_not_installed(tmp_path: Path) -> None:
    with pytest.raises(StartFailed) as raised:
        Launcher(tmp_path).start()
    assert raised.value.params == {"reason": "not installed"}


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StartFailed) as raised:
        Launcher(tmp_path, command=[str(tmp_path / "none")]).start()
    assert "cannot be started" in str(raised.value.params["reason"])


def test_the_installed_command(scripts: Scripts) -> None:
    path = scripts.folder / "backend.py"
    path.write_text(PRELUDE + READY)
    scripts.data.mkdir()
    content = {"command": [sys.executable, str(path)], "version": "1"}
    (scripts.data / "install.json").write_text(json.dumps(content))
    launcher = Launcher(scripts.data, with_parent=True, grace_seconds=30)
    scripts.launchers.append(launcher)
    assert launcher.start().version == "9.9"
