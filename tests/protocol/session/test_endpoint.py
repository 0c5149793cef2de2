"""Both ends joined by a wire that keeps the order and may break, doing anything at any time."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.protocol.session.pairs import SMALL, Pair, grey, pattern, welcome
from tests.protocol.strategies import messages
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import DiskFull
from velatura_protocol.events import Phase
from velatura_protocol.messages import Cancel, Chunk, Codec, Hello, Limits, Progress
from velatura_protocol.session import (
    BlobFailed,
    BlobKnown,
    BlobOpened,
    BlobReceived,
    BlobRejected,
    BlobSent,
    ClientSession,
    ServerSession,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(messages, max_size=6), st.booleans())
def test_any_messages_in_any_order_close_a_session_or_do_not(given_messages, open_first):
    pair = Pair() if open_first else None
    server = pair.server if pair else ServerSession(SMALL)
    client = pair.client if pair else ClientSession(Hello(*[SMALL_VERSION] * 2, "c", "s"))
    for message in given_messages:
        for session in (server, client):
            data = encode(message)
            before = session.is_closed
            events = session.receive(data)
            assert not (before and events)
    for session in (server, client):
        while (data := session.next_message()) is not None:
            decode(data, Limits())
        assert session.is_closed == (session.close_reason is not None)
        session.connection_lost()


SMALL_VERSION = welcome().protocol


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=4))
def test_any_bytes_at_all_raise_nothing(frames):
    pair = Pair()
    for frame in frames:
        pair.server.receive(frame)
        pair.client.receive(frame)
    while pair.server.next_message() is not None:
        pass


class Slow:
    """A sink whose owner reports what is consumed when it feels like it."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.unreported = 0

    def write(self, data: memoryview) -> None:
        self.data += data
        self.unreported += data.nbytes


