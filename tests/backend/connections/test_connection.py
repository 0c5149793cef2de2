"""One connection over a socket that is held in the hand."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.backend.live import echo_task, served
from velatura_backend.connections import connection as connection_module
from velatura_backend.connections.connection import Connection, SocketClosed
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    PROTOCOL,
    Capabilities,
    Error,
    Hello,
    Jobs,
    Limits,
    ListJobs,
    Message,
    Ping,
    Pong,
    Progress,
    Started,
    Submit,
    Welcome,
)


class HandSocket:
    """``room`` is how many messages the peer still takes."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.incoming: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.room = asyncio.Semaphore(1000)
        self.closed = False
        self.news = asyncio.Event()

    def say(self, message: Message) -> None:
        self.incoming.put_nowait(encode(message))

    async def receive(self) -> bytes:
        data = await self.incoming.get()
        if data is None or self.closed:
            raise SocketClosed
        return data

    async def send(self, data: bytes) -> None:
        await self.room.acquire()
        self.sent.append(decode(data, Limits()))
        self.news.set()

    async def close(self) -> None:
        self.closed = True
        self.incoming.put_nowait(None)

    async def until(self, kind: type) -> Message:
        async with asyncio.timeout(60):
            while True:
                for message in self.sent:
                    if isinstance(message, kind):
                        return message
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def talk(backend):
    """A greeted connection, its socket, and the task it runs in."""
    socket = HandSocket()
    connection = Connection(backend.backend.services, socket)
    task = asyncio.create_task(connection.run())
    socket.say(Hello(PROTOCOL, PROTOCOL, "hand", "s"))
    await socket.until(Capabilities)
    yield connection, socket, task
    socket.incoming.put_nowait(None)
    await asyncio.wait_for(task, 60)


async def test_the_welcome_comes_first(talk) -> None:
    _, socket, _ = talk
    assert [type(message) for message in socket.sent] == [Welcome, Capabilities]


async def test_a_client_that_does_not_read_costs_a_bounded_amount(talk) -> None:
    connection, socket, task = talk
    socket.room = asyncio.Semaphore(0)
    for seq in range(1, 100_000):
        connection.tell(Progress("j", seq, Phase.STEPPING))
    assert len(connection._outbox._events) == 1
    for seq in range(100_000, 105_000):
        connection.tell(Started("j", seq, "echo", "cpu"))
    socket.room = asyncio.Semaphore(1000)
    connection.pump()
    error = await socket.until(Error)
    assert isinstance(error, Error)
    assert error.error.code is ErrorCode.LIMIT_EXCEEDED
    await asyncio.wait_for(task, 60)
    assert socket.closed


async def test_pings_pass_between_requests(talk) -> None:
    _, socket, _ = talk
    for number in range(200):
        socket.say(ListJobs(number))
    socket.say(Ping(5))
    pong = await socket.until(Pong)
    assert pong == Pong(5)


async def test_an_end_while_a_submit_waits_gives_the_job_up(tmp_path: Path) -> None:
    async with served(tmp_path) as backend:
        socket = HandSocket()
        task = asyncio.create_task(Connection(backend.backend.services, socket).run())
        socket.say(Hello(PROTOCOL, PROTOCOL, "hand", "s"))
        socket.say(Submit("j", echo_task()))
        await socket.until(Capabilities)
        async with asyncio.timeout(60):
            while backend.backend.services.ledger.live("j") is None:
                await asyncio.sleep(0)
        socket.incoming.put_nowait(None)
        await asyncio.wait_for(task, 60)
        assert backend.backend.services.ledger.live("j") is None
        assert backend.backend.services.dispatcher.is_idle


async def test_a_second_hello_ends_the_talk(talk) -> None:
    _, socket, task = talk
    socket.say(Hello(PROTOCOL, PROTOCOL, "hand", "s"))
    error = await socket.until(Error)
    assert isinstance(error, Error)
    assert error.error.code is ErrorCode.BAD_MESSAGE
    await asyncio.wait_for(task, 60)


async def test_a_writer_that_breaks_takes_the_connection_along(
    talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, socket, task = talk

    def broken() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(connection._outbox, "take", broken)
    connection.pump()
    await asyncio.wait_for(task, 60)
    assert socket.closed


async def ask_a_lot(socket: HandSocket) -> None:
    """More than is answered while nothing is taken; returns when no more of it is read."""
    socket.room = asyncio.Semaphore(0)
    for number in range(1, 501):
        socket.say(ListJobs(number))
    left = -1
    async with asyncio.timeout(60):
        while left != socket.incoming.qsize():
            left = socket.incoming.qsize()
            await asyncio.sleep(0.1)  # nothing tells that nothing happens
    assert 0 < left < 500


async def test_who_asks_and_does_not_listen_is_read_no_more(
    talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "_MOST_UNSENT", 1000)
    _, socket, _ = talk
    await ask_a_lot(socket)
    closed, socket.room = socket.room, asyncio.Semaphore(1000)
    closed.release()
    async with asyncio.timeout(60):
        while sum(isinstance(each, Jobs) for each in socket.sent) < 500:
            socket.news.clear()
            await socket.news.wait()


async def test_who_goes_without_having_listened_is_gone(
    talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody takes anything any more: nothing is waited for."""
    monkeypatch.setattr(connection_module, "_MOST_UNSENT", 1000)
    _, socket, task = talk
    await ask_a_lot(socket)

    async def send(data: bytes) -> None:
        raise SocketClosed

    monkeypatch.setattr(socket, "send", send)
    socket.room.release()
    await asyncio.wait_for(task, 60)
    assert socket.closed
