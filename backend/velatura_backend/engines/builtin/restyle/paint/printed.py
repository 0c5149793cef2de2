"""Print and stone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from ...patchmatch.kernels import Floats, Real
from .easel import Easel, planes
from .finish import Surface, finish
from .marks import Canvas, Speckle, put_speckles
from .screens import Screen, print_screen
from .tiles import Stones, set_stones

Colour = tuple[float, float, float]

_PAPER = 0.96
_CYAN, _MAGENTA = (0.0, 0.62, 0.88), (0.90, 0.05, 0.50)
_YELLOW, _BLACK = (1.0, 0.90, 0.02), (0.10, 0.10, 0.11)
_PINK, _BLUE, _SUN = (1.0, 0.28, 0.56), (0.05, 0.38, 0.78), (1.0, 0.88, 0.10)


def halftone(easel: Easel) -> Iterator[Canvas]:
    """Newspaper colour: four screens, each at its own angle."""
    u = easel.unit
    guide = easel.guide(0.5 + 0.8 * (1.0 - easel.care))
    canvas = easel.blank((0.965, 0.945, 0.90))
    amounts = _separated(easel.vivid(guide.colour, 0.1))
    period = 5.2 * u
    for plane, (inked, degrees) in enumerate(
        ((_YELLOW, 0.0), (_CYAN, 15.0), (_MAGENTA, 75.0), (_BLACK, 45.0))
    ):
        screen = Screen(
            inked, plane, period, float(np.radians(degrees)), fade=0.05, salt=plane * 32
        )
        print_screen(canvas.colour, amounts, guide, screen, easel.lanes)
        yield canvas
    finish(canvas, Surface(tooth=0.025, grain=2.0 * u, salt=2), easel.lanes)
    yield canvas


def _separated(colour: Floats) -> Floats:
    """Yellow, cyan, magenta, black: black takes over part of what all three share."""
    shared = 1.0 - colour.max(axis=2)
    black = np.clip((shared - 0.2) / 0.8, 0.0, 1.0) ** 1.3 * 0.8
    left = colour / np.maximum(1e-3, 1.0 - black * (1.0 - _BLACK[0]))[..., None]
    parts = _unmixed(left, (_YELLOW, _CYAN, _MAGENTA), (2, 0, 1))
    return planes(*(parts[..., plane] for plane in range(3)), black)


def risograph(easel: Easel) -> Iterator[Canvas]:
    """Three bright soy inks from a stencil, grainy and never quite in register."""
    u = easel.unit
    guide = easel.guide(0.7 + 0.8 * (1.0 - easel.care))
    canvas = easel.blank((0.965, 0.95, 0.915))
    colour = easel.vivid(guide.colour, 0.25, 0.15)
    amounts = _unmixed(colour, (_SUN, _PINK, _BLUE), (2, 1, 0))
    prints = ((_SUN, 0.0, 0.0), (_PINK, 1.5, -0.9), (_BLUE, -1.2, 1.3))
    for plane, (inked, right, down) in enumerate(prints):
        amount = _shifted(amounts[..., plane], right * u / guide.factor, down * u / guide.factor)
        dots = Speckle(inked, 1.9 * u, 0.94, 1.0, easel.salt(plane + 1))
        put_speckles(canvas, guide, amount, dots, easel.lanes)
        yield canvas
    finish(canvas, Surface(tooth=0.03, grain=1.8 * u, salt=2), easel.lanes)
    yield canvas


def _unmixed(
    colour: Floats, inks: tuple[Colour, Colour, Colour], channels: tuple[int, int, int]
) -> Floats:
    """How much of three inks makes a colour; ``channels``: the one each of them takes away from.

    What the others let through of a channel decides what is left for its own ink to take away.
    They settle in a few rounds.
    """
    wanted = [np.clip(colour[..., c] / _PAPER, 0.0, 1.0) for c in range(3)]
    amounts = [np.zeros(colour.shape[:2], np.float32) for _ in range(3)]
    for _ in range(3):
        for plane in np.argsort(channels):
            channel = channels[plane]
            through = np.ones(colour.shape[:2], np.float32)
            for other in range(3):
                if other != plane:
                    through *= 1.0 - amounts[other] * (1.0 - inks[other][channel])
            taken = (1.0 - wanted[channel] / through) / (1.0 - inks[plane][channel])
            amounts[plane] = np.clip(taken, 0.0, 1.0).astype(np.float32)
    return planes(*amounts)


def _shifted(plane: Floats, right: Real, down: Real) -> Floats:
    """Out of register: linear between pixels, edges repeated."""
    return np.asarray(ndimage.shift(plane, (down, right), order=1, mode="nearest"), np.float32)


def mosaic(easel: Easel) -> Iterator[Canvas]:
    """Glass and stone in mortar, set along the forms."""
    u = easel.unit
    guide = easel.guide(1.6, 6.0)
    guide = guide._replace(colour=easel.vivid(guide.colour, 0.25, 0.15))
    canvas = easel.blank((0.42, 0.39, 0.36))
    size = (8.5 - 2.5 * easel.care) * u
    stones = Stones(size, max(0.9, 1.1 * u), salt=easel.salt(1))
    set_stones(canvas, guide, stones, easel.lanes)
    yield canvas
    finish(canvas, Surface(relief=0.22, tooth=0.05, grain=1.4 * u, salt=4), easel.lanes)
    yield canvas
