"""What both ends of a connection do alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from enum import Enum
from typing import Any, Generic, TypeVar, cast, get_args

from ..codec import decode, encode
from ..errors import BadMessage, LimitExceeded, VelaturaError
from ..fields import is_digest, is_identifier
from ..geometry import Size
from ..messages import (
    Blob,
    BlobAbort,
    BlobCredit,
    BlobEnd,
    BlobHave,
    BlobMessage,
    Chunk,
    Codec,
    Limits,
    Message,
    Ping,
    Pong,
)
from ..pixels import PixelFormat
from .inbox import Inbox
from .incoming import Sink
from .outgoing import Outbox, OutgoingBlob

_Event = TypeVar("_Event")

MAX_REPLIES = 1024
"""Answers the session owes a peer that asks but does not read."""


class Stage(Enum):
    """``GREETING`` until the welcome, ``CLOSED`` after a refusal or a broken rule."""

    GREETING = "greeting"
    OPEN = "open"
    CLOSED = "closed"


class _Control:
    """Encoded messages that go before all chunks."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self.unsent = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Message) -> None:
        # Encoded here, so that a message that breaks its own rules fails where it is made.
        data = encode(message)
        self._waiting.append(data)
        self.unsent += len(data)

    def take(self) -> bytes:
        data = self._waiting.popleft()
        self.unsent -= len(data)
        return data

    def clear(self) -> None:
        self._waiting.clear()
        self.unsent = 0


