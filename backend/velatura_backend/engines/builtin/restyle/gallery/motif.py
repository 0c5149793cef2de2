"""What the gallery's paintings show: an imagined landscape with all tones and edges of every
direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...patchmatch.kernels import Floats

Colour = tuple[float, float, float]
Plane = NDArray[np.floating]


@dataclass(frozen=True)
class Palette:
    """Encoded sRGB, 0..1."""

    high: Colour
    low: Colour
    sun: Colour
    ball: Colour
    hill: Colour
    field: Colour
    dark: Colour


def motif(side: int, palette: Palette, seed: int) -> Floats:
    """(side, side, 3), encoded, 0..1."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / np.float32(side)
    picture = _mixed(palette.high, palette.low, np.clip(y * 1.7, 0.0, 1.0)[..., None])
    picture = _sky(picture, palette, x, y)
    _hills(picture, palette, x, y, generator)
    _furrows(picture, palette, x, y)
    _ball(picture, palette, x, y)
    _reeds(picture, palette, x, y, generator)
    return np.clip(picture, 0.0, 1.0).astype(np.float32)


def _mixed(first: Colour | Plane, second: Colour | Plane, share: Plane | float) -> Plane:
    return np.asarray(first) * (1.0 - share) + np.asarray(second) * share


def _sky(picture: Plane, palette: Palette, x: Plane, y: Plane) -> Plane:
    """A sun with rings of light, and clouds."""
    away = np.hypot(x - 0.76, y - 0.2)
    rings = 0.5 + 0.5 * np.sin(away * 60.0)
    glow = np.exp(-((away / 0.3) ** 2)) * (0.55 + 0.25 * rings)
    picture = _mixed(picture, palette.sun, glow[..., None])
    picture = _mixed(picture, (1.0, 0.98, 0.92), _inside(0.075 - away)[..., None])
    cloud = np.sin(x * 9.0 + 2.0 * np.sin(y * 7.0)) + np.sin(y * 21.0 + x * 5.0)
    cover = np.clip(cloud - 0.7, 0.0, 1.0) * np.clip(1.4 - 3.0 * y, 0.0, 1.0)
    return _mixed(picture, (0.97, 0.96, 0.95), 0.8 * cover[..., None])


def _hills(
    picture: Plane, palette: Palette, x: Plane, y: Plane, generator: np.random.Generator
) -> None:
    for number, (height, colour) in enumerate(
        ((0.42, palette.low), (0.52, palette.hill), (0.62, palette.field))
    ):
        phase = generator.uniform(0.0, 6.3, 2)
        crest = height + 0.06 * np.sin(x * (5.0 + 2.0 * number) + phase[0])
        crest = crest + 0.025 * np.sin(x * 15.0 + phase[1])
        depth = np.clip((y - crest) / 0.22, 0.0, 1.0)[..., None]
        shade = _mixed(_mixed(colour, (1.0, 1.0, 1.0), 0.15), palette.dark, 0.75 * depth)
        inside = _inside(y - crest)[..., None]
        picture[:] = _mixed(picture, shade, inside)


def _furrows(picture: Plane, palette: Palette, x: Plane, y: Plane) -> None:
    """A field whose furrows run to a point on the horizon."""
    below = np.clip(y - 0.66, 1e-3, 1.0)
    ridge = 0.5 + 0.5 * np.sin((x - 0.35) / (below + 0.06) * 11.0)
    colours = _mixed(palette.field, palette.dark, ridge[..., None])
    colours = _mixed(colours, palette.sun, (0.35 * ridge * (1.0 - y))[..., None])
    picture[:] = _mixed(picture, colours, _inside(y - 0.7 - 0.03 * np.sin(x * 6.0))[..., None])


def _ball(picture: Plane, palette: Palette, x: Plane, y: Plane) -> None:
    """A shaded sphere: all tones of one hue, from its light to its shadow."""
    radius, cx, cy = 0.2, 0.32, 0.62
    u, v = (x - cx) / radius, (y - cy) / radius
    shadow = np.exp(-(((x - cx - 0.1) / 0.26) ** 2 + ((y - cy - 0.19) / 0.05) ** 2))
    picture[:] = _mixed(picture, palette.dark, 0.85 * shadow[..., None])
    z = np.sqrt(np.clip(1.0 - u * u - v * v, 0.0, 1.0))
    light = np.clip(0.55 * u - 0.5 * v + 0.67 * z, 0.0, 1.0)[..., None]
    body = _mixed(palette.dark, palette.ball, np.clip(light * 1.5 + 0.08, 0.0, 1.0))
    body = _mixed(body, (1.0, 0.97, 0.92), np.clip(light - 0.8, 0.0, 1.0) * 4.0)
    stripe = (0.5 + 0.5 * np.tanh(8.0 * np.sin(5.0 * u + 1.5 * v)))[..., None]
    body = _mixed(body, body * np.asarray(palette.sun), 0.35 * stripe)
    picture[:] = _mixed(picture, body, _inside((1.0 - np.hypot(u, v)) * radius)[..., None])


def _reeds(
    picture: Plane, palette: Palette, x: Plane, y: Plane, generator: np.random.Generator
) -> None:
    """Thin dark and light stems of many slants."""
    for _ in range(16):
        foot, lean = generator.uniform(0.55, 1.0), generator.normal(0.0, 0.18)
        top, bend = generator.uniform(0.45, 0.8), generator.normal(0.0, 0.2)
        rise = np.clip((1.02 - y) / (1.02 - top), 0.0, 1.2)
        stem = foot + lean * rise + bend * rise * rise * 0.5
        width = 0.008 * np.clip(1.05 - rise, 0.0, 1.0)
        colour = palette.dark if generator.random() < 0.6 else palette.sun
        there = _inside(width - np.abs(x - stem)) * (rise < 1.0)
        picture[:] = _mixed(picture, colour, there[..., None])


def _inside(distance: Plane) -> Plane:
    """0..1 across an edge as wide as a pixel of 512."""
    return np.asarray(np.clip(distance * 512.0 + 0.5, 0.0, 1.0), np.float32)
