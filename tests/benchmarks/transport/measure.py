"""What a way of moving pictures is measured by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Trip:
    """Seconds up (a picture in one process until it is an array in the other) and down again;
    peak memory above the beginning on either side, in bytes."""

    up: float
    down: float
    client_memory: int
    server_memory: int

    @property
    def seconds(self) -> float:
        return self.up + self.down


def best(trips: list[Trip]) -> Trip:
    """The fastest each way, the most memory: other work on the machine only ever adds."""
    return Trip(
        min(trip.up for trip in trips),
        min(trip.down for trip in trips),
        max(trip.client_memory for trip in trips),
        max(trip.server_memory for trip in trips),
    )
