"""Frames that are too much: too long, too wide, too deep, of types that are not spoken."""

from __future__ import annotations

import asyncio

import msgpack
import pytest

from tests.e2e.attacks.fields import example
from tests.e2e.attacks.fortress import MEBIBYTE, Fortress, a_hello, wire
from velatura_protocol.messages import ListJobs, Ping, Submit

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
    bomb = b"\x82\xa1t\xa4ping\xa1x" + (
        b"\xdc\x0f\xff" + (b"\xdc\x02\x00" + b"\x90" * 512) * 4095
    )
    assert len(bomb) < 4 * MEBIBYTE
    answer = await held.say(bomb)
    assert (answer.code, answer.params["reason"]) == ("bad_message", "too many values")


@pytest.mark.parametrize("size", [4 * MEBIBYTE + 1, 64 * MEBIBYTE])
async def test_a_frame_over_the_limit_is_not_read(held: Fortress, size: int) -> None:
    """The socket itself ends it: 1009, message too big."""
    answer = await held.say(b"\x00" * size)
    assert answer.closed in (1009, 1006)
    assert not answer.errors


async def test_fragments_do_not_add_up_to_more(held: Fortress) -> None:
    async with held.knock() as peer:
        await peer.send(wire(a_hello()))

        async def endless():
            for _ in range(200):
                yield b"\x00" * MEBIBYTE

        with pytest.raises(Exception, match=r"1009|close|sent|lost"):
            await peer.send(endless())
            await asyncio.wait_for(peer.wait_closed(), 10)
            raise AssertionError(f"closed {peer.close_code}")


async def test_text_is_not_spoken(held: Fortress) -> None:
    async with held.knock() as peer:
        await peer.send("hello")
        await asyncio.wait_for(peer.wait_closed(), 10)
        assert peer.close_code == 1003


async def test_the_deepest_and_widest_that_is_taken_is_taken(held: Fortress) -> None:
    """The bounds are where they are said to be: just inside of them a message is served."""
    message = {"t": "ping", "token": 7, "newer": [[[[[[[[[[[[[[1]]]]]]]]]]]]]], "wide": [None] * 4096}
    answer = await held.say(msgpack.packb(message))
    assert {"t": "pong", "token": 7} in answer.messages


async def test_nothing_may_come_before_the_hello(held: Fortress) -> None:
    for message in (Ping(1), ListJobs(1), example(Submit)):
        answer = await held.say(wire(message), greets=False)
        assert (answer.errors[0]["t"], answer.code) == ("refused", "bad_message")


# -- those who ask and do not listen ---------------------------------------------------------------


async def ask_and_do_not_listen(held: Fortress, frame: bytes, count: int) -> None:
    """As fast as it goes, for two seconds or until the server has had enough."""
    async with held.client() as peer:
        peer.socket.transport.pause_reading()
        try:
            async with asyncio.timeout(2):
                for _ in range(count):
                    await peer.socket.send(frame)
        except (TimeoutError, OSError):
            pass
        except Exception as error:
            assert "close" in type(error).__name__.lower()
        peer.cut()


async def test_a_client_that_asks_and_does_not_listen(held: Fortress) -> None:
    """What it does not take waits, but not without end; and who waits for room is read no more."""
    async with held.client("rich") as rich:
        for number in range(30):
            await rich.submit(f"long-{number}", prompted("word " * 3000))
    message = wire(ListJobs(1, limit=1000))
    async with held.client("rich") as rich:
        await rich.send(ListJobs(2, limit=1000))
        rich.socket.transport.pause_reading()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(4):
                while True:
                    await rich.socket.send(message)
        await held.works()
        rich.cut()
