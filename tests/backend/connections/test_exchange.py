from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.backend.live import RGBA8, Client, digest_of, echo_task, pixels, served
from velatura_backend.connections.exchange import ExchangeFolder, open_exchange
from velatura_protocol.errors import BadMessage, ErrorCode
from velatura_protocol.geometry import Size
from velatura_protocol.messages import (
    BlobGet,
    Error,
    ExchangeProof,
    ExchangeReady,
    Finished,
    Result,
    Welcome,
)
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.session import BlobReceived, BlobRejected

SIZE = Size(400, 300)


@pytest.fixture
def folder(tmp_path: Path):
    folder = ExchangeFolder(tmp_path / "exchange")
    yield folder
    folder.close()


def given(folder: ExchangeFolder, name: str, data: bytes) -> Path:
    path = Path(folder.offer.directory) / name
    path.write_bytes(data)
    return path


def test_only_who_can_read_the_probe_has_the_proof(folder: ExchangeFolder) -> None:
    probe = Path(folder.offer.directory) / folder.offer.probe
    assert folder.is_proof(probe.read_bytes())
    assert not folder.is_proof(b"")
    assert not folder.is_proof(bytes(32))
    assert probe.stat().st_mode & 0o077 == 0
    assert probe.parent.stat().st_mode & 0o077 == 0


def test_a_given_file_is_opened_only_at_its_size(folder: ExchangeFolder) -> None:
    given(folder, "b1", b"1234")
    descriptor = folder.open_given("b1", 4)
    assert os.read(descriptor, 9) == b"1234"
    os.close(descriptor)
    for size in (3, 5):
        with pytest.raises(BadMessage):
            folder.open_given("b1", size)


@pytest.mark.parametrize("name", ["..", "../x", "probe", "", "a/b", "/etc/passwd"])
def test_no_name_leads_out_of_the_folder(folder: ExchangeFolder, name: str) -> None:
    with pytest.raises(BadMessage):
        folder.open_given(name, 4)


def test_neither_link_nor_pipe_nor_folder_is_followed(
    folder: ExchangeFolder, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"1234")
    directory = Path(folder.offer.directory)
    (directory / "link").symlink_to(secret)
    os.mkfifo(directory / "pipe")
    (directory / "sub").mkdir()
    for name in ("link", "pipe", "sub", "missing"):
        with pytest.raises(BadMessage):
            folder.open_given(name, 4)


def test_what_is_laid_out_is_another_name_of_the_same_bytes(
    folder: ExchangeFolder, tmp_path: Path
) -> None:
    source = tmp_path / "blob"
    source.write_bytes(b"pixels")
    source.chmod(0o400)
    folder.put("b7", source)
    laid_out = Path(folder.offer.directory) / "b7"
    assert laid_out.read_bytes() == b"pixels"
    laid_out.unlink()
    assert source.read_bytes() == b"pixels"


def test_its_end_leaves_nothing(tmp_path: Path) -> None:
    folder = ExchangeFolder(tmp_path / "exchange")
    given(folder, "left", b"x")
    folder.close()
    assert list((tmp_path / "exchange").iterdir()) == []


def test_without_a_disk_there_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "open", no_room)
    assert open_exchange(tmp_path / "exchange") is None


async def prove(client: Client) -> Path:
    exchange = (await client.wait_for(Welcome)).exchange
    assert exchange is not None
    directory = Path(exchange.directory)
    await client.send(ExchangeProof((directory / exchange.probe).read_bytes()))
    await client.wait_for(ExchangeReady)
    return directory


async def give(client: Client, directory: Path, name: str, form, data: bytes, **how) -> None:
    (directory / name).write_bytes(data)
    client.session.send_file_blob(name, SIZE, form, **how)
    await client.pump()


async def test_blobs_travel_as_files_both_ways(tmp_path: Path) -> None:
    image = pixels(SIZE)
    async with served(tmp_path) as backend, backend.client() as client:
        directory = await prove(client)
        await give(client, directory, "crop", RGBA8, image)
        mask = b"\xff" * SIZE.area
        await give(client, directory, "mask", MASK_FORMAT, mask, digest=digest_of(mask))
        await client.submit("job", echo_task(SIZE))
        assert isinstance(await client.end_of("job"), Finished)
        assert not (directory / "crop").exists()
        assert not (directory / "mask").exists()

        blob = client.seen(Result)[0].variation.layers[0].patches[0].pixels
        await client.send(BlobGet(blob.digest))
        received = await client.wait_for(BlobReceived, digest=blob.digest)
        assert received.header.by_file
        laid_out = directory / received.header.blob
        assert digest_of(laid_out.read_bytes()) == blob.digest
        laid_out.unlink()
        await client.send(BlobGet(blob.digest))
        await client.until(lambda: len(client.seen(BlobReceived, digest=blob.digest)) == 2)
    assert not directory.exists()


async def test_a_file_is_copied_before_the_job_is_accepted(backend) -> None:
    image = pixels(SIZE)
    async with backend.client() as client:
        directory = await prove(client)
        (directory / "crop").write_bytes(image)
        with (directory / "crop").open("r+b") as still_open:
            client.session.send_file_blob("crop", SIZE, RGBA8)
            await client.upload("mask", SIZE, MASK_FORMAT, b"\xff" * SIZE.area)
            await client.submit("job", echo_task(SIZE, parameters={"seconds": 0.2}))
            await client.until(lambda: client.story("job"))
            still_open.write(b"\x00" * len(image))
        await client.end_of("job")
        patch = client.seen(Result)[0].variation.layers[0].patches[0]
        row = (await backend.backend.services.journal.run(lambda j: j.uses("job")))[0]
        assert row.blob.digest == digest_of(image)
        assert patch.pixels.size == SIZE


@pytest.mark.parametrize("how", ["missing", "short", "wrong digest"])
async def test_a_bad_file_is_rejected_and_its_job_told(backend, how: str) -> None:
    async with backend.client() as client:
        directory = await prove(client)
        data = pixels(SIZE)
        (directory / "crop").write_bytes(data[:-1] if how == "short" else data)
        if how == "missing":
            (directory / "crop").unlink()
        digest = "0" * 64 if how == "wrong digest" else ""
        client.session.send_file_blob("crop", SIZE, RGBA8, digest=digest)
        await client.pump()
        await client.submit("job", echo_task(SIZE))
        await client.wait_for(BlobRejected, blob="crop")
        error = await client.wait_for(Error, job="job")
        assert error.error.code is ErrorCode.BAD_MESSAGE
        assert str(directory) not in str(error)


async def test_a_wrong_proof_proves_nothing(backend) -> None:
    async with backend.client() as client:
        await client.send(ExchangeProof(b"guess"))
        error = await client.wait_for(Error, about="exchange_proof")
        assert error.error.code is ErrorCode.UNAUTHORISED
        assert not client.session.files
