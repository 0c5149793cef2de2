"""Bytes on their way to the writer's thread, and what waits for them."""

from __future__ import annotations

import asyncio
import errno
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from tests.backend.live import RGBA8, SIZE
from velatura_backend.connections import uploads
from velatura_backend.connections.upload_sink import FileSink
from velatura_backend.connections.uploads import Uploads
from velatura_protocol.errors import VelaturaError
from velatura_protocol.messages import Blob


class FullDisk:
    """Takes nothing, and says so when it is let."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def receive(self) -> FullDisk:
        return self

    def write(self, data: memoryview) -> None:
        self.go.wait(60)
        raise OSError(errno.ENOSPC, "No space left on device")

    def abort(self) -> None:
        pass


class Session:
    is_closed = False

    def __init__(self) -> None:
        self.sinks: dict[str, FileSink] = {}
        self.refused: list[str] = []

    def accept_blob(self, blob: str, sink: FileSink) -> None:
        self.sinks[blob] = sink

    def refuse_blob(self, blob: str, error: VelaturaError) -> None:
        self.refused.append(blob)


async def test_a_reader_that_waits_for_a_full_disk_is_woken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the first failure of a blob is told of; the disk is caught up with later."""
    monkeypatch.setattr(uploads, "_MOST_UNWRITTEN", 25)
    disk, session, behind = FullDisk(), Session(), list[bool]()
    with ThreadPoolExecutor(1) as writer:
        ground: Any = SimpleNamespace(store=disk, writer=writer)
        link: Any = session
        caller: Any = None
        received = Uploads(ground, link, caller, None, lambda: behind.append(received.is_behind))
        for blob in "ab":
            received.opened(Blob(blob, SIZE, RGBA8, SIZE.width * SIZE.height * 4))
        for blob in "abaaaa":
            session.sinks[blob].write(memoryview(bytes(10)))
        assert received.is_behind
        disk.go.set()
        while len(session.refused) < 2 or received.is_behind:
            await asyncio.sleep(0)
    assert session.refused == ["a", "b"]
    assert behind[-1] is False
