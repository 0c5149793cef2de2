"""How frames get to the backend and back. One frame is one message of the protocol."""

from __future__ import annotations

from typing import Protocol

from velatura_protocol.errors import BackendUnavailable

Frame = bytes | bytearray | memoryview


class TransportClosed(BackendUnavailable):
    """No more frames, in either direction. ``reason``: what the other side or the system said."""


class Transport(Protocol):
    """A connection that has been made. One task sends, one receives; any may close."""

    async def send(self, frame: Frame) -> None:
        """Returns when there is room for the next one.

        :raises TransportClosed: the connection is gone; whether the frame arrived is unknown
        """
        ...

    async def receive(self) -> Frame:
        """The next frame, in the order they were sent.

        :raises TransportClosed: the connection is gone and every frame that arrived was given out
        """
        ...

    async def close(self) -> None:
        """Ends the connection; frames already sent still arrive. Calling it again is fine."""
        ...
