"""The client's end."""

from __future__ import annotations

from typing import Any

from ..errors import BadMessage, VelaturaError, VersionMismatch
from ..messages import (
    PROTOCOL,
    Ack,
    ClientRequest,
    ExchangeReady,
    Hello,
    JobEvent,
    Limits,
    Message,
    ProtocolVersion,
    Refused,
    Resume,
    ServerMessage,
    Welcome,
)
from .endpoint import Endpoint, Stage
from .events import ClientEvent
from .sequences import SeenEvents

CHUNK_OVERHEAD = 1024
"""What ``message_bytes`` must leave beside a chunk's data."""


class ClientSession(Endpoint[ClientEvent]):
    """``hello`` is the first message; ``seen`` is handed on from the connection before."""

    def __init__(self, hello: Hello, seen: SeenEvents | None = None) -> None:
        super().__init__(Limits(), ServerMessage)
        self.hello = hello
        self.seen = SeenEvents() if seen is None else seen
        self.version: ProtocolVersion | None = None
        for point in hello.resume:
            self.seen.rewind(point.job, point.after_seq)
        self._queue(hello)

    def send(self, message: ClientRequest) -> None:
        """Queues a message.

        :raises RuntimeError: the session is not open
        """
        self._require_open()
        if isinstance(message, Resume):
            self.seen.rewind(message.job, message.after_seq)
        self._queue(message)

    def ack(self, job: str) -> None:
        """All events of ``job`` seen so far are safe with us."""
        last = self.seen.last(job)
        if last:
            self.send(Ack(job, last))

    def _on_message(self, message: Any) -> None:
        match message:
            case Refused() if self.stage is Stage.GREETING:
                self._tell(message)
                self._close(message.error.exception())
            case Welcome() if self.stage is Stage.GREETING:
                self._welcome(message)
            case Welcome() | Refused():
                raise BadMessage(reason="only at the start", at="$.t")
            case _:
                self._require_greeted()
                self._on_answer(message)

    def _on_answer(self, message: Any) -> None:
        if isinstance(message, JobEvent) and not self.seen.note(message):
            return
        if isinstance(message, ExchangeReady):
            self.files = True
        self._tell(message)

    def _welcome(self, message: Welcome) -> None:
        if not self.hello.oldest <= message.protocol <= self.hello.newest:
            raise VersionMismatch(ours=str(PROTOCOL), theirs=str(message.protocol))
        if message.limits.message_bytes < message.limits.chunk_bytes + CHUNK_OVERHEAD:
            raise BadMessage(reason="no room for a chunk", at="$.limits.message_bytes")
        self.limits = message.limits
        self.version = message.protocol
        self.stage = Stage.OPEN
        self._tell(message)

    def _last_word(self, error: VelaturaError, about: str) -> Message | None:
        return None
