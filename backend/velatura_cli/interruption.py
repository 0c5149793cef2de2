"""Ctrl-C and SIGTERM: a first one asks for an orderly end, a second one ends at once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType, TracebackType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """While entered, the first signal sets :attr:`requested` and calls ``wake``, so that files in
    the making are finished or taken away; the second raises KeyboardInterrupt where it hits."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._previous: list[signal.Handlers | Callable[..., object] | int | None] = []
        self.requested = False

    def __enter__(self) -> Interruption:
        self._previous = [signal.signal(each, self._handle) for each in _SIGNALS]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each, handler in zip(_SIGNALS, self._previous, strict=True):
            signal.signal(each, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        self._wake()
