"""The conversation, without sockets, clock or threads: bytes in, events out, and the other way.

Both ends pump the same way. A shell owns a socket; for every binary message that arrives it calls
``receive`` and handles the events, and after anything that may have queued something it sends what
``next_message`` gives until it gives None.

A client::

    hello = Hello(PROTOCOL, PROTOCOL, client_id, secret, resume=seen.resume_points())
    session = ClientSession(hello, seen)

    def pump():                                     # whenever the socket can take more
        while (data := session.next_message()) is not None:
            socket.send(data)                       # blocks or awaits: this is the back-pressure
        for event in session.take_events():         # BlobSent and the like
            handle(event)
        if session.is_closed:
            socket.close()                          # session.close_reason says why

    pump()                                          # hello
    for data in socket:
        for event in session.receive(data):
            handle(event)                           # Welcome first; then send, send_blob …
        pump()
    for event in session.connection_lost():         # BlobFailed for what was on its way in
        handle(event)

    def handle(event):
        match event:
            case Welcome():
                session.send_blob("crop", size, pixel_format, pixels)      # kept by reference
                session.send_blob("mask", size, MASK_FORMAT, mask)
                session.send(Submit(job, task))     # goes out before the chunks, after the headers
            case Preview() | Result() | Progress(): ...                    # the messages themselves
            case BlobOpened(header):
                session.accept_blob(header.blob, sink, immediate=True)
                # or have_blob, or refuse_blob
            case BlobReceived(header, digest): ...        # all of it is in the sink and is right
            case BlobFailed(blob, error): ...

A server is the same with ``ServerSession(limits)``; its first event is a ``Hello``, which it
answers with ``session.welcome(…)`` or ``session.refuse(Unauthorised())``.

A sink that keeps bytes for somebody else has its shell call ``session.consumed(blob, count)`` when
they are through, or the peer stops when the window is used up; one that is through at once (it
fills a buffer, it writes a file) is accepted with ``immediate=True``. ``cancel``, ``progress`` and
all other messages pass between two chunks, so ``next_message`` is to be called when the socket can
take something, not ahead of it.
"""

from __future__ import annotations

from .client import CHUNK_OVERHEAD, ClientSession
from .endpoint import Endpoint, Stage
from .events import (
    BlobEvent,
    BlobFailed,
    BlobKnown,
    BlobOpened,
    BlobReceived,
    BlobRejected,
    BlobSent,
    ClientEvent,
    ServerEvent,
)
from .heartbeat import Heartbeat
from .incoming import Sink
from .sequences import SeenEvents
from .server import ServerSession, negotiate

__all__ = [
    "CHUNK_OVERHEAD",
    "BlobEvent",
    "BlobFailed",
    "BlobKnown",
    "BlobOpened",
    "BlobReceived",
    "BlobRejected",
    "BlobSent",
    "ClientEvent",
    "ClientSession",
    "Endpoint",
    "Heartbeat",
    "SeenEvents",
    "ServerEvent",
    "ServerSession",
    "Sink",
    "Stage",
    "negotiate",
]
