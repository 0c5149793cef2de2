"""What must hold whatever is said: :func:`run` raises :class:`Violation`, or whatever broke."""

from __future__ import annotations

from typing import Any

from tests.fuzz.mutation import GREETED, SERVER, split
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import BadMessage, NotFound
from velatura_protocol.messages import (
    PROTOCOL,
    ExchangeReady,
    Hello,
    Limits,
    Message,
    Refused,
    Welcome,
)
from velatura_protocol.messages import Error as ErrorMessage
from velatura_protocol.session import (
    BlobOpened,
    ClientSession,
    ServerSession,
)

LIMITS = Limits(
    message_bytes=32_768, chunk_bytes=1000, window_bytes=2000, open_blobs=3, blob_bytes=100_000,
    blob_pixels=50_000, inputs=4, variations=3,
)  # fmt: skip
_MOST_REPLIES = 1024 * 64 * 1024
_KEPT = LIMITS.open_blobs * (LIMITS.window_bytes + LIMITS.window_bytes // 1024 + 1024 + 1000)
_LAST_WORDS = (Refused, ErrorMessage)
HELLO = Hello(PROTOCOL, PROTOCOL, "fuzz", "s")
WELCOME = Welcome(PROTOCOL, "1", (), (), LIMITS)


class Violation(AssertionError):
    """A promise was broken."""


def run(data: bytes) -> int:
    """Lets one input happen; how many frames were taken before the session ended."""
    role, frames = split(data)
    for frame in frames:
        check_codec(frame)
    return Listener(role).hear(frames)


def check_codec(frame: bytes) -> Message | None:
    """Decodes or refuses; what was decoded is written and read again as the same."""
    try:
        message = decode(frame, LIMITS)
    except BadMessage as refusal:
        if not refusal.params.get("reason") or not str(refusal.params.get("at", "")).startswith(
            "$"
        ):
            raise Violation(f"a refusal that says nothing: {refusal}") from None
        return None
    if decode(encode(message), Limits()) != message:
        raise Violation("what was read is not what is written")
    return message


class _Sink:
    def __init__(self) -> None:
        self.count = 0

    def write(self, data: memoryview) -> None:
        self.count += data.nbytes


class Listener:
    """A session and a shell about it. ``role`` chooses which end, and how the shell behaves."""

    def __init__(self, role: int) -> None:
        self.session: Any = ServerSession(LIMITS) if role & SERVER else ClientSession(HELLO)
        self._role = role
        self._sinks: dict[str, tuple[_Sink, int]] = {}
        if role & GREETED:
            self._greet()
        if role & 4 and role & SERVER and role & GREETED:
            self.session.send(ExchangeReady())

    def _greet(self) -> None:
        if isinstance(self.session, ServerSession):
            self._answer(self.session.receive(encode(HELLO)))
        else:
            self.session.receive(encode(WELCOME))

    def hear(self, frames: list[bytes]) -> int:
        for number, frame in enumerate(frames):
            was_closed = self.session.is_closed
            events = self.session.receive(frame)
            if was_closed and events:
                raise Violation("heard after its end")
            self._answer(events)
            self._check()
            if self.session.is_closed:
                self._check_last_word()
                return number
            if self._role & 8 or number % 3 == 2:
                self._write()
        self._write()
        self.session.connection_lost()
        if self.session.take_events() or self.session.next_message() is not None:
            raise Violation("something is left of a lost connection")
        return len(frames)

    def _answer(self, events: list[Any]) -> None:
        for event in events:
            if isinstance(event, Hello):
                self.session.welcome(WELCOME)
            elif isinstance(event, BlobOpened) and not event.header.by_file:
                self._open(event)

    def _open(self, event: BlobOpened) -> None:
        blob, choice = event.header.blob, (self._role >> 4) % 5
        if choice == 0 and event.header.digest:
            self.session.have_blob(blob)
        elif choice == 1:
            self.session.refuse_blob(blob, NotFound(what="blob", id=blob))
        else:
            sink = _Sink()
            self._sinks[blob] = sink, event.header.bytes
            self.session.accept_blob(blob, sink, immediate=choice != 2, verify=choice != 3)

    def _check(self) -> None:
        for sink, announced in self._sinks.values():
            if sink.count > announced:
                raise Violation("more pixels than were announced")
        inbox = self.session._inbox._blobs
        kept = sum(len(v) for blob in inbox.values() if blob for v in blob._backlog)
        if (
            kept > _KEPT
            or len(inbox) > 2 * LIMITS.open_blobs
            or self.session.unsent_bytes > _MOST_REPLIES
        ):
            raise Violation(f"{kept} bytes, {len(inbox)} blobs, {self.session.unsent_bytes} unsent")

    def _write(self) -> list[Message]:
        """What is said is always a message."""
        said: list[Message] = []
        while (data := self.session.next_message()) is not None:
            said.append(decode(data, Limits()))
        return said

    def _check_last_word(self) -> None:
        """One takes the place of all that was to be said; a client has none."""
        said = self._write()
        is_server = isinstance(self.session, ServerSession)
        if len(said) != is_server or not all(isinstance(each, _LAST_WORDS) for each in said):
            raise Violation(f"last words: {said}")
