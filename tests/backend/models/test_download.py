"""One file from a server that behaves, and from servers that do not."""

from __future__ import annotations

import errno
import hashlib
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.model_hub import Habit, Hub, model_hub
from velatura_backend.models import download as download_module
from velatura_backend.models.download import Patience, Wanted, download
from velatura_backend.models.web import Web
from velatura_backend.models.work import Meter, Step, unheard
from velatura_protocol.errors import Cancelled, DiskFull, DownloadFailed

CONTENT = bytes(range(256)) * 9000
"""2.3 MB: several chunks."""

QUICK = Patience(pause=0.01, window=0.5)
PATH = "/repo/resolve/abc/weights.safetensors"


@pytest.fixture
def hub() -> Generator[Hub]:
    with model_hub() as hub:
        hub.files[PATH] = CONTENT
        yield hub


def _wanted(hub: Hub) -> Wanted:
    return Wanted(hub.url + PATH, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def _web(hub: Hub, silence: float = 5.0) -> Web:
    return Web(hub.url, proxy="direct", silence=silence)


def _download(hub: Hub, folder: Path, wanted: Wanted | None = None, silence: float = 5.0) -> Path:
    wanted = wanted or _wanted(hub)
    meter = Meter(unheard, wanted.bytes)
    target = folder / "weights.safetensors"
    assert (
        download(wanted, target, _web(hub, silence), meter, "weights.safetensors", QUICK)
        == hashlib.sha256(CONTENT).hexdigest()
    )
    assert meter.done == meter.total
    return target


def _failure(hub: Hub, folder: Path, wanted: Wanted | None = None, silence: float = 5.0) -> str:
    with pytest.raises(DownloadFailed) as caught:
        _download(hub, folder, wanted, silence)
    assert not (folder / "weights.safetensors").exists()
    return str(caught.value.params["reason"])


def _part(folder: Path) -> Path:
    return folder / "weights.safetensors.part"


def test_a_file_comes_whole(hub: Hub, tmp_path: Path) -> None:
    assert _download(hub, tmp_path).read_bytes() == CONTENT
    assert not _part(tmp_path).exists()
    assert len(hub.requests) == 1
    assert not {"authorization", "cookie", "referer"} & hub.requests[0].headers.keys()


def test_an_empty_file_comes_too(hub: Hub, tmp_path: Path) -> None:
    hub.files["/empty"] = b""
    wanted = Wanted(hub.url + "/empty", 0, hashlib.sha256().hexdigest())
    download(wanted, tmp_path / "empty", _web(hub), Meter(unheard, 0), "empty", QUICK)
    assert (tmp_path / "empty").read_bytes() == b""


def test_git_names_small_files(hub: Hub, tmp_path: Path) -> None:
    name = hashlib.sha1(b"blob %d\0" % len(CONTENT) + CONTENT).hexdigest()
    _download(hub, tmp_path, replace(_wanted(hub), sha256="", git_sha1=name))
    assert _failure(hub, tmp_path / "b", replace(_wanted(hub), git_sha1="0" * 40)) == "hash"


def test_a_dropped_connection_is_gone_on_with(hub: Hub, tmp_path: Path) -> None:
    hub.habits[PATH] = Habit(times=3, drop_after=500_000)
    assert _download(hub, tmp_path).read_bytes() == CONTENT
    ranges = [each.range for each in hub.requests]
    assert ranges == ["", "bytes=500000-", "bytes=1000000-", "bytes=1500000-"]


def test_what_brings_nothing_is_given_up_and_kept(hub: Hub, tmp_path: Path) -> None:
    hub.habits[PATH] = Habit(drop_after=0)
    _part(tmp_path).write_bytes(CONTENT[:700_000])
    assert _failure(hub, tmp_path) == "broken off"
    assert len(hub.requests) == download_module.RETRIES
    assert _part(tmp_path).read_bytes() == CONTENT[:700_000]
    hub.habits.clear()
    assert _download(hub, tmp_path).read_bytes() == CONTENT
    assert hub.requests[-1].range == "bytes=700000-"


def test_a_server_without_ranges_begins_again(hub: Hub, tmp_path: Path) -> None:
    hub.habits[PATH] = Habit(ignores_range=True)
    _part(tmp_path).write_bytes(CONTENT[:700_000])
    assert _download(hub, tmp_path).read_bytes() == CONTENT


def test_another_range_than_asked_for_is_not_taken(hub: Hub, tmp_path: Path) -> None:
    hub.habits[PATH] = Habit(times=1, wrong_range=True)
    _part(tmp_path).write_bytes(CONTENT[:700_000])
    assert _download(hub, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("kept", [b"something else" * 100_000, CONTENT + b"more"])
def test_a_part_that_is_none_of_it_is_found_out(hub: Hub, tmp_path: Path, kept: bytes) -> None:
    _part(tmp_path).write_bytes(kept)
    if len(kept) < len(CONTENT):
        assert _failure(hub, tmp_path) == "hash"
        assert not _part(tmp_path).exists()
    assert _download(hub, tmp_path).read_bytes() == CONTENT


def test_a_whole_part_needs_no_server(hub: Hub, tmp_path: Path) -> None:
    _part(tmp_path).write_bytes(CONTENT)
    _download(hub, tmp_path)
    assert not hub.requests


def test_corrupt_bytes_are_thrown_away(hub: Hub, tmp_path: Path) -> None:
    hub.habits[PATH] = Habit(corrupt=True)
    assert _failure(hub, tmp_path) == "hash"
    assert not _part(tmp_path).exists()


@pytest.mark.parametrize(
    "habit", [Habit(length=len(CONTENT) + 1), Habit(length=17), Habit(gzip=True)]
)
def test_what_announces_another_size_is_not_begun(hub: Hub, tmp_path: Path, habit: Habit) -> None:
    hub.habits[PATH] = habit
    assert _failure(hub, tmp_path) == "not as announced"
    assert not _part(tmp_path).exists()


def test_more_than_announced_is_refused(hub: Hub, tmp_path: Path) -> None:
    """A sign-in page in place of a file, an endless file: whatever is longer."""
    wanted = replace(_wanted(hub), bytes=len(CONTENT) - 1000)
    assert _failure(hub, tmp_path, wanted) == "not as announced"


def test_a_silent_server_times_out(hub: Hub, tmp_path: Path) -> None:
    hub.habits[PATH] = Habit(silent=True)
    assert _failure(hub, tmp_path, silence=0.3) == "timed out"


def test_a_dripping_server_times_out(hub: Hub, tmp_path: Path) -> None:
    hub.habits[PATH] = Habit(drip=0.02)
    wanted = replace(_wanted(hub), bytes=len(CONTENT))
    with pytest.raises(DownloadFailed) as caught:
        download_module._fetch(
            download_module._Part(_part(tmp_path), wanted, Meter(unheard, 1), "x"),
            _web(hub),
            QUICK,
        )
    assert caught.value.params == {"reason": "timed out"}


@pytest.mark.parametrize(("status", "asked"), [(404, 1), (403, 1), (503, download_module.RETRIES)])
def test_only_what_may_pass_is_tried_again(
    hub: Hub, tmp_path: Path, status: int, asked: int
) -> None:
    hub.habits[PATH] = Habit(status=status)
    assert _failure(hub, tmp_path) == "status"
    assert len(hub.requests) == asked


def test_redirects_are_followed_on_the_users_own_server(hub: Hub, tmp_path: Path) -> None:
    hub.files["/cdn/file"] = CONTENT
    hub.habits[PATH] = Habit(redirect="/cdn/file?signature=x")
    assert _download(hub, tmp_path).read_bytes() == CONTENT


def test_redirects_go_nowhere_else_inside(hub: Hub, tmp_path: Path) -> None:
    with model_hub() as other:
        other.files["/secret"] = CONTENT
        hub.habits[PATH] = Habit(redirect=f"{other.url}/secret")
        assert _failure(hub, tmp_path) == "not encrypted"
        hub.habits[PATH] = Habit(redirect=f"https://127.0.0.1:{other.port}/secret")
        assert _failure(hub, tmp_path) == "private address"
        assert not other.requests


def test_redirects_end(hub: Hub, tmp_path: Path) -> None:
    hub.habits[PATH] = Habit(redirect=PATH)
    assert _failure(hub, tmp_path) == "too many redirects"


def test_nobody_is_there(tmp_path: Path) -> None:
    with model_hub() as other:
        gone = other.port
    web = Web(f"http://127.0.0.1:{gone}", proxy="direct")
    wanted = Wanted(f"http://127.0.0.1:{gone}{PATH}", 5, "0" * 64)
    with pytest.raises(DownloadFailed) as caught:
        download(wanted, tmp_path / "a", web, Meter(unheard, 5), "a", QUICK)
    assert caught.value.params == {"reason": "unreachable"}


def test_stopping_keeps_what_has_come(hub: Hub, tmp_path: Path) -> None:
    def stop(step: Step) -> None:
        if step.done > 1_500_000:
            raise Cancelled(phase="models")

    meter = Meter(stop, len(CONTENT))
    with pytest.raises(Cancelled):
        download(_wanted(hub), tmp_path / "weights.safetensors", _web(hub), meter, "x", QUICK)
    kept = _part(tmp_path).read_bytes()
    assert len(kept) > 1_000_000
    assert CONTENT.startswith(kept)
    assert _download(hub, tmp_path).read_bytes() == CONTENT


@pytest.mark.timeout(55)
def test_stopping_does_not_wait_for_a_silent_server(hub: Hub, tmp_path: Path) -> None:
    hub.habits[PATH] = Habit(silent=True)
    stop_at = time.monotonic() + 0.3

    def stop(step: Step) -> None:
        if time.monotonic() > stop_at:
            raise Cancelled(phase="models")

    with pytest.raises(Cancelled):
        download(
            _wanted(hub), tmp_path / "a", _web(hub, 60.0), Meter(stop, len(CONTENT)), "x", QUICK
        )


def test_a_full_disk_is_said_before_it_is_full(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        download_module.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})
    )
    with pytest.raises(DiskFull):
        _download(hub, tmp_path)
    assert not hub.requests


