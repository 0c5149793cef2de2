"""Whether the other end still lives: a peer that hangs, or a cable that is out, closes no socket.

Both ends ask with a ``Ping`` at every beat, and take any frame for an answer. Silence is counted in
beats of our own that came on time, never in seconds: after a pause in which this process got no
time (an editor that holds the interpreter's lock, a laptop that slept) the answers of a lively peer
lie unread in our socket, and the beat that comes before the reading must not hold that against it.
"""

from __future__ import annotations

_LATE = 1.5
"""A beat that took so many times its length is our own lateness, not the peer's."""


class Heartbeat:
    """``seconds`` from beat to beat; after ``silent_beats`` of them without a frame the peer is
    given up, that is within ``seconds × (silent_beats + 1)`` of its last one."""

    def __init__(self, seconds: float, silent_beats: int) -> None:
        self.seconds = seconds
        self._silent_beats = silent_beats
        self._silent = 0
        self._heard = True

    def heard(self) -> None:
        """A frame came, or nobody was listening for one."""
        self._heard = True

    def beat(self, slept: float) -> bool:
        """After each sleep of ``seconds``, which took ``slept`` of them; whether the peer may still
        be there. If so, it is to be asked."""
        if self._heard:
            self._silent = 0
        elif slept < _LATE * self.seconds:
            self._silent += 1
        self._heard = False
        return self._silent < self._silent_beats
