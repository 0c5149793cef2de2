"""One file over the network: goes on where it broke off, checked while it comes, there whole or not
at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from velatura_protocol.errors import DiskFull, DownloadFailed
from velatura_protocol.faults import DownloadFault

from ..disk import disk_errors
from .web import Answer, Web, ask
from .work import CHUNK, Meter

RETRIES = 5
"""Attempts in a row that bring nothing, before it is given up."""

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0
_POLL_SECONDS = 0.25
_SLOWEST = 1024.0
"""Bytes a second, over ``Patience.window``, below which a server counts as silent."""
_ROOM = 64 * 1024 * 1024
"""What a disk must have left beside the file."""
_TEMPORARY = frozenset((408, 425, 429, 500, 502, 503, 504))
_PASSING = (DownloadFault.UNREACHABLE, DownloadFault.TIMED_OUT, DownloadFault.BROKEN_OFF)
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True)
class Wanted:
    """``sha256``, or for small files ``git_sha1``, as the listing of a commit has it; one of the
    two is given."""

    url: str
    bytes: int
    sha256: str = ""
    git_sha1: str = ""


@dataclass(frozen=True)
class Patience:
    """Seconds: before the first retry (each further pause is twice as long), and over which the
    slowest speed is measured."""

    pause: float = _FIRST_PAUSE
    window: float = 60.0


PATIENCE = Patience()


class _BadPart(Exception):
    """What has been kept is not the beginning of the file: start anew."""


def download(
    wanted: Wanted,
    target: Path,
    web: Web,
    meter: Meter,
    name: str,
    patience: Patience = PATIENCE,
) -> str:
    """The file's sha256, once it is at ``target``. Until then it is beside it with ``.part``, which
    stays if this ends early and is what the next call goes on with.

    :raises DownloadFailed: see there; after ``hash`` nothing is kept
    :raises DiskFull: what has come is kept
    :raises velatura_protocol.errors.Cancelled: by the meter; what has come is kept
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _Part(target.with_name(f"{target.name}.part"), wanted, meter, name)
    failures = 0
    while not part.is_whole:
        before = part.size
        try:
            _fetch(part, web, patience)
        except DownloadFailed as error:
            failures = 1 if part.size > before else failures + 1
            if failures >= RETRIES or not _may_pass(error):
                raise
            _rest(min(patience.pause * 2 ** (failures - 1), _LONGEST_PAUSE), part)
    return part.finish(target)


def _may_pass(error: DownloadFailed) -> bool:
    reason = DownloadFault(error.params["reason"])
    if reason is DownloadFault.STATUS:
        return error.params["status"] in _TEMPORARY
    return reason in _PASSING


def _rest(seconds: float, part: _Part) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        part.look_up()
        time.sleep(min(left, _POLL_SECONDS))


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


