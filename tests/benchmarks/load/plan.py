"""What the clients of one scenario do, as it travels to the processes that make them."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Plan:
    """``jobs`` of each client, of which ``in_flight`` at a time are on their way; with ``seconds``
    it goes on for that long instead. ``engines`` take turns. ``duration`` and ``previews`` are
    the echo engine's.

    ``cut_frames``: a connection is cut after up to twice as many frames, whatever they are, 0 for
    never; ``storm_seconds``: all are cut at once so often. ``rest``: the longest wait before
    connecting again. ``cancel_share`` of the jobs are cancelled within ``cancel_seconds`` of
    their submission. ``live_seconds``: a stroke so often instead of ``in_flight``; the strokes of
    a client replace each other. ``forgets``: what has been checked is deleted from the history.
    """

    clients: int
    jobs: int
    seed: int = 1
    first: int = 0
    in_flight: int = 2
    seconds: float = 0.0
    engines: tuple[str, ...] = ("echo",)
    side: int = 24
    duration: float = 0.0
    previews: int = 0
    cut_frames: int = 0
    storm_seconds: float = 0.0
    rest: float = 0.3
    cancel_share: float = 0.0
    cancel_seconds: float = 0.0
    live_seconds: float = 0.0
    forgets: bool = False

    def shares(self, count: int) -> list[Plan]:
        """The same for ``count`` processes; ``first`` is the number of each one's first client."""
        edges = [self.clients * n // count for n in range(count + 1)]
        return [
            replace(self, clients=after - before, first=before, seed=self.seed + before)
            for before, after in itertools.pairwise(edges)
            if after > before
        ]

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        fields = json.loads(text)
        return cls(**{**fields, "engines": tuple(fields["engines"])})
