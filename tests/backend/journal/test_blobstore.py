from __future__ import annotations

import errno
import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from velatura_backend.journal.blobstore import BlobStore
from velatura_protocol.errors import BadMessage, DiskFull, NotFound


def digest_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=32).hexdigest()


@pytest.fixture
def store(tmp_path: Path):
    store = BlobStore(tmp_path)
    yield store
    store.close()


def put(store: BlobStore, data: bytes) -> str:
    incoming = store.receive()
    incoming.write(data)
    incoming.finish(digest_of(data))
    return digest_of(data)


def files(tmp_path: Path) -> set[str]:
    return {path.name for path in tmp_path.rglob("*") if path.is_file()}


def test_a_blob_lies_under_its_digest(store: BlobStore, tmp_path: Path) -> None:
    incoming = store.receive()
    incoming.write(b"some ")
    incoming.write(memoryview(b"pixels"))
    digest = digest_of(b"some pixels")
    incoming.finish(digest)
    assert store.path(digest).read_bytes() == b"some pixels"
    assert files(tmp_path) == {digest}


def test_the_same_bytes_are_kept_once(store: BlobStore, tmp_path: Path) -> None:
    assert put(store, b"twice") == put(store, b"twice")
    assert len(files(tmp_path)) == 1


def test_a_stored_blob_is_not_written_again(store: BlobStore) -> None:
    path = store.path(put(store, b"x"))
    assert path.stat().st_mode & 0o777 == 0o400


def test_an_aborted_blob_leaves_nothing(store: BlobStore, tmp_path: Path) -> None:
    incoming = store.receive()
    incoming.write(b"half")
    incoming.abort()
    assert files(tmp_path) == set()


def test_a_full_disk_is_named(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = store.receive()

    def no_room(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", no_room)
    with pytest.raises(DiskFull):
        incoming.write(b"data")
    monkeypatch.undo()
    incoming.abort()


@pytest.mark.parametrize("name", ["", "../secret", "a" * 63, "A" * 64, "g" * 64, "/" + "a" * 63])
def test_no_name_leads_elsewhere(store: BlobStore, name: str) -> None:
    with pytest.raises(NotFound):
        store.path(name)


def test_a_taken_blob_is_not_discarded(store: BlobStore) -> None:
    digest = put(store, b"kept")
    assert store.take(digest)
    store.discard([digest])
    assert store.path(digest)
    assert not store.release(digest)
    assert store.release(digest)
    store.discard([digest])
    assert not store.take(digest)


def test_a_worker_s_file_is_moved_in(store: BlobStore) -> None:
    folder = store.new_work_folder()
    (folder / "random").write_bytes(b"result")
    store.adopt(folder / "random", digest_of(b"result"))
    assert store.path(digest_of(b"result")).read_bytes() == b"result"
    assert list(folder.iterdir()) == []


def test_what_is_just_being_deleted_is_not_taken_and_comes_in_again_behind_it(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = put(store, b"twice")
    store.release(digest)
    begun, go_on, unlink = threading.Event(), threading.Event(), Path.unlink

    def slow(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == digest:
            begun.set()
            assert go_on.wait(10)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", slow)
    with ThreadPoolExecutor(2) as threads:
        deleted = threads.submit(store.discard, [digest])
        assert begun.wait(10)
        assert not store.take(digest)
        again = threads.submit(put, store, b"twice")
        go_on.set()
        deleted.result(10)
        assert again.result(10) == digest
    assert store.path(digest).read_bytes() == b"twice"
    store.discard([digest])
    assert store.path(digest), "whoever brought it has it taken"


def test_who_has_a_blob_may_take_it_again(store: BlobStore) -> None:
    digest = put(store, b"x")
    store.take_again(digest)
    assert not store.release(digest)
    assert store.release(digest)


def test_a_missing_worker_file_is_named(store: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        store.adopt(tmp_path / "nothing", digest_of(b"nothing"))
    assert not store.take(digest_of(b"nothing"))


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 1024 * 1024 + 1])
def test_a_file_is_copied_whole(store: BlobStore, tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "given").write_bytes(data)
    incoming = store.receive()
    descriptor = os.open(tmp_path / "given", os.O_RDONLY)
    digest = incoming.copy_from(descriptor, size)
    os.close(descriptor)
    incoming.finish(digest)
    assert digest == digest_of(data)
    assert store.path(digest).read_bytes() == data


def test_a_file_is_copied_where_the_kernel_does_not(
    store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSYS, "not on this system")

    monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)
    data = bytes(range(256)) * 5000
    (tmp_path / "given").write_bytes(data)
    incoming = store.receive()
    descriptor = os.open(tmp_path / "given", os.O_RDONLY)
    digest = incoming.copy_from(descriptor, len(data))
    os.close(descriptor)
    incoming.finish(digest)
    assert store.path(digest).read_bytes() == data


def test_a_short_file_is_refused(store: BlobStore, tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(b"12")
    incoming = store.receive()
    descriptor = os.open(tmp_path / "given", os.O_RDONLY)
    with pytest.raises(BadMessage):
        incoming.copy_from(descriptor, 3)
    os.close(descriptor)
    incoming.abort()


def test_the_start_sweeps_what_an_earlier_life_left(tmp_path: Path) -> None:
    before = BlobStore(tmp_path)
    used = put(before, b"used")
    put(before, b"unused")
    before.receive().write(b"half")
    (before.new_work_folder() / "result").write_bytes(b"of a killed worker")
    for folder in ("blobs", "incoming", "work"):
        (tmp_path / folder / ".DS_Store").write_bytes(b"where a file manager has been")
        (tmp_path / folder / "untitled folder").mkdir()

    after = BlobStore(tmp_path)
    after.sweep(frozenset([used]))
    assert files(tmp_path) == {used}
    assert list((tmp_path / "work").iterdir()) == []


def test_a_flush_that_fails_on_the_way_fails_the_blob(
    store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush, failures = os.fsync, [OSError(errno.ENOSPC, "No space left on device")]

    def fails_once(descriptor: int) -> None:
        if failures:
            raise failures.pop()
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", fails_once)
    incoming = store.receive()
    data = bytes(20 * 1024 * 1024)
    with pytest.raises(DiskFull):  # noqa: PT012  (at the next write or at the end)
        for _ in range(2):
            incoming.write(data)
        incoming.finish(digest_of(data + data))
    incoming.abort()
    assert files(tmp_path) == set()
