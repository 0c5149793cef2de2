from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.plugin.patience import soon
from tests.plugin.scripted_jobs import INVERTER
from tests.plugin.wire import order
from velatura_plugin.client import conversation as module
from velatura_plugin.client.conversation import Conversation
from velatura_plugin.client.events import ClientEvent, Greeted, JobRefused, RequestDone
from velatura_plugin.client.jobbook import JobBook
from velatura_plugin.client.uploading import Uploads
from velatura_plugin.transport.base import TransportClosed
from velatura_plugin.transport.memory import MemoryTransport
from velatura_protocol.errors import (
    BadMessage,
    ErrorCode,
    NotFound,
    Unauthorised,
    VelaturaError,
)
from velatura_protocol.messages import (
    PROTOCOL,
    Cancel,
    Capabilities,
    DeviceInfo,
    Hello,
    Limits,
    ListJobs,
    Resume,
    Welcome,
)
from velatura_protocol.session import ClientSession, ServerSession
from velatura_protocol.tasks import Operation

WELCOME = Welcome(PROTOCOL, "1", tuple(Operation), (INVERTER,), Limits())


class Bench:
    """A conversation that runs, and the server's session at the other end, moved by hand."""

    def __init__(self) -> None:
        ours, self.theirs = MemoryTransport.pair()
        self.events: list[ClientEvent] = []
        self.book = JobBook(self.events.append)
        self.server = ServerSession(Limits())
        session = ClientSession(Hello(PROTOCOL, PROTOCOL, "client", "secret"))
        self.conversation = Conversation(ours, session, self.book, Uploads(), self.events.append)
        self.running = asyncio.create_task(self.conversation.run())

    async def hear(self) -> list[object]:
        """The next frame from the client."""
        async with soon():
            return list(self.server.receive(bytes(await self.theirs.receive())))

    async def say(self) -> None:
        """All that the server's session has to say."""
        while (data := self.server.next_message()) is not None:
            await self.theirs.send(data)

    async def greet(self, welcome: Welcome = WELCOME) -> None:
        (hello,) = await self.hear()
        assert isinstance(hello, Hello)
        self.server.welcome(welcome)
        await self.say()
        await self.until(lambda: self.conversation.is_open)

    async def until(self, done) -> None:
        async with soon():
            while not done():
                await asyncio.sleep(0)

    async def end(self) -> VelaturaError:
        """Why it ended."""
        with pytest.raises(VelaturaError) as raised:
            async with soon():
                await self.running
        return raised.value


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    opened = Bench()
    yield opened
    opened.running.cancel()
    await asyncio.gather(opened.running, return_exceptions=True)


async def test_the_welcome_is_passed_on() -> None:
    async with bench() as it:
        assert not it.conversation.is_open
        await it.greet()
        assert it.events == [Greeted(WELCOME)]


async def test_capabilities_are_passed_on() -> None:
    async with bench() as it:
        await it.greet()
        capabilities = Capabilities((DeviceInfo("cpu", "CPU"),))
        it.server.send(capabilities)
        await it.say()
        await it.until(lambda: capabilities in it.events)


async def test_a_refusal_says_why() -> None:
    async with bench() as it:
        await it.hear()
        it.server.refuse(Unauthorised())
        await it.say()
        error = await it.end()
        assert error.code is ErrorCode.UNAUTHORISED
        assert not error.retryable


async def test_nonsense_ends_it() -> None:
    async with bench() as it:
        await it.greet()
        await it.theirs.send(b"nonsense")
        assert isinstance(await it.end(), BadMessage)


async def test_a_cut_fails_open_requests() -> None:
    async with bench() as it:
        await it.greet()
        it.conversation.request(7, ListJobs(7))
        assert await it.hear() == [ListJobs(7)]
        it.theirs.cut()
        assert isinstance(await it.end(), TransportClosed)
        (answer,) = [each for each in it.events if isinstance(each, RequestDone)]
        assert answer.request == 7
        assert answer.error is not None
        assert answer.error.code is ErrorCode.BACKEND_UNAVAILABLE


async def test_a_refused_request() -> None:
    async with bench() as it:
        await it.greet()
        it.conversation.request(3, ListJobs(3, everyone=True))
        await it.hear()
        it.server.send_error("list_jobs", Unauthorised(), request=3)
        await it.say()
        await it.until(lambda: any(isinstance(each, RequestDone) for each in it.events))
        (answer,) = [each for each in it.events if isinstance(each, RequestDone)]
        assert answer.error is not None
        assert answer.error.code is ErrorCode.UNAUTHORISED


async def test_a_job_the_backend_does_not_know_any_more() -> None:
    async with bench() as it:
        job = it.book.add(order())
        job.is_accepted = job.is_sent = True
        await it.greet()
        it.server.send_error("resume", NotFound(what="job", id="job"), job="job")
        it.server.send_error("resume", NotFound(what="job", id="other"), job="other")
        await it.say()
        await it.until(lambda: any(isinstance(each, JobRefused) for each in it.events))
        assert it.book.get("job") is None


async def test_a_cancel_that_was_missed_is_sent_again() -> None:
    async with bench() as it:
        job = it.book.add(order())
        job.is_accepted = job.is_sent = job.is_cancelled = True
        await it.greet()
        assert await it.hear() == [Resume("job")]
        assert await it.hear() == [Cancel("job")]


async def test_a_job_that_is_followed_during_the_greeting_is_resumed() -> None:
    async with bench() as it:
        job = it.book.add(order())
        job.is_sent = job.is_accepted = True
        it.conversation.send(Resume(job.name))
        await it.greet()
        assert await it.hear() == [Resume(job.name, 0)]


async def test_nothing_is_said_before_the_welcome() -> None:
    async with bench() as it:
        it.conversation.send(Cancel("job"))
        await it.greet()
        it.conversation.send(Cancel("later"))
        assert await it.hear() == [Cancel("later")]


async def test_drained_is_when_everything_is_out() -> None:
    async with bench() as it:
        await it.greet()
        for number in range(5):
            it.conversation.send(Cancel(f"job-{number}"))
        await it.conversation.drained()
        assert [(await it.hear())[0] for _ in range(5)] == [Cancel(f"job-{n}") for n in range(5)]


async def test_pings_are_answered_and_silence_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.02)
    async with bench() as it:
        await it.greet()
        for _ in range(3):
            await it.hear()
            await it.say()
        assert not it.running.done(), "its pongs keep it alive"
        error = await it.end()
        assert error.params == {"reason": "no answer"}
