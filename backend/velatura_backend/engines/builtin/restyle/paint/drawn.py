"""Media with a point or a knife: ink, pencil, dots, cuts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...patchmatch.kernels import Floats
from .easel import Easel, everywhere, one_colour, planes, smoothstep
from .finish import Surface, finish
from .guide import Guide
from .lines import Hatching, hatch
from .marks import Brush, Canvas, Speckle, put_marks, put_speckles
from .screens import Screen, print_screen

_INK = (0.10, 0.09, 0.12)
_GRAPHITE = (0.22, 0.22, 0.24)


def _darkness(guide: Guide, contrast: float = 0.25) -> Floats:
    tone = guide.tone + contrast * (guide.tone - 0.5) * guide.tone * (1.0 - guide.tone) * 4.0
    return np.asarray(np.clip(1.0 - tone, 0.0, 1.0), np.float32)


def ink(easel: Easel) -> Iterator[Canvas]:
    """Pen hatching in up to four directions, contours with a nib."""
    u = easel.unit
    guide = easel.guide(1.0 + 0.8 * (1.0 - easel.care), 4.0)
    canvas = easel.blank((0.965, 0.945, 0.895))
    lines = easel.contours(1.0 + 0.6 * (1.0 - easel.care), 0.7 + 0.9 * easel.sharp)
    amounts = planes(_darkness(guide), lines)
    pen = Hatching(0.78, 3.6 * u, 1.25 * u, 0.22, 0.75, _INK, run=34.0 * u, wobble=2.4 * u)
    for number, (angle, least, most) in enumerate(
        ((0.78, 0.20, 0.75), (-0.62, 0.46, 0.85), (0.12, 0.64, 0.95), (1.35, 0.78, 1.0))
    ):
        own = pen._replace(angle=angle, least=least, most=most, salt=easel.salt(number))
        hatch(canvas.colour, amounts, 0, guide.factor, own, easel.lanes)
        yield canvas
    nib = Screen(_INK, 1, 1.0, 0.0, grain=0.9 * u, salt=easel.salt(9))
    print_screen(canvas.colour, amounts, guide, nib, easel.lanes)
    finish(canvas, Surface(tooth=0.02, grain=2.0 * u, salt=5), easel.lanes)
    yield canvas


def pencil(easel: Easel) -> Iterator[Canvas]:
    """Graphite: soft tone in the paper's tooth, strokes over it, contours."""
    u = easel.unit
    guide = easel.guide(0.8 + 0.8 * (1.0 - easel.care), 4.0)
    canvas = easel.blank((0.955, 0.95, 0.935))
    dark = _darkness(guide, 0.35)
    lines = easel.contours(0.9, 0.6 + 0.7 * easel.sharp)
    amounts = planes(dark, 0.9 * lines)
    rub = Speckle(_GRAPHITE, 1.6 * u, 0.42, 1.6, easel.salt(8))
    put_speckles(canvas, guide, np.clip(dark * 1.1 - 0.08, 0.0, 1.0), rub, easel.lanes)
    yield canvas
    lead = Hatching(
        0.9, 3.0 * u, 1.7 * u, 0.1, 0.9, _GRAPHITE, run=30.0 * u, stray=0.2, wobble=2.0 * u,
        tooth=0.5, grain=1.3 * u, opacity=0.72,
    )  # fmt: skip
    for number, (angle, least) in enumerate(
        ((0.95, 0.10), (0.75, 0.34), (-0.5, 0.58), (0.9, 0.75))
    ):
        own = lead._replace(angle=angle, least=least, salt=easel.salt(number))
        hatch(canvas.colour, amounts, 0, guide.factor, own, easel.lanes)
    yield canvas
    point = Screen(_GRAPHITE, 1, 1.0, 0.0, grain=0.8 * u, fade=0.3, crisp=3.0, salt=easel.salt(9))
    print_screen(canvas.colour, amounts, guide, point, easel.lanes)
    finish(canvas, Surface(tooth=0.03, grain=1.1 * u, salt=3), easel.lanes)
    yield canvas


def stipple(easel: Easel) -> Iterator[Canvas]:
    """Nothing but dots, the denser the darker."""
    u = easel.unit
    guide = easel.guide(0.7 + 0.6 * (1.0 - easel.care), 4.0)
    canvas = easel.blank((0.97, 0.96, 0.93))
    dark = np.maximum(_darkness(guide, 0.5), easel.contours(0.9, 0.2 + 0.8 * easel.sharp) * 0.9)
    dots = Speckle(_INK, 1.9 * u, salt=easel.salt(1))
    put_speckles(canvas, guide, np.clip(dark - 0.04, 0.0, 1.0), dots, easel.lanes)
    yield canvas


def woodcut(easel: Easel) -> Iterator[Canvas]:
    """A black block: lights are cut away with a gouge along the forms."""
    u = easel.unit
    guide = easel.guide(1.2 + 1.0 * (1.0 - easel.care), 7.0)
    paper = (0.95, 0.91, 0.82)
    canvas = easel.blank((0.09, 0.08, 0.08))
    light = smoothstep(1.0 - _darkness(guide, 0.4), 0.12, 0.92)
    lit = one_colour(guide, paper)
    cut = Brush(
        4.0 * u, 11.0 * u, 2.1 * u, jitter=0.55, taper=1.0, sway=0.08, bend=0.06, variety=0.02,
        loyalty=0.0, soft=1.0, salt=easel.salt(1),
    )  # fmt: skip
    put_marks(canvas, lit, cut, smoothstep(light, 0.02, 0.22), 0.25 + 0.9 * light, easel.lanes)
    yield canvas
    clear = cut._replace(
        spacing=4.4 * u, length=9.0 * u, width=3.2 * u, taper=0.7, salt=easel.salt(2)
    )
    put_marks(canvas, lit, clear, smoothstep(light, 0.7, 1.0), everywhere(guide), easel.lanes)
    yield canvas
    lines = planes(easel.contours(1.3, 0.8 + 1.1 * easel.sharp))
    key = Screen((0.09, 0.08, 0.08), 0, 1.0, 0.0, grain=1.3 * u, salt=easel.salt(9))
    print_screen(canvas.colour, lines, guide, key, easel.lanes)
    finish(canvas, Surface(tooth=0.05, grain=1.6 * u, salt=7), easel.lanes)
    yield canvas