class Endpoint(ABC, Generic[_Event]):
    """One end of one connection. Not thread-safe; does no I/O and keeps no time."""

    def __init__(self, limits: Limits, takes: object) -> None:
        self.limits = limits
        self.stage = Stage.GREETING
        self.close_reason: VelaturaError | None = None
        self.files = False
        """Whether blobs may travel by file: the exchange folder is proven."""
        self._takes = frozenset(get_args(takes))
        self._control = _Control()
        self._events: list[Any] = []
        # Neither knows the session itself, which so is gone when its connection is.
        self._outbox = Outbox(self._control.put, self._events.append)
        self._inbox = Inbox(self._control.put, self._events.append)

    # -- the wire

    def receive(self, data: bytes) -> list[_Event]:
        """One binary message off the wire → what the shell has to do about it.

        Never raises on what a peer sent: a broken rule closes the session.
        """
        if self.stage is Stage.CLOSED:
            return []
        about = ""
        try:
            self._check_length(data)
            message = decode(data, self.limits)
            about = message.t
            self._receive(message)
        except VelaturaError as error:
            self._close(error, about)
        return self.take_events()

    def next_message(self) -> bytes | None:
        """The next binary message to send, None while there is none.

        Control messages come first, in the order they were given; then one chunk at a time.
        """
        self._outbox.open_waiting(self.limits.open_blobs)
        if self._control:
            return self._control.take()
        message = self._outbox.next_message(self.limits.chunk_bytes)
        return None if message is None else encode(message)

    def take_events(self) -> list[_Event]:
        """Events since the last call, those that ``next_message`` made among them."""
        events = cast("list[_Event]", self._events.copy())
        self._events.clear()
        return events

    def connection_lost(self) -> list[_Event]:
        """The socket is gone: what was on its way in has failed, and nothing is kept."""
        self.stage = Stage.CLOSED
        self._control.clear()
        self._outbox.clear()
        self._inbox.clear()
        return self.take_events()

    @property
    def is_closed(self) -> bool:
        """Nothing more is received; the socket closes after what ``next_message`` still has."""
        return self.stage is Stage.CLOSED

    @property
    def unsent_bytes(self) -> int:
        """Of messages that wait for ``next_message``. Chunks do not count: they are made when they
        are sent."""
        return self._control.unsent

    # -- blobs out

    def send_blob(
        self,
        blob_id: str,
        size: Size,
        pixel_format: PixelFormat,
        data: bytes | bytearray | memoryview,
        *,
        codec: Codec = Codec.RAW,
        digest: str = "",
        background: bool = False,
    ) -> None:
        """Opens a blob; ``data`` is kept by reference until ``BlobSent``, ``BlobKnown``,
        ``BlobRejected`` or ``drop_blob``, and must not change meanwhile.

        With ``digest`` the peer is asked first whether it has it. ``background`` (previews): sent
        only while no other blob has anything to send.

        :raises ValueError: the length is wrong, or the id is in use
        :raises RuntimeError: the session is not open
        """
        self._require_open()
        view = memoryview(data)
        header = Blob(blob_id, size, pixel_format, view.nbytes, codec, digest)
        if view.nbytes != pixel_format.byte_count(size):
            raise ValueError(f"{view.nbytes} bytes are not {size} pixels of {pixel_format}")
        self._add(header, view, background)

    def send_file_blob(
        self, blob_id: str, size: Size, pixel_format: PixelFormat, *, digest: str = ""
    ) -> None:
        """Says that a blob's raw bytes lie in the exchange folder, in a file of that name.

        :raises ValueError: the id is in use
        :raises RuntimeError: the session is not open, or the folder is not proven
        """
        self._require_open()
        if not self.files:
            raise RuntimeError("the exchange folder is not proven")
        length = pixel_format.byte_count(size)
        header = Blob(blob_id, size, pixel_format, length, Codec.RAW, digest, by_file=True)
        self._add(header, memoryview(b""), background=False)

    def drop_blob(self, blob_id: str) -> bool:
        """Gives an outgoing blob up (a newer preview replaces it); False if it is sent already."""
        return self._outbox.drop(blob_id)

    def is_sending(self, blob_id: str) -> bool:
        return blob_id in self._outbox

    @property
    def sending(self) -> int:
        """How many outgoing blobs are not through yet."""
        return len(self._outbox)

    # -- blobs in

    def accept_blob(
        self, blob_id: str, sink: Sink, *, immediate: bool = False, verify: bool = True
    ) -> None:
        """Answers ``BlobOpened``: its bytes go to ``sink`` as they come.

        ``immediate``: what is written counts as consumed. Without ``verify`` nothing is hashed here
        (40 ms for 48 MB): the shell compares the digest of ``BlobReceived`` in its own time, and
        calls ``refuse_blob`` if it is wrong. May make events at once: see ``take_events``.
        """
        self._inbox.accept(blob_id, sink, immediate=immediate, verify=verify)

    def consumed(self, blob_id: str, count: int) -> None:
        """``count`` raw bytes that went to the sink are through: the peer may send as many more.

        :raises ValueError: more than the sink was given
        """
        self._inbox.consumed(blob_id, count)

    def have_blob(self, blob_id: str) -> None:
        """Answers ``BlobOpened``: these bytes are here already."""
        self._inbox.have(blob_id)

    def refuse_blob(self, blob_id: str, error: VelaturaError) -> None:
        """The blob is not wanted, now or after all; also after it was received."""
        self._inbox.refuse(blob_id, error)

    # -- for both ends to build on

    @abstractmethod
    def _on_message(self, message: Any) -> None:
        """A message of the right direction that is not of a blob and no ping."""

    @abstractmethod
    def _last_word(self, error: VelaturaError, about: str) -> Message | None:
        """What the peer is told before the connection closes."""

    def _queue(self, message: Message) -> None:
        self._control.put(message)

    def _reply(self, message: Message) -> None:
        if len(self._control) >= MAX_REPLIES:
            count = len(self._control) + 1
            raise LimitExceeded(limit="replies", value=count, maximum=MAX_REPLIES)
        self._queue(message)

    def _tell(self, event: _Event) -> None:
        self._events.append(event)

    def _require_open(self) -> None:
        if self.stage is not Stage.OPEN:
            raise RuntimeError(f"the session is {self.stage.value}")

    def _close(self, error: VelaturaError, about: str = "") -> None:
        last_word = self._last_word(error, about)
        self.close_reason = error
        self.stage = Stage.CLOSED
        self._inbox.clear()
        self._outbox.clear()
        self._control.clear()
        if last_word is not None:
            self._queue(last_word)

    def _check_length(self, data: bytes) -> None:
        maximum = self.limits.message_bytes
        if len(data) > maximum:
            raise LimitExceeded(limit="message_bytes", value=len(data), maximum=maximum)

    def _receive(self, message: Message) -> None:
        if type(message) not in self._takes:
            raise BadMessage(reason="wrong direction", at="$.t")
        if isinstance(message, BlobMessage):
            self._require_greeted()
            self._on_blob_message(message)
        elif isinstance(message, Ping):
            self._require_greeted()
            self._reply(Pong(message.token))
        else:
            self._on_message(message)

    def _require_greeted(self) -> None:
        if self.stage is not Stage.OPEN:
            raise BadMessage(reason="not before the welcome", at="$.t")

    def _on_blob_message(self, message: BlobMessage) -> None:
        match message:
            case Blob():
                self._inbox.open(message, self.limits, files=self.files)
            case Chunk():
                self._inbox.chunk(message, self.limits)
            case BlobEnd():
                self._inbox.ended(message)
            case BlobCredit():
                self._outbox.credit(message)
            case BlobHave():
                self._outbox.known(message)
            case BlobAbort(by_sender=True):
                self._inbox.aborted(message)
            case BlobAbort():
                self._outbox.rejected(message)

    def _add(self, header: Blob, data: memoryview, background: bool) -> None:
        if not is_identifier(header.blob) or not is_digest(header.digest):
            raise ValueError(f"not an id or a digest: {header.blob!r} {header.digest!r}")
        window = self.limits.window_bytes
        blob = OutgoingBlob(header, data, window, background=background)
        self._outbox.add(blob, self.limits.open_blobs)
