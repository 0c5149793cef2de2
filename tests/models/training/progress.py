"""What both stages need to be stopped and gone on with."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import torch

WARM_UP = 100
WRITE_EVERY_SECONDS = 60.0


class Stateful(Protocol):
    def state_dict(self) -> Any: ...
    def load_state_dict(self, state_dict: Any) -> Any: ...


class Checkpoint:
    """The state of several parts in one file, replaced as a whole."""

    def __init__(self, path: Path, parts: Mapping[str, Stateful]) -> None:
        self._path = path
        self._parts = parts
        self._written = time.monotonic()

    def restored(self) -> int:
        """Load what is there and return the step it was written at; 0 if there is nothing."""
        if not self._path.exists():
            return 0
        saved = torch.load(self._path, weights_only=True)
        for name, part in self._parts.items():
            part.load_state_dict(saved[name])
        return int(saved["step"])

    def write(self, step: int) -> None:
        states = {name: part.state_dict() for name, part in self._parts.items()}
        fresh = self._path.with_suffix(".new")
        torch.save({**states, "step": step}, fresh)
        fresh.replace(self._path)
        self._written = time.monotonic()

    def write_now_and_then(self, step: int) -> None:
        if time.monotonic() - self._written > WRITE_EVERY_SECONDS:
            self.write(step)


def cosine(step: int, steps: int) -> float:
    """Share of the peak rate: a short rise, then half a cosine down to 2 %."""
    rise = min(1.0, (step + 1) / WARM_UP)
    return rise * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))))