class _Part:
    """The bytes that have come so far, and their digest."""

    def __init__(self, path: Path, wanted: Wanted, meter: Meter, name: str) -> None:
        self.wanted = wanted
        self.size = 0
        self._path = path
        self._meter = meter
        self._name = name
        self._sha256: _Digest = hashlib.sha256()
        self._git = _git_digest(wanted)
        self._take_up()

    @property
    def is_whole(self) -> bool:
        return self.size == self.wanted.bytes and self._path.exists()

    def look_up(self) -> None:
        """:raises velatura_protocol.errors.Cancelled: somebody has stopped it"""
        self._meter.add(0, self._name)

    def begin_anew(self) -> None:
        self._path.unlink(missing_ok=True)
        self._meter.done -= self.size
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._git = _git_digest(self.wanted)

    def append(self, answer: Answer, patience: Patience) -> None:
        """All that the answer brings.

        :raises DownloadFailed: ``broken off`` before the end, ``not as announced`` beyond it
        """
        pace = _Pace(patience.window)
        with disk_errors(), self._path.open("ab") as file:
            while chunk := answer.read(CHUNK):
                if self.size + len(chunk) > self.wanted.bytes:
                    raise DownloadFailed(reason=DownloadFault.NOT_AS_ANNOUNCED)
                file.write(chunk)
                file.flush()
                self._count(chunk)
                pace.check(len(chunk))
        if self.size < self.wanted.bytes:
            raise DownloadFailed(reason=DownloadFault.BROKEN_OFF)

    def finish(self, target: Path) -> str:
        """:raises DownloadFailed: ``hash``"""
        sha256 = self._sha256.hexdigest()
        is_right = self.wanted.sha256 in ("", sha256)
        if self._git is not None:
            is_right = is_right and self._git.hexdigest() == self.wanted.git_sha1
        if not is_right:
            self.begin_anew()
            raise DownloadFailed(reason=DownloadFault.HASH)
        with disk_errors():
            with self._path.open("rb+") as file:
                os.fsync(file.fileno())
            self._path.replace(target)
        return sha256

    def need_room(self) -> None:
        """:raises DiskFull: before a byte of it has come"""
        left = self.wanted.bytes - self.size
        if shutil.disk_usage(self._path.parent).free < left + _ROOM:
            raise DiskFull

    def _take_up(self) -> None:
        """What an earlier attempt has left."""
        try:
            kept = self._path.stat().st_size
        except OSError:
            return
        if kept > self.wanted.bytes:
            self._path.unlink()
            return
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK):
                self._count(chunk)

    def _count(self, chunk: bytes) -> None:
        self._sha256.update(chunk)
        if self._git is not None:
            self._git.update(chunk)
        self.size += len(chunk)
        self._meter.add(len(chunk), self._name)


def _git_digest(wanted: Wanted) -> _Digest | None:
    """As git names what a file holds."""
    if not wanted.git_sha1:
        return None
    return hashlib.sha1(f"blob {wanted.bytes}\0".encode(), usedforsecurity=False)


class _Pace:
    """A server that sends a byte now and then is as good as silent."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._since = time.monotonic()
        self._bytes = 0

    def check(self, count: int) -> None:
        """:raises DownloadFailed: ``timed out``"""
        self._bytes += count
        passed = time.monotonic() - self._since
        if passed < self._window:
            return
        if self._bytes < _SLOWEST * passed:
            raise DownloadFailed(reason=DownloadFault.TIMED_OUT)
        self._since, self._bytes = time.monotonic(), 0


def _fetch(part: _Part, web: Web, patience: Patience) -> None:
    """One attempt at what is missing."""
    part.need_room()
    headers = {"Range": f"bytes={part.size}-"} if part.size else {}
    try:
        with ask(part.wanted.url, web, headers, part.look_up) as answer:
            _check_answer(answer, part)
            part.append(answer, patience)
    except _BadPart:
        part.begin_anew()
        raise DownloadFailed(reason=DownloadFault.BROKEN_OFF) from None


def _check_answer(answer: Answer, part: _Part) -> None:
    """:raises DownloadFailed: it is not the file, before a byte of it is kept"""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise DownloadFailed(reason=DownloadFault.NOT_AS_ANNOUNCED)
    if answer.status == 416:
        raise _BadPart
    if answer.status == 206:
        _check_range(answer.headers, part)
        return
    if answer.status != 200:
        raise DownloadFailed(reason=DownloadFault.STATUS, status=answer.status)
    length = answer.headers.get("content-length", "")
    if length and length != str(part.wanted.bytes):
        raise DownloadFailed(reason=DownloadFault.NOT_AS_ANNOUNCED)
    if part.size:
        # It does not know ranges: this is the file from its beginning.
        part.begin_anew()


def _check_range(headers: Mapping[str, str], part: _Part) -> None:
    match = _RANGE.fullmatch(headers.get("content-range", ""))
    if match is None or int(match[1]) != part.size:
        raise _BadPart
    if match[3] not in ("*", str(part.wanted.bytes)):
        raise DownloadFailed(reason=DownloadFault.NOT_AS_ANNOUNCED)
