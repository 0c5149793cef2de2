"""The server's end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..errors import BadMessage, LimitExceeded, VelaturaError, VersionMismatch
from ..messages import (
    PROTOCOL,
    ClientMessage,
    Error,
    ErrorInfo,
    ExchangeReady,
    Hello,
    JobEvent,
    Limits,
    Message,
    ProtocolVersion,
    Refused,
    Resume,
    ServerReply,
    Submit,
    Welcome,
)
from .endpoint import Endpoint, Stage
from .events import ServerEvent
from .sequences import SentEvents


def negotiate(oldest: ProtocolVersion, newest: ProtocolVersion) -> ProtocolVersion:
    """The newest version in both ranges; ours is all of our major version up to ``PROTOCOL``.

    :raises VersionMismatch: there is none
    """
    chosen = min(newest, PROTOCOL)
    if chosen < oldest or chosen.major != PROTOCOL.major:
        raise VersionMismatch(ours=str(PROTOCOL), theirs=f"{oldest} to {newest}")
    return chosen


class ServerSession(Endpoint[ServerEvent]):
    """Waits for a ``Hello``; the shell answers it with ``welcome`` or ``refuse``."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits, ClientMessage)
        self.hello: Hello | None = None
        self.version: ProtocolVersion | None = None
        self._sent = SentEvents()

    def welcome(self, welcome: Welcome) -> None:
        """Answers a hello. ``protocol`` and ``limits`` are the session's, whatever it says there.

        :raises RuntimeError: there was no hello, or it is answered
        """
        if self.stage is not Stage.GREETING or self.hello is None or self.version is None:
            raise RuntimeError("there is no hello to answer")
        self.stage = Stage.OPEN
        self._queue(replace(welcome, protocol=self.version, limits=self.limits))

    def refuse(self, error: VelaturaError, about: str = "") -> None:
        """Ends the conversation: ``refused`` in place of a welcome, ``error`` after it."""
        if not self.is_closed:
            self._close(error, about)

    def send(self, message: ServerReply) -> None:
        """Queues a message.

        :raises RuntimeError: the session is not open
        :raises ValueError: an event that does not come after the one before it
        """
        self._require_open()
        if isinstance(message, JobEvent):
            self._sent.note(message)
        elif isinstance(message, ExchangeReady):
            self.files = True
        self._queue(message)

    def send_error(
        self, about: str, error: VelaturaError, *, job: str = "", request: int = 0
    ) -> None:
        """A message could not be served; the conversation goes on."""
        self.send(Error(about, ErrorInfo.of(error), job, request))

    def _on_message(self, message: Any) -> None:
        if isinstance(message, Hello):
            self._greet(message)
            return
        self._require_greeted()
        match message:
            case Submit():
                self._submit(message)
            case Resume():
                self._sent.rewind(message.job, message.after_seq)
                self._tell(message)
            case _:
                self._tell(message)

    def _greet(self, hello: Hello) -> None:
        if self.hello is not None:
            raise BadMessage(reason="only at the start", at="$.t")
        self.hello = hello
        self.version = negotiate(hello.oldest, hello.newest)
        for point in hello.resume:
            self._sent.rewind(point.job, point.after_seq)
        self._tell(hello)

    def _submit(self, message: Submit) -> None:
        counts = {"inputs": len(message.task.inputs), "variations": message.task.variations}
        for name, maximum in (
            ("inputs", self.limits.inputs),
            ("variations", self.limits.variations),
        ):
            if counts[name] > maximum:
                error = LimitExceeded(limit=name, value=counts[name], maximum=maximum)
                self._reply(Error(message.t, ErrorInfo.of(error), message.job))
                return
        self._sent.rewind(message.job, 0)
        self._tell(message)

    def _last_word(self, error: VelaturaError, about: str) -> Message | None:
        if self.stage is Stage.GREETING:
            return Refused(ErrorInfo.of(error))
        return Error(about, ErrorInfo.of(error))
