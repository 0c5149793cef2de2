from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.plugin.desk import noise
from velatura_plugin.client.exchange import ExchangeFolder
from velatura_protocol.errors import BadMessage
from velatura_protocol.geometry import Size
from velatura_protocol.messages import Blob, Exchange
from velatura_protocol.pixels import Pixels

PIXELS = noise(Size(9, 7))
BYTES = len(PIXELS.data)


def folder(path: Path) -> ExchangeFolder:
    return ExchangeFolder(Exchange(str(path), "probe"))


def header(size: Size = PIXELS.size) -> Blob:
    return Blob("blob", size, PIXELS.format, PIXELS.format.byte_count(size))


def test_the_proof_is_what_the_probe_holds(tmp_path: Path) -> None:
    assert folder(tmp_path).proof() is None
    (tmp_path / "probe").write_bytes(b"nonce")
    assert folder(tmp_path).proof() == b"nonce"
    (tmp_path / "probe").write_bytes(b"")
    assert folder(tmp_path).proof() is None


def test_a_probe_elsewhere_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    inner = tmp_path / "inner"
    inner.mkdir()
    assert ExchangeFolder(Exchange(str(inner), "../secret")).proof() is None
    (inner / "probe").symlink_to(tmp_path / "secret")
    assert folder(inner).proof() is None


def test_what_is_put_is_private_and_exact(tmp_path: Path) -> None:
    folder(tmp_path).put("blob", PIXELS)
    path = tmp_path / "blob"
    assert path.read_bytes() == PIXELS.data
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        folder(tmp_path).put("blob", PIXELS)


def test_what_is_taken_is_gone(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(PIXELS.data)
    taken = folder(tmp_path).take(header())
    assert bytes(taken.data) == PIXELS.data
    assert list(tmp_path.iterdir()) == []


def test_fewer_bytes_than_announced(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(bytes(BYTES - 1))
    with pytest.raises(BadMessage):
        folder(tmp_path).take(header())


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        folder(tmp_path).take(header())


def test_only_our_own_are_cleared(tmp_path: Path) -> None:
    exchange = folder(tmp_path)
    (tmp_path / "theirs").write_bytes(b"theirs")
    exchange.put("ours", PIXELS)
    exchange.put("taken", PIXELS)
    (tmp_path / "taken").unlink()
    exchange.clear()
    assert [each.name for each in tmp_path.iterdir()] == ["theirs"]


def test_empty_pixels(tmp_path: Path) -> None:
    empty = Pixels(Size(0, 0), PIXELS.format, b"")
    folder(tmp_path).put("blob", empty)
    assert folder(tmp_path).take(header(size=Size(0, 0))) == empty
