"""Pixels that are not what they say: bombs, impossible sizes, other digests, no end."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from pathlib import Path
from typing import Any

import msgpack
import pytest
from websockets.exceptions import ConnectionClosed

from tests.backend.live import RGBA8, SIZE, digest_of, echo_task, new_name, pixels
from tests.e2e.attacks.fields import example
from tests.e2e.attacks.fortress import MEBIBYTE, Answer, Fortress, a_hello, wire
from velatura_protocol.geometry import Size
from velatura_protocol.messages import (
    Blob,
    BlobEnd,
    Chunk,
    Codec,
    ExchangeProof,
    ExchangeReady,
    Finished,
    Limits,
    Submit,
    Welcome,
)
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.session import BlobRejected, BlobSent

LIMITS = Limits()
GREY = MASK_FORMAT


def header(width: int, height: int, count: int, depth: str = "u8", layout: str = "g") -> bytes:
    """As a map: the types of our own would not let most of these through."""
    size = {"width": width, "height": height}
    pixel_format = {"depth": depth, "layout": layout}
    return wire({"t": "blob", "blob": "b", "size": size, "format": pixel_format, "bytes": count})


def abort_of(answer: Answer) -> dict[str, Any]:
    (abort,) = [each for each in answer.messages if each["t"] == "blob_abort"]
    assert (abort["blob"], abort["by_sender"]) == ("b", False)
    return abort["error"]


# -- sizes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (header(2**30, 2**30, 2**40), "too_large"),
        (header(2**30, 2**30, 0), "too_large"),
        (header(2**30, 1, 2**30), "too_large"),
        # What 32, 53 or 64 bits would make of size times format.
        (header(65_536, 65_536, 0, "f32", "rgba"), "too_large"),
        (header(2**30, 4, 0, "f32", "g"), "too_large"),
        (header(14_000, 14_000, 14_000 * 14_000 * 16, "f32", "rgba"), "limit_exceeded"),
        (header(10, 10, 2**53 - 1), "limit_exceeded"),
        (header(10, 10, 99), "bad_message"),
        (header(10, 10, 0), "bad_message"),
        (header(0, 10, 1), "bad_message"),
        (header(4, 4, 64, "f32", "rgba"), "bad_message"),
    ],
)  # fmt: skip
async def test_sizes_that_do_not_fit_are_refused_before_there_is_room(
    held: Fortress, frame: bytes, code: str
) -> None:
    answer = await held.say(frame)
    assert abort_of(answer)["code"] == code
    assert answer.closed is None


@pytest.mark.parametrize(
    ("width", "height", "count"),
    [
        (-1, 1, 1),
        (2**31, 1, 1),
        (2**63 - 1, 2**63 - 1, 1),
        (1, 1, -1),
        (1, 1, 2**53),
        (1, 1, 2**64 - 1),
    ],
)
async def test_numbers_that_are_no_sizes(
    held: Fortress, width: int, height: int, count: int
) -> None:
    answer = await held.say(header(width, height, count))
    assert answer.code == "bad_message"
    assert answer.closed is not None


async def test_a_task_larger_than_anything(held: Fortress) -> None:
    """Its pixels need not be there: what it says is enough to refuse it."""
    for width, height in ((2**30, 2**30), (0, 0), (200_000, 200_000)):
        message = example(Submit)
        size = {"width": width, "height": height}
        message["task"]["canvas"]["size"] = message["task"]["target"] = size
        message["task"]["inputs"][0]["region"] |= size
        answer = await held.say(wire(message), quiet=1)
        assert answer.code in ("too_large", "bad_task", "unsupported", "not_found")


# -- what comes in their place ---------------------------------------------------------------------


async def send_blob(held: Fortress, blob: Blob, *chunks: bytes, end: str = "") -> Answer:
    frames = [wire(Chunk(blob.blob, chunk)) for chunk in chunks]
    if end:
        frames.append(wire(BlobEnd(blob.blob, end)))
    return await held.say(wire(blob), *frames)


@pytest.mark.parametrize("megabytes", [300])
async def test_a_zlib_bomb_goes_off_at_the_announced_size(held: Fortress, megabytes: int) -> None:
    bomb = zlib.compress(bytes(megabytes * MEBIBYTE), 9)[: LIMITS.chunk_bytes]
    blob = Blob("b", Size(100, 100), GREY, 10_000, Codec.ZLIB)
    answer = await send_blob(held, blob, bomb)
    assert abort_of(answer)["code"] == "bad_message"
    assert abort_of(answer)["params"]["reason"] == "more bytes than announced"


async def test_a_zlib_bomb_within_its_size_keeps_to_its_window(held: Fortress) -> None:
    """2 GB of zeros are 2 MB packed: what is announced may come, but no faster than it is taken."""
    side = 14_000
    blob = Blob("b", Size(side, side), GREY, side * side, Codec.ZLIB)
    packed = zlib.compress(bytes(blob.bytes), 9)
    answer = await send_blob(held, blob, packed[: LIMITS.chunk_bytes])
    assert abort_of(answer)["code"] == "limit_exceeded"
    assert abort_of(answer)["params"]["limit"] == "window_bytes"


@pytest.mark.parametrize(
    ("chunk", "reason"),
    [
        (b"no zlib at all", "not zlib"),
        (zlib.compress(bytes(100)) + b"more", "more bytes than announced"),
        (zlib.compress(bytes(99)), "fewer bytes than announced"),
        (zlib.compress(bytes(100))[:-4], "fewer bytes than announced"),
        (zlib.compress(bytes(101)), "more bytes than announced"),
    ],
)
async def test_a_stream_that_is_not_right(held: Fortress, chunk: bytes, reason: str) -> None:
    blob = Blob("b", Size(10, 10), GREY, 100, Codec.ZLIB)
    answer = await send_blob(held, blob, chunk, end=digest_of(bytes(100)))
    assert abort_of(answer)["params"]["reason"] == reason


async def test_a_dictionary_that_nobody_has_given(held: Fortress) -> None:
    packer = zlib.compressobj(zdict=b"velatura")
    packed = packer.compress(bytes(100)) + packer.flush()
    answer = await send_blob(held, Blob("b", Size(10, 10), GREY, 100, Codec.ZLIB), packed)
    assert abort_of(answer)["params"]["reason"] == "not zlib"


@pytest.mark.parametrize("end", ["ab" * 32, digest_of(b"other")])
async def test_another_digest(held: Fortress, end: str) -> None:
    """And nothing of it is kept under either name."""
    data = pixels(SIZE, 77)
    answer = await send_blob(held, Blob("b", SIZE, RGBA8, len(data)), data, end=end)
    assert abort_of(answer)["params"]["reason"] == "another digest"
    names = {path.name for path in (held.data_directory / "blobs").iterdir()}
    assert not names & {end, digest_of(data)}


async def test_more_than_the_window_without_credit(held: Fortress) -> None:
    side = 6000
    blob = Blob("b", Size(side, side), GREY, side * side)
    chunk = bytes(LIMITS.chunk_bytes)
    frames = [wire(Chunk("b", chunk))] * (LIMITS.window_bytes // len(chunk) + 8)
    answer = await held.say(wire(blob), *frames)
    refused = [each for each in answer.messages if each["t"] == "blob_abort"]
    assert not refused or abort_of(answer)["params"]["limit"] == "window_bytes"


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([Chunk("b", b"x")], "unknown blob"),
        ([BlobEnd("b", "ab" * 32)], "unknown blob"),
        ([Blob("b", Size(1, 1), GREY, 1), Blob("b", Size(1, 1), GREY, 1)], "blob is open already"),
    ],
)
async def test_blobs_out_of_turn(held: Fortress, frames: list[Any], reason: str) -> None:
    answer = await held.say(*map(wire, frames))
    assert (answer.code, answer.params["reason"]) == ("bad_message", reason)
    assert answer.closed is not None


async def test_a_chunk_longer_than_agreed(held: Fortress) -> None:
    side = 2000
    blob = Blob("b", Size(side, side), GREY, side * side)
    answer = await send_blob(held, blob, bytes(LIMITS.chunk_bytes + 1))
    assert (answer.code, answer.params["limit"]) == ("limit_exceeded", "chunk_bytes")


async def test_there_is_an_end_to_open_blobs(held: Fortress) -> None:
    blobs = [wire(Blob(f"b{n}", Size(9, 9), GREY, 81)) for n in range(LIMITS.open_blobs + 1)]
    answer = await held.say(*blobs)
    assert (answer.code, answer.params["limit"]) == ("limit_exceeded", "open_blobs")


async def test_blobs_that_never_end(held: Fortress) -> None:
    """As many as may be, each with its window full; connections, too. Half a gigabyte would come
    together if it were kept; and the honest client of the fixture still finds its place."""
    layout = PixelFormat(Depth.U8, Layout.RGBA)
    side = 14_000
    chunk = bytes(256 * 1024)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(4):
            peer = await stack.enter_async_context(held.knock())
            await peer.send(wire(a_hello()))
            for number in range(LIMITS.open_blobs):
                name = f"b{number}"
                await peer.send(wire(Blob(name, Size(side, side), layout, side * side * 4)))
                for _ in range(4):
                    await peer.send(wire(Chunk(name, chunk)))
        await held.works()
    assert not list((held.data_directory / "incoming").iterdir()) or await soon_empty(held)


async def test_there_is_an_end_to_pixels_that_no_job_names(held: Fortress) -> None:
    """By what their headers say: not a byte of them need come. The connection lives."""
    sides = (46_340, 46_340, 1000)
    blobs = [Blob(f"b{n}", Size(side, 1000), GREY, side * 1000) for n, side in enumerate(sides)]
    many = [Blob(f"m{n}", Size(46_340, 4000), GREY, 46_340 * 4000) for n in range(24)]
    answer = await held.say(*map(wire, (*blobs, *many)))
    refused = [each for each in answer.messages if each["t"] == "blob_abort"]
    admitted = sum(each.bytes for each in blobs) + (len(many) - len(refused)) * many[0].bytes
    assert refused
    assert {each["error"]["code"] for each in refused} == {"limit_exceeded"}
    assert {each["error"]["params"]["limit"] for each in refused} == {"unnamed_bytes"}
    assert admitted <= 4 * 1024 * MEBIBYTE < admitted + many[0].bytes
    assert answer.closed is None


async def test_there_is_an_end_to_their_number_and_none_of_them_is_lost(held: Fortress) -> None:
    """A crowd of the same pixels, each under a name of its own; the first is still good for a job,
    which makes room again."""
    data, mask = pixels(SIZE), b"\xff" * SIZE.area
    async with held.client() as guest:
        for number in range(1023):
            await guest.upload(f"b{number}", SIZE, RGBA8, data)
        await guest.upload("mask", SIZE, GREY, mask)
        await guest.upload("too_many", SIZE, RGBA8, data)
        rejected = await guest.wait_for(BlobRejected, blob="too_many")
        assert rejected.error.params == {"limit": "unnamed_blobs", "value": 1025, "maximum": 1024}
        assert not guest.seen(BlobRejected, blob="b1022")
        await guest.submit("job", echo_task(crop="b0"))
        assert isinstance(await guest.end_of("job"), Finished)
        for number in range(2):
            await guest.upload(f"more{number}", SIZE, RGBA8, data)
            await guest.wait_for(BlobSent, blob=f"more{number}")
        assert len(guest.seen(BlobRejected)) == 1


async def test_a_name_for_two_blobs(held: Fortress) -> None:
    """The first is not lost sight of: its file would stay for ever."""
    data = pixels(SIZE)
    blob, end = Blob("b", SIZE, RGBA8, len(data)), digest_of(data)
    one = [wire(blob), wire(Chunk("b", data)), wire(BlobEnd("b", end))]
    answer = await held.say(*one, *one, *one)
    reasons = [m["error"]["params"]["reason"] for m in answer.messages if m["t"] == "blob_abort"]
    assert reasons == ["id was used before"] * 2
    assert answer.closed is None
    assert await soon_empty(held)


async def soon_empty(held: Fortress) -> bool:
    """What was begun is swept when its connection has gone."""
    async with asyncio.timeout(10):
        while list((held.data_directory / "incoming").iterdir()):
            await asyncio.sleep(0.02)
    return True


async def test_an_empty_stream_without_end(held: Fortress) -> None:
    """Blocks of deflate that hold nothing: bytes come, no pixels do, nothing is kept of them."""
    blob = Blob("b", Size(100, 100), GREY, 10_000, Codec.ZLIB)
    empty = b"\x78\x01" + b"\x00\x00\x00\xff\xff" * 100_000
    async with held.knock() as peer:
        await peer.send(wire(a_hello()))
        await peer.send(wire(blob))
        with contextlib.suppress(ConnectionClosed):
            for _ in range(40):
                await peer.send(wire(Chunk("b", empty)))
                empty = empty[-5:] * 100_000
            await peer.send(msgpack.packb({"t": "ping", "token": 3}))


async def test_a_file_that_was_not_agreed_on(held: Fortress) -> None:
    """Without the proof that both see one folder."""
    blob = Blob("b", SIZE, RGBA8, SIZE.area * 4, by_file=True)
    answer = await held.say(wire(blob), wire(BlobEnd("b", "")))
    assert abort_of(answer)["code"] == "unsupported"


async def test_a_link_in_the_exchange_folder_leads_nowhere(held: Fortress) -> None:
    """With the proof: what lies there may be a file and nothing else."""
    secret = held.data_directory / "owner_secret"
    async with held.client() as guest:
        welcome = await guest.wait_for(Welcome)
        assert welcome.exchange is not None
        folder = Path(welcome.exchange.directory)
        await guest.send(ExchangeProof((folder / welcome.exchange.probe).read_bytes()))
        await guest.wait_for(ExchangeReady)
        length = secret.stat().st_size
        name = new_name("link")
        (folder / name).symlink_to(secret)
        guest.session.send_file_blob(name, Size(length, 1), GREY)
        await guest.pump()
        rejected = await guest.wait_for(BlobRejected)
        assert rejected.error.params["reason"] == "no such file"
        assert secret.exists()
