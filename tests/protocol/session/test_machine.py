"""The server's session against a model of it, in whatever order anything may happen."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.protocol.session.model import FAILED, OPENED, RECEIVED, Model, Told
from tests.protocol.session.pairs import SMALL, Collector, digest_of, hello, pattern, welcome
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import ErrorCode, NotFound
from velatura_protocol.geometry import Size
from velatura_protocol.messages import (
    Accepted,
    Blob,
    BlobAbort,
    BlobCredit,
    BlobEnd,
    BlobHave,
    Cancel,
    Chunk,
    ErrorInfo,
    Hello,
    Limits,
    Ping,
)
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.session import BlobFailed, BlobOpened, BlobReceived, ServerSession

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
LENGTHS = st.sampled_from([0, 1, 99, 200, 401, 900, 2000, 2000, 60_000])
COUNTS = st.integers(0, SMALL.chunk_bytes + 1)
LUCK = st.integers(0, 29)
UNLUCKY = 17  # which is drawn no more often than others, as 0 would be
NONSENSE = st.sampled_from([b"", b"\xc1", b"\x80", encode(Accepted("j", 1)), b"\x00" * 5000])
ERROR = ErrorInfo(ErrorCode.CANCELLED)


def is_worth_it(conversation: Conversation) -> bool:
    """After its end a session has little more to show."""
    return conversation.steps_after_end < 6


class Conversation(RuleBasedStateMachine):
    """``sent``: what the peer has sent of each blob, so that it can end it rightly."""

    def __init__(self) -> None:
        super().__init__()
        self.session = ServerSession(SMALL)
        self.model = Model(SMALL)
        self.sent: dict[str, bytearray] = {}
        self.sinks: dict[str, Collector] = {}
        self.steps_after_end = 0

    @initialize(is_polite=st.sampled_from([True, True, True, False]), data=st.data())
    def begin(self, is_polite: bool, data: st.DataObject) -> None:
        """Mostly with the greeting behind it and blobs under way: what comes before is soon
        told."""
        if not is_polite:
            return
        self.greet()
        self.answer()
        for name in ("a", "b"):
            self.open(name, data.draw(LENGTHS), 0, 1)
            if data.draw(st.booleans()):
                self.accept_one(name, immediate=data.draw(st.booleans()))

    def pick(self, data: st.DataObject) -> str:
        """The name of a blob that the session knows, seldom of any other: that ends everything."""
        known = sorted(self.model.blobs)
        if known and data.draw(LUCK) != UNLUCKY:
            return data.draw(st.sampled_from(known))
        return data.draw(NAMES)

    # -- the peer

    def hear(self, message: Any, told: Told) -> None:
        data = message if isinstance(message, bytes) else encode(message)
        assert names_of(self.session.receive(data)) == told

    @precondition(is_worth_it)
    @rule(luck=LUCK)
    def greet_again(self, luck: int) -> None:
        if luck == UNLUCKY or self.model.stage == "silent":
            self.greet()

    def greet(self) -> None:
        self.hear(hello(), self.model.hello())

    @precondition(is_worth_it)
    @rule(token=st.integers(0, 9))
    def ping(self, token: int) -> None:
        self.hear(Ping(token), self.model.ping(token))

    @precondition(is_worth_it)
    @rule(name=NAMES, length=LENGTHS, off_by=st.sampled_from([0, 0, 0, 0, 1]), luck=LUCK)
    def open(self, name: str, length: int, off_by: int, luck: int) -> None:
        is_too_many = name in self.model.blobs or len(self.model.blobs) >= SMALL.open_blobs
        if is_too_many and luck != UNLUCKY:
            return
        if name not in self.model.blobs:
            self.sent[name] = bytearray()
            self.sinks[name] = Collector()
        header = Blob(name, Size(length, 1), MASK_FORMAT, length + off_by)
        self.hear(header, self.model.blob(name, length, length + off_by))

    @precondition(is_worth_it)
    @rule(data=st.data(), count=COUNTS)
    def send(self, data: st.DataObject, count: int) -> None:
        self._send(self.pick(data), count)

    @precondition(lambda self: self.model.blobs)
    @precondition(is_worth_it)
    @rule(data=st.data())
    def send_the_rest(self, data: st.DataObject) -> None:
        """As an honest peer does, within what it has been granted."""
        name = data.draw(st.sampled_from(sorted(self.model.blobs)))
        blob = self.model.blobs[name]
        while left := min(blob.granted - len(self.sent[name]), SMALL.chunk_bytes):
            if left < 0 or self.model.blobs.get(name) is not blob or blob.is_given_up or blob.end:
                return
            self._send(name, left)

    def _send(self, name: str, count: int) -> None:
        at = len(self.sent.get(name, b""))
        data = pattern(at + count)[at:]
        if name in self.sent:
            self.sent[name] += data
        self.hear(Chunk(name, data), self.model.chunk(name, data))

    @precondition(is_worth_it)
    @rule(data=st.data(), honest=st.sampled_from([True, True, True, False]))
    def end(self, data: st.DataObject, honest: bool) -> None:
        name = self.pick(data)
        claimed = bytes(self.sent.get(name, b"")) if honest else b"something else"
        self.hear(BlobEnd(name, digest_of(claimed)), self.model.ended(name, claimed))

    @precondition(is_worth_it)
    @rule(data=st.data())
    def abort(self, data: st.DataObject) -> None:
        name = self.pick(data)
        self.hear(BlobAbort(name, ERROR), self.model.aborted(name))

    @precondition(lambda self: self.model.stage == "open")
    @precondition(is_worth_it)
    @rule(name=NAMES)
    def answer_nothing(self, name: str) -> None:
        """About blobs that we do not send: they may have crossed their end on the way."""
        for message in (BlobCredit(name, 5), BlobHave(name)):
            self.hear(message, [])

    @precondition(is_worth_it)
    @rule(data=NONSENSE, luck=LUCK)
    def talk_nonsense(self, data: bytes, luck: int) -> None:
        if luck == UNLUCKY:
            self.hear(data, self.model.nonsense())

    @precondition(lambda self: self.model.stage == "open")
    @precondition(is_worth_it)
    @rule()
    def ask(self) -> None:
        assert self.session.receive(encode(Cancel("j"))) == [Cancel("j")]

    # -- the shell

    @precondition(lambda self: self.model.stage == "greeted")
    @precondition(is_worth_it)
    @rule()
    def answer(self) -> None:
        self.session.welcome(welcome())
        self.model.welcome()

    @precondition(lambda self: self.model.stage == "open")
    @precondition(is_worth_it)
    @rule(data=st.data(), immediate=st.booleans())
    def accept(self, data: st.DataObject, immediate: bool) -> None:
        self.accept_one(self.pick(data), immediate=immediate)

    def accept_one(self, name: str, *, immediate: bool) -> None:
        told = self.model.accept(name, immediate=immediate)
        self.session.accept_blob(name, self.sinks.get(name, Collector()), immediate=immediate)
        assert names_of(self.session.take_events()) == told

    @precondition(is_worth_it)
    @rule(data=st.data())
    def consume(self, data: st.DataObject) -> None:
        waiting = {
            name: len(blob.data) - blob.consumed
            for name, blob in self.model.blobs.items()
            if blob.is_accepted and not blob.is_given_up
        }
        if not waiting:
            return
        name = data.draw(st.sampled_from(sorted(waiting)))
        count = data.draw(st.integers(0, waiting[name]))
        self.session.consumed(name, count)
        self.model.consume(name, count)

    @precondition(lambda self: self.model.stage == "open")
    @precondition(is_worth_it)
    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        name = self.pick(data)
        self.session.refuse_blob(name, NotFound(what="blob", id=name))
        self.model.refuse(name)

    @rule(luck=LUCK)
    def lose(self, luck: int) -> None:
        if luck == UNLUCKY:
            assert names_of(self.session.connection_lost()) == self.model.lost()

    # -- always

    @invariant()
    def it_says_what_it_should(self) -> None:
        """The socket takes all there is."""
        said: list[tuple[str, str, int]] = []
        while (data := self.session.next_message()) is not None:
            message: Any = decode(data, Limits())
            number = getattr(message, "token", getattr(message, "bytes", 0))
            said.append((message.t, getattr(message, "blob", ""), number))
        assert said == self.model.said
        assert self.session.unsent_bytes == 0
        self.model.said.clear()

    @invariant()
    def agree(self) -> None:
        self.steps_after_end += self.session.is_closed
        assert self.session.is_closed == (self.model.stage == "closed")
        for name, blob in self.model.blobs.items():
            if not blob.is_given_up:
                assert bytes(self.sinks[name].data) == bytes(blob.data)

    @invariant()
    def nothing_is_beyond_its_bounds(self) -> None:
        window = SMALL.window_bytes
        for blob in self.model.blobs.values():
            assert len(blob.data) - blob.consumed <= window
            assert len(blob.kept) <= window + window // 1024 + 1024 + SMALL.chunk_bytes


def names_of(events: list[Any]) -> Told:
    return [(_name(event), _blob(event)) for event in events]


def _name(event: Any) -> str:
    names = {BlobOpened: OPENED, BlobFailed: FAILED, BlobReceived: RECEIVED, Hello: "hello"}
    return names[type(event)]


def _blob(event: Any) -> str:
    if isinstance(event, BlobFailed):
        return event.blob
    return "" if isinstance(event, Hello) else event.header.blob


TestConversation = Conversation.TestCase
TestConversation.settings = settings(
    max_examples=60, stateful_step_count=60, deadline=None, print_blob=True
)