def test_a_disk_that_fills_up_is_named(hub: Hub, tmp_path: Path) -> None:
    """A limit on the size of files is the same to whoever writes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_100_000, hard))
    try:
        with pytest.raises(DiskFull) as caught:
            _download(hub, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.EFBIG
    assert _download(hub, tmp_path).read_bytes() == CONTENT


_CHILD = """
import sys
from pathlib import Path
from velatura_backend.models.download import Patience, Wanted, download
from velatura_backend.models.web import Web
from velatura_backend.models.work import Meter

url, size, sha256, target = sys.argv[1:]
def tell(step):
    print(step.done, flush=True)
web = Web(url.split("/repo")[0], proxy="direct")
download(Wanted(url, int(size), sha256), Path(target), web, Meter(tell, int(size)), "x")
"""


def test_a_killed_download_is_gone_on_with(hub: Hub, tmp_path: Path) -> None:
    hub.habits[PATH] = Habit(drop_after=1_200_000, silent=True, times=1)
    wanted = _wanted(hub)
    target = tmp_path / "weights.safetensors"
    command = [sys.executable, "-c", _CHILD, wanted.url, str(wanted.bytes), wanted.sha256, target]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= 1_000_000:
            child.send_signal(signal.SIGKILL)
            break
    child.wait()
    child.stdout.close()
    assert not target.exists()
    assert _part(tmp_path).exists()
    assert _download(hub, tmp_path).read_bytes() == CONTENT
