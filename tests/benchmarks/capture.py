"""How long the plug-in core looks at 16 megapixels: ``python -m tests.benchmarks.capture``.

All of it runs on the host's UI thread, in plain Python.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from velatura_plugin.capture.islands import is_blank, islands
from velatura_plugin.capture.masks import cut, of_transparency
from velatura_plugin.host.base import Selection
from velatura_plugin.host.luminance import luminance_times_alpha
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat, Pixels

_SIZE = Size(4096, 4096)
_CANVAS = Rect.of_size(_SIZE)
_RUNS = 5


def main() -> None:
    empty, full = _mask(0), _mask(255)
    noise = Pixels(_SIZE, MASK_FORMAT, os.urandom(_SIZE.area))
    print("| 16 megapixels | ms, best of 5 |")
    print("| --- | --- |")
    _row("is an empty mask blank", lambda: is_blank(empty))
    _row("islands of an empty mask", lambda: islands(empty, gap=96))
    _row("islands of a full mask", lambda: islands(full, gap=96))
    _row("islands of noise", lambda: islands(noise, gap=96))
    _row(
        "a crop cut from a full mask",
        lambda: cut(Selection(_CANVAS, full), Rect(1, 1, 4094, 4094)),
    )
    for form, opaque in _OPAQUE.items():
        name = f"{form.depth.value} {form.layout.value}"
        picture = _horizon(form, opaque)
        _row(f"what is transparent, {name}", lambda seen=picture: of_transparency(seen))
        _row(f"luminance times alpha, {name}", lambda seen=picture: luminance_times_alpha(seen))


_OPAQUE = {
    PixelFormat(Depth.U8, Layout.BGRA): b"\xff",
    PixelFormat(Depth.U16, Layout.BGRA): b"\xff\xff",
    PixelFormat(Depth.F16, Layout.RGBA): b"\x00\x3c",
    PixelFormat(Depth.F32, Layout.RGBA): b"\x00\x00\x80\x3f",
}


def _horizon(form: PixelFormat, opaque: bytes) -> Pixels:
    """A picture that was straightened: a wedge of nothing at its head."""
    size, width = form.pixel_bytes, _SIZE.width
    colours = bytes(size - len(opaque))
    row = (colours + opaque) * width
    wedge = [bytes(size * clear) + row[size * clear :] for clear in range(width, 0, -20)]
    return Pixels(_SIZE, form, b"".join([*wedge, row * (_SIZE.height - len(wedge))]))


def _mask(value: int) -> Pixels:
    return Pixels(_SIZE, MASK_FORMAT, bytes([value]) * _SIZE.area)


def _row(name: str, work: Callable[[], object]) -> None:
    best = min(_seconds(work) for _ in range(_RUNS))
    print(f"| {name} | {best * 1000:.1f} |")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
