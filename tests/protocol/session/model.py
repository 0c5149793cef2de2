"""What a server's session owes to whoever sends it blobs, written from ``docs/protocol.md`` alone.

Slow and plain: every blob is a few numbers, every rule a few lines. :meth:`Model.hear` and the
methods for the shell return what the session has to tell, as ``(event, blob)``; what it has to say
to the peer collects in ``said``, as ``(message, blob, number)``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from velatura_protocol.messages import Limits

Told = list[tuple[str, str]]

FAILED, OPENED, RECEIVED = "failed", "opened", "received"


@dataclass
class Incoming:
    """``bytes`` as the header says. ``kept``: what came before the shell had a place for it."""

    bytes: int
    granted: int
    data: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    consumed: int = 0
    is_accepted: bool = False
    is_immediate: bool = False
    is_given_up: bool = False
    end: bytes | None = None
    """What its sender says to have sent, once it has said so."""


@dataclass
class Model:
    limits: Limits
    stage: str = "silent"
    blobs: dict[str, Incoming] = field(default_factory=dict[str, Incoming])
    said: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])

    # -- the peer

    def hello(self) -> Told:
        if self.stage != "silent":
            return self._close()
        self.stage = "greeted"
        return [("hello", "")]

    def ping(self, token: int) -> Told:
        if self.stage != "open":
            return self._close()
        self.said.append(("pong", "", token))
        return []

    def blob(self, name: str, length: int, announced: int) -> Told:
        """A header of a grey row of ``length`` pixels."""
        still_open = sum(blob.is_given_up or blob.end is None for blob in self.blobs.values())
        if self.stage != "open" or name in self.blobs or still_open >= self.limits.open_blobs:
            return self._close()
        granted = min(self.limits.window_bytes, announced)
        self.blobs[name] = Incoming(announced, granted)
        too_many = length > self.limits.blob_pixels or announced > self.limits.blob_bytes
        if too_many or announced != length:
            return self._give_up(name)
        return [(OPENED, name)]

    def chunk(self, name: str, data: bytes) -> Told:
        blob = self._known(name)
        if blob is None or len(data) > self.limits.chunk_bytes:
            return self._close()
        if blob.is_given_up:
            return []
        if blob.end is not None:
            return self._close()
        if not blob.is_accepted:
            blob.kept += data
            # Packed bytes may be a little more than raw ones; see the deflate specification.
            if len(blob.kept) > blob.granted + blob.granted // 1024 + 1024:
                return self._give_up(name)
            return []
        return self._take(name, blob, data)

    def ended(self, name: str, claimed: bytes) -> Told:
        """``claimed``: the bytes whose digest the sender gives."""
        blob = self._known(name)
        if blob is None:
            return self._close()
        if blob.is_given_up:
            del self.blobs[name]
            return []
        if blob.end is not None:
            return self._close()
        blob.end = claimed
        return self._finish(name, blob)

    def aborted(self, name: str) -> Told:
        blob = self._known(name)
        if blob is None:
            return self._close()
        del self.blobs[name]
        return [] if blob.is_given_up else [(FAILED, name)]

    def nonsense(self) -> Told:
        return self._close()

    # -- the shell

    def welcome(self) -> None:
        self.stage = "open"
        self.said.append(("welcome", "", 0))

    def accept(self, name: str, *, immediate: bool) -> Told:
        blob = self.blobs.get(name)
        if blob is None or blob.is_given_up or blob.is_accepted:
            return []
        blob.is_accepted, blob.is_immediate = True, immediate
        told = self._take(name, blob, bytes(blob.kept))
        return told or self._finish(name, blob)

    def consume(self, name: str, count: int) -> None:
        blob = self.blobs[name]
        blob.consumed += count
        self._grant(name, blob)

    def refuse(self, name: str) -> None:
        self.said.append(("blob_abort", name, 0))
        blob = self.blobs.get(name)
        if blob is not None:
            self._bury(name, blob)

    def lost(self) -> Told:
        gone = [(FAILED, name) for name, blob in self.blobs.items() if not blob.is_given_up]
        self.blobs.clear()
        self.said.clear()
        self.stage = "closed"
        return gone

    # -- rules

    def _known(self, name: str) -> Incoming | None:
        return self.blobs.get(name) if self.stage == "open" else None

    def _take(self, name: str, blob: Incoming, data: bytes) -> Told:
        if len(blob.data) + len(data) > blob.granted:
            return self._give_up(name)
        blob.data += data
        if blob.is_immediate:
            blob.consumed += len(data)
        self._grant(name, blob)
        return []

    def _grant(self, name: str, blob: Incoming) -> None:
        """Half a window at a time, or all that is missing."""
        if blob.end is not None or not blob.is_accepted:
            return
        wanted = min(blob.consumed + self.limits.window_bytes, blob.bytes)
        new = wanted - blob.granted
        if new and (new >= self.limits.window_bytes // 2 or wanted == blob.bytes):
            blob.granted = wanted
            self.said.append(("blob_credit", name, new))

    def _finish(self, name: str, blob: Incoming) -> Told:
        if blob.end is None or not blob.is_accepted:
            return []
        if len(blob.data) != blob.bytes or blob.end != bytes(blob.data):
            return self._give_up(name)
        del self.blobs[name]
        return [(RECEIVED, name)]

    def _give_up(self, name: str) -> Told:
        self.said.append(("blob_abort", name, 0))
        self._bury(name, self.blobs[name])
        return [(FAILED, name)]

    def _bury(self, name: str, blob: Incoming) -> None:
        """It counts as open until its sender has said the last word."""
        if blob.end is None:
            blob.is_given_up = True
        else:
            del self.blobs[name]

    def _close(self) -> Told:
        """The last word takes the place of all that was to be said."""
        if self.stage == "closed":
            return []
        word = "error" if self.stage == "open" else "refused"
        gone = self.lost()
        self.said.append((word, "", 0))
        return gone
