"""Frames that are too much: too long, too wide, too deep, of types that are not spoken."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgpack
import pytest
from websockets.exceptions import ConcurrencyError, ConnectionClosed

from tests.backend.live import Client, echo_task
from tests.e2e.attacks.fields import example
from tests.e2e.attacks.fortress import MEBIBYTE, Fortress, a_hello, wire
from velatura_protocol.messages import (
    BlobGet,
    Cancel,
    Favourite,
    ListJobs,
    ListModels,
    Message,
    Ping,
    RemoveModel,
    Resume,
    Submit,
)

PING = b"\x81\xa1t\xa4ping"


@pytest.mark.parametrize(
    ("frame", "code", "reason"),
    [
        (b"", "bad_message", "ends too early"),
        (b"\xc1", "bad_message", "a type that is not used here"),
        (b"\x90", "bad_message", "map expected"),
        (PING[:-1], "bad_message", "ends too early"),
        (b"\x81\xa1t\xd6\xff\x00\x00\x00\x00", "bad_message", "a type that is not used here"),
        (b"\x81\xa1t\xc7\x0c\xff" + b"\x00" * 12, "bad_message", "a type that is not used here"),
        (b"\x81\xa1t\xc9\xff\xff\xff\xff\x01", "bad_message", "a type that is not used here"),
        (b"\x82\xa1t\xa4ping\xa1x\xdd\xff\xff\xff\xff", "bad_message", "list too long"),
        (b"\x82\xa1t\xa4ping\xa1x\xdf\xff\xff\xff\xff", "bad_message", "map too long"),
        (b"\x82\xa1t\xa4ping\xa1x\xdb\xff\xff\xff\xff", "bad_message", "text too long"),
        (b"\x82\xa1t\xa4ping\xa1x\xc6\xff\xff\xff\xff", "bad_message", "ends too early"),
        (b"\x82\xa1t\xa4ping\xa1x" + b"\x91" * 1_000_000, "bad_message", "nested too deep"),
        (b"\x82\xa1t\xa4ping\xa1x" + b"\x81\xa1x" * 1_000_000, "bad_message", "nested too deep"),
        (b"\x81\x01\x02", "bad_message", "a key is not text"),
        (b"\x81\xa1t\xa2\xff\xfe", "bad_message", "text is not Unicode"),
        (b"\x80\x80", "bad_message", "goes on after its end"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("greets", [True, False], ids=["after", "before"])
async def test_a_frame_that_is_no_message(
    held: Fortress, frame: bytes, code: str, reason: str, greets: bool
) -> None:
    answer = await held.say(frame, greets=greets)
    assert answer.errors[0]["t"] == ("error" if greets else "refused")
    assert (answer.code, answer.params["reason"]) == (code, reason)
    assert answer.closed is not None


async def test_a_product_of_lists_costs_nothing(held: Fortress) -> None:
    """Each container is within its bounds; all of them together are not."""
    bomb = b"\x82\xa1t\xa4ping\xa1x" + (b"\xdc\x0f\xff" + (b"\xdc\x02\x00" + b"\x90" * 512) * 4095)
    assert len(bomb) < 4 * MEBIBYTE
    answer = await held.say(bomb)
    assert (answer.code, answer.params["reason"]) == ("bad_message", "too many values")


async def test_a_frame_over_the_limit_is_not_taken(held: Fortress) -> None:
    """The socket itself ends it: 1009, message too big."""
    answer = await held.say(b"\x00" * (4 * MEBIBYTE + 1))
    assert answer.closed in (1009, 1006)
    assert not answer.errors


async def test_a_frame_is_refused_by_its_header(held: Fortress) -> None:
    """Of a frame that says it is too long nothing is waited for."""
    reader, writer = await asyncio.open_connection(*held.address)
    writer.write(held.upgrade())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x82\xff" + (2**62).to_bytes(8, "big") + b"mask")
    closing = await asyncio.wait_for(reader.readexactly(4), 60)
    assert closing[0] == 0x88
    assert int.from_bytes(closing[2:], "big") == 1009
    writer.close()


async def endless() -> AsyncIterator[bytes]:
    """One message in fragments, without an end."""
    for _ in range(256):
        yield b"\x00" * MEBIBYTE


async def test_fragments_do_not_add_up_to_more(held: Fortress) -> None:
    async with held.knock() as peer:
        await peer.send(wire(a_hello()))
        # The server may have read, and thrown away, all of it before the close arrives here.
        with contextlib.suppress(ConnectionClosed, ConcurrencyError, AttributeError):
            await peer.send(endless())
        await asyncio.wait_for(peer.wait_closed(), 60)
        assert peer.close_code in (1009, 1006)


async def test_text_is_not_spoken(held: Fortress) -> None:
    async with held.knock() as peer:
        await peer.send("hello")
        await asyncio.wait_for(peer.wait_closed(), 60)
        assert peer.close_code == 1003


async def test_the_deepest_and_widest_that_is_taken_is_taken(held: Fortress) -> None:
    """The bounds are where they are said to be: just inside of them a message is served."""
    message = {
        "t": "ping",
        "token": 7,
        "newer": [[[[[[[[[[[[[[1]]]]]]]]]]]]]],
        "wide": [None] * 4096,
    }
    answer = await held.say(msgpack.packb(message))
    assert {"t": "pong", "token": 7} in answer.messages


async def test_nothing_may_come_before_the_hello(held: Fortress) -> None:
    for message in (Ping(1), ListJobs(1), example(Submit)):
        answer = await held.say(wire(message), greets=False)
        assert (answer.errors[0]["t"], answer.code) == ("refused", "bad_message")


# -- those who ask and do not listen ---------------------------------------------------------------


async def flood(held: Fortress, client: Client, frame: bytes, seconds: float = 3.0) -> int:
    """Sends the frame as often as it is taken, and reads nothing; how often that was."""
    client.socket.transport.pause_reading()
    count = 0
    with contextlib.suppress(TimeoutError, ConnectionClosed):
        async with asyncio.timeout(seconds):
            while True:
                await client.socket.send(frame)
                count += 1
                await asyncio.sleep(0)
    await held.works()
    client.cut()
    return count


async def test_long_answers_wait_with_an_end(held: Fortress) -> None:
    """Each answer is megabytes; without an end to them a minute of asking would fill the memory."""
    async with held.client("rich") as rich:
        for number in range(30):
            await rich.upload_echo_inputs(names=(f"crop{number}", f"mask{number}"))
            task = echo_task(
                crop=f"crop{number}", mask=f"mask{number}", prompt="word " * 3900, seed=number
            )
            await rich.submit(f"rich-{number}", task)
        for number in range(30):
            await rich.end_of(f"rich-{number}")
        await flood(held, rich, wire(ListJobs(1, limit=1000)))


@pytest.mark.parametrize(
    "message",
    [
        Ping(1),
        Cancel("no-such-job"),
        Resume("no-such-job", 5),
        Favourite(1, "no-such-job"),
        BlobGet("ab" * 32),
        ListModels(1),
        RemoveModel(1, "no-such-model"),
    ],
    ids=lambda message: message.t,
)
async def test_questions_without_end(held: Fortress, message: Message) -> None:
    async with held.client() as asker:
        assert await flood(held, asker, wire(message), 1.0) > 100


async def test_names_without_end(held: Fortress) -> None:
    """Whatever is remembered under a name has to be forgotten: jobs asked for, blobs given up."""
    async with held.client() as namer:
        for number in range(10_000):
            await namer.socket.send(wire(Resume(f"{'j' * 50}{number}", 1 + number)))
        header = {"t": "blob", "size": {"width": 0, "height": 1}, "bytes": 0}
        header["format"] = {"depth": "u8", "layout": "g"}
        abort = {"t": "blob_abort", "error": {"code": "cancelled"}}
        for number in range(10_000):
            name = f"{'b' * 50}{number}"
            await namer.socket.send(wire({**header, "blob": name}))
            await namer.socket.send(wire({**abort, "blob": name}))
