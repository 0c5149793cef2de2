"""A job whose result is several layers, for the real editors: what is asked for, of which picture,
and what the layers have to look like over it. Plain Python: editors have no more."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from velatura_plugin.capture.request import GenerateRequest
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat, Pixels
from velatura_protocol.tasks import Intent, Operation

ENGINE = "tiny-layered"
PROMPT = "a disc"
SEED = 5
GROUP = f"{PROMPT} ({SEED})"
COUNT = 3
STEPS = 1
SIZE = Size(96, 72)
SELECTED = Rect(24, 18, 44, 32)
PAINTING_SECONDS = 400.0
"""At the most: a job takes eight of a processor that may be wanted elsewhere, too."""
_SOFT = 6
"""Pixels over which the selection rises: the layers' masks are not those of the model alone."""
_CODES = {Depth.U8: ("B", 255), Depth.U16: ("H", 65535)}

REQUEST = GenerateRequest(
    Operation.FILL, Intent.FILL, engine=ENGINE, seed=SEED, prompt=PROMPT,
    parameters={"layers": COUNT, "steps": STEPS},
)  # fmt: skip


def variations(count: int) -> GenerateRequest:
    return replace(REQUEST, variations=count)


def layer_names(seed: int = SEED) -> list[str]:
    """From top to bottom."""
    return [f"{PROMPT} {seed} (layer {number} of {COUNT})" for number in range(COUNT, 0, -1)]


def picture(form: PixelFormat) -> Pixels:
    """Waves, opaque; the same in every format but for its depth."""
    code, full = _CODES[form.depth]
    values: list[int] = []
    for y in range(SIZE.height):
        for x in range(SIZE.width):
            wave = math.sin(x / 6) + math.cos(y / 8 + x / 31)
            red, green, blue = 120 + 50 * wave, 130 - 45 * wave, 60 + x
            colours = (blue, green, red) if form.layout is Layout.BGRA else (red, green, blue)
            values += [*(round(each) * full // 255 for each in colours), full]
    return Pixels(SIZE, form, struct.pack(f"<{len(values)}{code}", *values))


def selection() -> Pixels:
    """Of what is selected: soft all around."""
    area = SELECTED.size
    data = bytearray()
    for y in range(area.height):
        for x in range(area.width):
            depth = 1 + min(x, y, area.width - 1 - x, area.height - 1 - y)
            data.append(min(255, 255 * depth // _SOFT))
    return Pixels(area, MASK_FORMAT, bytes(data))


def whole_mask() -> bytes:
    """The selection on all of the picture."""
    rows, drawn = bytearray(SIZE.area), bytes(selection().data)
    for y in range(SELECTED.height):
        start = (SELECTED.y + y) * SIZE.width + SELECTED.x
        rows[start : start + SELECTED.width] = drawn[y * SELECTED.width :][: SELECTED.width]
    return bytes(rows)


@dataclass(frozen=True)
class Shown:
    """A layer as the editor has it, all of the picture's size. ``mask``: eight bits."""

    pixels: Pixels
    mask: bytes


def laid(below: Pixels, layers: Sequence[Shown]) -> list[float]:
    """The layers from bottom to top over an opaque picture, by the law: samples of eight bits,
    without alpha."""
    seen = samples(below)
    for layer in layers:
        over, opaque = samples(layer.pixels), alphas(layer.pixels)
        for index, before in enumerate(seen):
            share = layer.mask[index // 3] / 255.0 * opaque[index // 3]
            seen[index] = before + share * (over[index] - before)
    return seen


def samples(pixels: Pixels) -> list[float]:
    """Red, green and blue of each pixel, 0 to 255."""
    colours = (2, 1, 0) if pixels.format.layout is Layout.BGRA else (0, 1, 2)
    full = _CODES[pixels.format.depth][1]
    return [pixel[each] * 255.0 / full for pixel in _pixels(pixels) for each in colours]


def alphas(pixels: Pixels) -> list[float]:
    full = _CODES[pixels.format.depth][1]
    return [pixel[3] / full for pixel in _pixels(pixels)]


def _pixels(pixels: Pixels) -> Iterator[tuple[int, ...]]:
    return struct.iter_unpack(f"<4{_CODES[pixels.format.depth][0]}", bytes(pixels.data))


def furthest(first: Sequence[float], second: Sequence[float]) -> float:
    assert len(first) == len(second)
    return max(abs(one - other) for one, other in zip(first, second, strict=True))


def outside(pixels: Pixels) -> list[bytes]:
    """The bytes of every pixel that is not selected at all."""
    data, size = bytes(pixels.data), pixels.format.pixel_bytes
    return [
        data[size * index : size * (index + 1)]
        for index, value in enumerate(whole_mask())
        if not value
    ]
