"""Pictures for benchmarks inside of Krita, whose Python has no numpy."""

from __future__ import annotations

import math
import random
import struct

from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels

TILE = 256
U8 = PixelFormat(Depth.U8, Layout.BGRA)
U16 = PixelFormat(Depth.U16, Layout.BGRA)


def photograph(size: Size, form: PixelFormat) -> Pixels:
    """Waves with grain, opaque: one tile over and over. Neither flat, which Krita and the codecs
    would make cheap, nor noise, which no fill would take long over."""
    full, code = (255, "B") if form.depth is Depth.U8 else (65535, "H")
    grain = random.Random(7)
    rows: list[bytes] = []
    for y in range(TILE):
        values: list[int] = []
        for x in range(TILE):
            wave = 0.5 + 0.2 * math.sin(x * math.tau / 64) + 0.15 * math.cos(y * math.tau / 128)
            light = wave + grain.uniform(-0.06, 0.06)
            values += [round(light * each * full) for each in (0.7, 0.9, 1.0)] + [full]
        row = struct.pack(f"<{len(values)}{code}", *values)
        rows.append((row * (size.width // TILE + 1))[: size.width * form.pixel_bytes])
    tall = b"".join(rows) * (size.height // TILE + 1)
    return Pixels(size, form, tall[: form.byte_count(size)])
