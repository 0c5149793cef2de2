"""How long the plug-in core looks at a 12-megapixel mask: ``python -m tests.benchmarks.capture``.

Both run on the host's UI thread, in plain Python.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from velatura_plugin.host.base import Selection
from velatura_plugin.islands import islands
from velatura_plugin.masks import cut
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Pixels

_SIZE = Size(4000, 3000)
_RUNS = 5


def main() -> None:
    empty, full = _mask(0), _mask(255)
    drawn = Selection(Rect.of_size(_SIZE), full)
    print("| 12 megapixels | ms, best of 5 |")
    print("| --- | --- |")
    _row("islands of an empty mask", lambda: islands(empty, gap=96))
    _row("islands of a full mask", lambda: islands(full, gap=96))
    _row("a crop cut from a full mask", lambda: cut(drawn, Rect(1, 1, 3998, 2998)))


def _mask(value: int) -> Pixels:
    return Pixels(_SIZE, MASK_FORMAT, bytes([value]) * _SIZE.area)


def _row(name: str, work: Callable[[], object]) -> None:
    best = min(_seconds(work) for _ in range(_RUNS))
    print(f"| {name} | {best * 1000:.0f} |")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