class Conversation(RuleBasedStateMachine):
    """One side sends blobs with all codecs, with and without digests, cancels and drops; the other
    accepts late, refuses, knows some already, and consumes slowly."""

    def __init__(self) -> None:
        super().__init__()
        self.pair = Pair()
        self.count = 0
        self.blobs: dict[str, bytes] = {}
        self.sinks: dict[str, Slow] = {}
        self.waiting: list[str] = []
        self.sent: dict[str, str] = {}
        self.arrived: dict[str, str] = {}
        self.wire_in: list[bytes] = []
        self.wire_out: list[bytes] = []
        self.cancels = 0
        self.cancels_heard = 0

    @initialize(client_sends=st.booleans())
    def choose_direction(self, client_sends: bool) -> None:
        ends = (self.pair.client, self.pair.server)
        self.sender, self.receiver = ends if client_sends else ends[::-1]
        self.client_sends = client_sends

    # -- the sender

    @rule(
        length=st.integers(0, 3000),
        codec=st.sampled_from(Codec),
        known=st.booleans(),
        background=st.booleans(),
    )
    def send_blob(self, length: int, codec: Codec, known: bool, background: bool) -> None:
        self.count += 1
        name = f"b{self.count}"
        data = pattern(length, self.count)
        digest = hashlib.blake2b(data, digest_size=32).hexdigest() if known else ""
        self.blobs[name] = data
        self.sender.send_blob(
            name, *grey(length), data, codec=codec, digest=digest, background=background
        )

    @precondition(lambda self: self.blobs)
    @rule(data=st.data())
    def drop_blob(self, data: Any) -> None:
        name = data.draw(st.sampled_from(sorted(self.blobs)))
        if self.sender.drop_blob(name):
            self.sent[name] = "dropped"

    @rule()
    def control_message_goes_first(self) -> None:
        if self.client_sends:
            message: Any = Cancel(f"j{self.cancels}")
            self.pair.client.send(message)
        else:
            message = Progress("j", self.cancels + 1, Phase.STEPPING)
            self.pair.server.send(message)
        self.cancels += 1
        while True:
            data = self.sender.next_message()
            assert data is not None
            self.wire_in.append(data)
            found = decode(data, Limits())
            assert not isinstance(found, Chunk)
            if found == message:
                break

    @rule(count=st.integers(1, 8))
    def write(self, count: int) -> None:
        for _ in range(count):
            data = self.sender.next_message()
            if data is None:
                break
            self.wire_in.append(data)
        self.note(self.sender.take_events())

    # -- the wire

    @rule(count=st.integers(1, 8))
    def deliver(self, count: int) -> None:
        for data in self.wire_in[:count]:
            self.note(self.receiver.receive(data))
        del self.wire_in[:count]

    @rule(count=st.integers(1, 8))
    def answer(self, count: int) -> None:
        while (data := self.receiver.next_message()) is not None:
            self.wire_out.append(data)
        for data in self.wire_out[:count]:
            self.note(self.sender.receive(data))
        del self.wire_out[:count]

    # -- the receiver

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), immediate=st.booleans())
    def accept(self, data: Any, immediate: bool) -> None:
        name = self.take_waiting(data)
        self.sinks[name] = Slow()
        self.receiver.accept_blob(name, self.sinks[name], immediate=immediate)
        if immediate:
            self.sinks[name].write = self.sinks[name].data.extend  # type: ignore[method-assign]
            self.sinks[name].unreported = 0
        self.note(self.receiver.take_events())

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def refuse(self, data: Any) -> None:
        name = self.take_waiting(data)
        self.receiver.refuse_blob(name, DiskFull())
        self.arrived[name] = "refused"

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def have(self, data: Any) -> None:
        name = self.take_waiting(data)
        self.receiver.have_blob(name)
        self.arrived[name] = "known"

    @precondition(lambda self: self.sinks)
    @rule(data=st.data())
    def consume(self, data: Any) -> None:
        name = data.draw(st.sampled_from(sorted(self.sinks)))
        sink = self.sinks[name]
        count = data.draw(st.integers(0, sink.unreported))
        sink.unreported -= count
        self.receiver.consumed(name, count)

    def take_waiting(self, data: Any) -> str:
        name = data.draw(st.sampled_from(self.waiting))
        self.waiting.remove(name)
        return name

    # -- what was seen

    def note(self, events: list[Any]) -> None:
        for event in events:
            match event:
                case BlobOpened(header):
                    assert header.blob in self.blobs
                    self.waiting.append(header.blob)
                case BlobReceived(header, _):
                    assert bytes(self.sinks[header.blob].data) == self.blobs[header.blob]
                    assert self.sent[header.blob] == "sent"
                    self.arrived[header.blob] = "received"
                case BlobFailed(blob, _):
                    assert self.sent[blob] == "dropped"
                    assert self.arrived.setdefault(blob, "failed") == "failed"
                    if blob in self.waiting:
                        self.waiting.remove(blob)
                case BlobSent(blob, digest):
                    want = hashlib.blake2b(self.blobs[blob], digest_size=32).hexdigest()
                    assert digest == want
                    assert self.sent.setdefault(blob, "sent") == "sent"
                case BlobKnown(blob):
                    assert self.arrived[blob] == "known"
                    assert self.sent.setdefault(blob, "known") == "known"
                case BlobRejected(blob, _):
                    assert self.arrived[blob] == "refused"
                    self.sent.setdefault(blob, "rejected")
                case _:
                    self.cancels_heard += 1

    @invariant()
    def nobody_breaks_a_rule(self) -> None:
        assert self.pair.client.close_reason is None
        assert self.pair.server.close_reason is None

    @invariant()
    def no_sink_holds_more_than_its_window(self) -> None:
        assert all(each.unreported <= SMALL.window_bytes for each in self.sinks.values())

    def teardown(self) -> None:
        """Everything comes to its end once both sides go on."""
        for name in list(self.waiting):
            self.sinks[name] = Slow()
            self.receiver.accept_blob(name, self.sinks[name])
        self.waiting.clear()
        for _ in range(10_000):
            self.write(1000)
            self.deliver(1000)
            for name in list(self.waiting):
                self.sinks[name] = Slow()
                self.receiver.accept_blob(name, self.sinks[name])
            self.waiting.clear()
            for name, sink in self.sinks.items():
                self.receiver.consumed(name, sink.unreported)
                sink.unreported = 0
            self.note(self.receiver.take_events())
            self.answer(1000)
            if not (self.sender.sending or self.wire_in or self.wire_out):
                break
        assert self.sender.sending == 0
        assert set(self.sent) == set(self.blobs)
        assert self.cancels_heard == self.cancels
        self.nobody_breaks_a_rule()
        for name, how in self.sent.items():
            if how == "sent" and self.arrived.get(name) not in ("refused", "known"):
                assert self.arrived[name] == "received"


Conversation.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestConversation = Conversation.TestCase
