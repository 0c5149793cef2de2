"""Media with a brush or a stick of colour."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...arrays import copied
from ...patchmatch.kernels import Floats
from .easel import Easel, everywhere, smoothstep
from .finish import Surface, drag_over, finish
from .guide import Guide
from .marks import Brush, Canvas, put_marks, underpainted
from .wash import Wash, dry


def _fine(guide: Guide, easel: Easel, least: float) -> Floats:
    """Where fine marks are worth it: the more, the more care is taken."""
    edge = least * (1.7 - 0.5 * easel.care - 1.1 * easel.sharp)
    easel.lanes.check()
    return smoothstep(guide.detail, edge, edge + 0.25)


def oil(easel: Easel) -> Iterator[Canvas]:
    """Broad bristle strokes first, finer ones where forms turn, thick enough to catch light."""
    u, care = easel.unit, easel.care
    guide = easel.guide(3.0, 6.0)
    guide = guide._replace(colour=easel.vivid(guide.colour, 0.15, 0.1))
    canvas = easel.blank((0.55, 0.47, 0.38))
    loyal = 2.0 + 10.0 * care
    broad = Brush(
        7.0 * u, 17.0 * u, 6.5 * u, sway=0.35, variety=0.08, hue=0.05, bristles=8.0, rough=0.3,
        loyalty=0.6 * loyal, bend=0.25, soft=max(1.0, 0.8 * u), salt=easel.salt(1),
    )  # fmt: skip
    put_marks(canvas, guide, broad, everywhere(guide), everywhere(guide), easel.lanes)
    yield canvas
    middle = easel.softened(guide, 1.6)
    middle = middle._replace(colour=easel.vivid(middle.colour, 0.15, 0.1))
    brush = broad._replace(
        spacing=4.2 * u, length=10.0 * u, width=3.4 * u, loyalty=loyal, variety=0.08,
        bristles=6.0, salt=easel.salt(2),
    )  # fmt: skip
    put_marks(
        canvas, middle, brush, 0.3 + 0.7 * _fine(guide, easel, 0.35), everywhere(guide), easel.lanes
    )
    yield canvas
    sharp = easel.softened(guide, 0.7)
    sharp = sharp._replace(colour=easel.vivid(sharp.colour, 0.12, 0.1))
    brush = brush._replace(
        spacing=2.2 * u, length=5.0 * u, width=1.45 * u, loyalty=2.5 * loyal, variety=0.04,
        bristles=4.0, sway=0.2, salt=easel.salt(3),
    )  # fmt: skip
    put_marks(canvas, sharp, brush, _fine(guide, easel, 0.28), everywhere(guide), easel.lanes)
    finish(canvas, Surface(relief=0.28, tooth=0.03, grain=1.6 * u, weave=True), easel.lanes)
    yield canvas


def gouache(easel: Easel) -> Iterator[Canvas]:
    """Flat, opaque, chalky shapes with broken edges on warm paper."""
    u, care = easel.unit, easel.care
    guide = easel.guide(2.6, 6.0)
    flat = _levels(easel.vivid(guide.colour, 0.1, 0.1), 7)
    guide = guide._replace(colour=flat)
    canvas = underpainted(easel.height, easel.width, guide, easel.lanes)
    loyal = 6.0 + 24.0 * care
    broad = Brush(
        8.0 * u, 15.0 * u, 8.5 * u, sway=0.5, variety=0.025, hue=0.012, bristles=10.0, rough=0.10,
        loyalty=loyal, soft=max(1.0, 0.6 * u), salt=easel.salt(1),
    )  # fmt: skip
    put_marks(canvas, guide, broad, everywhere(guide), everywhere(guide), easel.lanes)
    yield canvas
    sharp = easel.softened(guide, 0.9)
    sharp = sharp._replace(colour=_levels(easel.vivid(sharp.colour, 0.1, 0.1), 8))
    brush = broad._replace(
        spacing=3.4 * u, length=6.0 * u, width=2.9 * u, loyalty=2.0 * loyal, salt=easel.salt(2)
    )
    put_marks(canvas, sharp, brush, _fine(guide, easel, 0.3), everywhere(guide), easel.lanes)
    finish(canvas, Surface(relief=0.06, tooth=0.06, grain=1.5 * u, salt=3), easel.lanes)
    yield canvas


def _levels(colour: Floats, count: int) -> Floats:
    """Tones drawn towards a few steps, as paint mixed in pots."""
    tone = colour.mean(axis=2, keepdims=True)
    step = (np.floor(tone * count) + 0.5) / count
    ratio = (tone + 0.7 * (step - tone)) / np.maximum(tone, 0.3 / count)
    return np.clip(colour * np.minimum(ratio, 1.5), 0.0, 1.0).astype(np.float32)


def watercolour(easel: Easel) -> Iterator[Canvas]:
    """Transparent washes, dark where they dried last, white paper in the lights."""
    u, care = easel.unit, easel.care
    guide = easel.guide(2.6, 7.0)
    guide = guide._replace(colour=_lifted(easel.vivid(guide.colour, 0.35, 0.15)))
    canvas = underpainted(easel.height, easel.width, guide, easel.lanes)
    loyal = 8.0 + 30.0 * care
    pool = Brush(
        9.0 * u, 10.0 * u, 10.0 * u, sway=1.0, variety=0.03, hue=0.03, loyalty=loyal,
        bend=0.5, soft=max(1.0, 1.2 * u), salt=easel.salt(1),
    )  # fmt: skip
    put_marks(canvas, guide, pool, everywhere(guide), everywhere(guide), easel.lanes)
    yield canvas
    sharp = easel.softened(guide, 0.9)
    sharp = sharp._replace(colour=_lifted(easel.vivid(sharp.colour, 0.3, 0.2)))
    brush = pool._replace(
        spacing=3.6 * u, length=5.0 * u, width=2.8 * u, loyalty=2.0 * loyal, opacity=0.8,
        sway=0.3, salt=easel.salt(2),
    )  # fmt: skip
    put_marks(canvas, sharp, brush, _fine(guide, easel, 0.32), everywhere(guide), easel.lanes)
    wash = Wash(2.6, 2.4 * u, 1.8 * u, 0.24, 0.5, 0.16, easel.salt(3))
    dry(canvas, wash, easel.lanes)
    yield canvas


def _lifted(colour: Floats) -> Floats:
    """Lights go to the white of the paper."""
    tone = colour.mean(axis=2, keepdims=True)
    lift = smoothstep(tone, 0.62, 0.95)
    return np.asarray(colour + lift * (1.0 - colour) * 0.9, np.float32)


def pastel(easel: Easel) -> Iterator[Canvas]:
    """Chalk dragged over toned, toothed paper."""
    u, care = easel.unit, easel.care
    guide = easel.guide(2.0, 6.0)
    guide = guide._replace(colour=easel.vivid(guide.colour, 0.2, 0.1))
    canvas = easel.blank((0.50, 0.46, 0.44))
    loyal = 3.0 + 12.0 * care
    surface = Surface(tooth=0.05, grain=1.7 * u, salt=11)
    for number, (size, cover) in enumerate(((1.0, 0.62), (0.7, 0.55), (0.42, 0.66))):
        layer = Canvas(copied(canvas.colour, easel.lanes), canvas.height)
        brush = Brush(
            6.0 * u * size, 15.0 * u * size, 4.6 * u * size, sway=0.3, variety=0.12, hue=0.07,
            bristles=9.0, rough=0.5, loyalty=loyal / size, soft=max(1.0, 0.8 * u),
            turn=0.25 * (1 - number), salt=easel.salt(number),
        )  # fmt: skip
        shown = everywhere(guide) if number < 2 else 0.15 + 0.85 * _fine(guide, easel, 0.4)
        put_marks(layer, guide, brush, shown, everywhere(guide), easel.lanes)
        drag_over(canvas, layer, surface._replace(salt=11 + number), cover, easel.lanes)
        yield canvas
        guide = easel.softened(guide, 1.2 * size)
        guide = guide._replace(colour=easel.vivid(guide.colour, 0.2, 0.1))
    finish(canvas, surface, easel.lanes)
    yield canvas


def pointillism(easel: Easel) -> Iterator[Canvas]:
    """Small round dabs of purer colours than the eye will see."""
    u, care = easel.unit, easel.care
    guide = easel.guide(1.6, 5.0)
    guide = guide._replace(colour=easel.vivid(guide.colour, 0.35, 0.1))
    canvas = easel.blank((0.90, 0.86, 0.76))
    dab = Brush(
        4.0 * u, 0.8 * u, 2.7 * u, sway=0.6, variety=0.16, hue=0.22, loyalty=1.0 + 2.0 * care,
        bristles=3.0, rough=0.15, soft=max(1.0, 0.7 * u), salt=easel.salt(1),
    )  # fmt: skip
    put_marks(canvas, guide, dab, everywhere(guide), everywhere(guide), easel.lanes)
    yield canvas
    for number, (size, hue) in enumerate(((0.85, 0.26), (0.62, 0.16)), 2):
        guide = easel.softened(guide, 1.4 * size)
        guide = guide._replace(colour=easel.vivid(guide.colour, 0.3, 0.1))
        brush = dab._replace(
            spacing=3.6 * u * size, width=2.2 * u * size, hue=hue, salt=easel.salt(number)
        )
        shown = everywhere(guide, 0.6) if number == 2 else _fine(guide, easel, 0.4)
        put_marks(canvas, guide, brush, shown, everywhere(guide), easel.lanes)
        yield canvas
    finish(canvas, Surface(relief=0.16, tooth=0.02, grain=1.4 * u, weave=True), easel.lanes)
    yield canvas
