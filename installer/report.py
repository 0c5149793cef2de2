"""Lines of progress with the time since the start."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Report:
    started: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def line(self, text: str) -> None:
        print(f"[{self.elapsed:6.1f} s] {text}", flush=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Say that a step begins and, if it took long enough to wonder, how long it took."""
        self.line(text)
        before = self.elapsed
        yield
        if self.elapsed - before > 2:
            self.line(f"{text}: {self.elapsed - before:.1f} s")
