"""Against real processes: a backend of a few lines that behaves as each test needs it."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from velatura_plugin import launcher as launcher_module
from velatura_plugin.launcher import Launcher, StartFailed, scrubbed
from velatura_protocol.errors import DataDirectoryInUse, VersionMismatch

PRELUDE = """
import hmac, json, os, socket, sys, threading
directory = sys.argv[sys.argv.index("--data-dir") + 1]
def prove(listener):
    while True:
        with listener.accept()[0] as asking:
            path = asking.recv(4096).split()[1].decode()
            said = b"velatura health " + path.removeprefix("/health/").encode()
            proof = hmac.new(b"a token", said, "sha256").hexdigest()
            asking.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n" + proof.encode())
def ready(protocol="1.0"):
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=prove, args=(listener,), daemon=True).start()
    with open(directory + "/token", "w") as file:
        file.write("a token")
    url = f"ws://127.0.0.1:{listener.getsockname()[1]}/"
    line = {"event": "ready", "url": url, "token_file": directory + "/token", "pid": os.getpid(),
            "protocol": protocol, "version": "9.9"}
    with open(directory + "/runtime.json", "w") as file:
        json.dump(line, file)
    print(json.dumps(line), flush=True)
    return listener
def until_parent_ends():
    sys.stdin.buffer.read()
"""


class Scripts:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.launchers: list[Launcher] = []

    def launcher(self, body: str, *, with_parent: bool = True, seconds: float = 20.0) -> Launcher:
        path = self.folder / "backend.py"
        path.write_text(PRELUDE + textwrap.dedent(body))
        launcher = Launcher(
            self.data,
            command=[sys.executable, str(path)],
            with_parent=with_parent,
            start_seconds=seconds,
        )
        self.launchers.append(launcher)
        return launcher


@pytest.fixture
def scripts(tmp_path: Path) -> Iterator[Scripts]:
    made = Scripts(tmp_path)
    yield made
    for launcher in made.launchers:
        launcher.stop()


READY = "listener = ready()\nuntil_parent_ends()"


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
