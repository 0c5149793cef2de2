from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from velatura_backend.connections.downloads import Downloads
from velatura_backend.executors.base import StoredBlob, WorkPreview
from velatura_backend.jobs.previews import PreviewSlots, SharedPreview
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import ErrorCode, LimitExceeded
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import (
    PROTOCOL,
    Blob,
    BlobAbort,
    BlobCredit,
    BlobEnd,
    BlobHave,
    BlobRef,
    Chunk,
    Error,
    ErrorInfo,
    Hello,
    Limits,
    Message,
    Preview,
    Welcome,
)
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.session import BlobKnown, BlobRejected, BlobSent, ServerSession

SIZE = Size(10, 10)


@pytest.fixture
def session() -> ServerSession:
    session = ServerSession(Limits())
    session.receive(encode(Hello(PROTOCOL, PROTOCOL, "c", "s")))
    session.welcome(Welcome(PROTOCOL, "1", (), (), Limits()))
    session.next_message()
    return session


@pytest.fixture
def downloads(session: ServerSession) -> Downloads:
    return Downloads(session, None)


def said(session: ServerSession, downloads: Downloads) -> list[Message]:
    messages: list[Message] = []
    while (data := session.next_message()) is not None:
        messages.append(decode(data, Limits()))
        for event in session.take_events():
            assert isinstance(event, BlobSent | BlobKnown | BlobRejected)
            downloads.done(event)
    return messages


def hear(session: ServerSession, downloads: Downloads, message: Message) -> None:
    for event in session.receive(encode(message)):
        assert isinstance(event, BlobSent | BlobKnown | BlobRejected)
        downloads.done(event)


def stored(tmp_path: Path, seed: int = 0) -> tuple[BlobRef, Path]:
    data = bytes([seed]) * SIZE.area
    path = tmp_path / f"blob{seed}"
    path.write_bytes(data)
    digest = hashlib.blake2b(data, digest_size=32).hexdigest()
    return BlobRef(digest, SIZE, MASK_FORMAT), path


def test_a_blob_is_offered_by_digest_and_sent_when_wanted(
    session: ServerSession, downloads: Downloads, tmp_path: Path
) -> None:
    finished: list[int] = []
    blob, path = stored(tmp_path)
    downloads.send(blob, path, lambda: finished.append(1))
    (header,) = said(session, downloads)
    assert isinstance(header, Blob)
    assert header.digest == blob.digest
    hear(session, downloads, BlobCredit(header.blob, SIZE.area))
    chunk, end = said(session, downloads)
    assert isinstance(chunk, Chunk)
    assert bytes(chunk.data) == path.read_bytes()
    assert isinstance(end, BlobEnd)
    assert finished == [1]


@pytest.mark.parametrize("answer", [BlobHave, BlobAbort])
def test_a_blob_that_is_not_wanted_is_let_go(
    session: ServerSession, downloads: Downloads, tmp_path: Path, answer: type
) -> None:
    finished: list[int] = []
    blob, path = stored(tmp_path)
    downloads.send(blob, path, lambda: finished.append(1))
    (header,) = said(session, downloads)
    assert isinstance(header, Blob)
    no = BlobAbort(header.blob, ErrorInfo(ErrorCode.DISK_FULL), by_sender=False)
    hear(session, downloads, BlobHave(header.blob) if answer is BlobHave else no)
    said(session, downloads)
    assert finished == [1]


def test_few_files_are_open_at_a_time(
    session: ServerSession, downloads: Downloads, tmp_path: Path
) -> None:
    finished: list[int] = []
    for seed in range(40):
        blob, path = stored(tmp_path, seed)
        downloads.send(blob, path, lambda: finished.append(1))
    headers = said(session, downloads)
    assert len(headers) == 16
    assert isinstance(headers[0], Blob)
    hear(session, downloads, BlobHave(headers[0].blob))
    assert sum(isinstance(message, Blob) for message in said(session, downloads)) == 1
    session.connection_lost()
    downloads.close()
    assert len(finished) == 40


def test_who_asks_without_end_is_stopped(downloads: Downloads, tmp_path: Path) -> None:
    finished: list[int] = []
    blob, path = stored(tmp_path)
    for _ in range(16 + 4096):
        downloads.send(blob, path, lambda: finished.append(1))
    with pytest.raises(LimitExceeded):
        downloads.send(blob, path, lambda: finished.append(1))
    assert finished == [1]


def offered(slots: PreviewSlots, tmp_path: Path, name: str) -> SharedPreview:
    _, path = stored(tmp_path, ord(name))
    blob = StoredBlob(path, SIZE, MASK_FORMAT, "")
    preview = SharedPreview("j", WorkPreview(0, Rect(0, 0, 10, 10), blob), 1)
    slots.offer(preview)
    return preview


def test_one_preview_travels_at_a_time(
    session: ServerSession, downloads: Downloads, tmp_path: Path
) -> None:
    slots = PreviewSlots(lambda: None)
    offered(slots, tmp_path, "a")
    assert downloads.send_preview(slots)
    offered(slots, tmp_path, "b")
    assert not downloads.send_preview(slots)
    kinds = [type(message) for message in said(session, downloads)]
    assert kinds == [Preview, Blob, Chunk, BlobEnd]
    assert downloads.send_preview(slots)
    assert list(tmp_path.iterdir()) == []


def test_a_result_takes_the_preview_s_place(
    session: ServerSession, downloads: Downloads, tmp_path: Path
) -> None:
    slots = PreviewSlots(lambda: None)
    offered(slots, tmp_path, "a")
    downloads.send_preview(slots)
    downloads.drop_preview("other")
    downloads.drop_preview("j")
    kinds = [type(message) for message in said(session, downloads)]
    assert kinds == [Preview, Blob, BlobAbort]
    assert not downloads.send_preview(slots)


def test_a_preview_that_is_gone_is_passed_over(downloads: Downloads, tmp_path: Path) -> None:
    slots = PreviewSlots(lambda: None)
    offered(slots, tmp_path, "a").work.blob.path.unlink()
    downloads.send_preview(slots)
    offered(slots, tmp_path, "b")
    assert downloads.send_preview(slots)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"short")])
def test_a_blob_whose_file_is_gone_is_told_and_the_others_go_on(
    spoil, session: ServerSession, downloads: Downloads, tmp_path: Path
) -> None:
    finished: list[int] = []
    gone, path = stored(tmp_path, 1)
    spoil(path)
    downloads.send(gone, path, lambda: finished.append(1))
    there, path = stored(tmp_path, 2)
    downloads.send(there, path, lambda: finished.append(2))
    error, header = said(session, downloads)
    assert isinstance(error, Error)
    assert error.error.params == {"what": "blob", "id": gone.digest}
    assert isinstance(header, Blob)
    assert header.digest == there.digest
    assert finished == [1]
