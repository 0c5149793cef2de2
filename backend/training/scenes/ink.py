"""Drawn work: rows of glyph-like strokes, line art, hatching, flat shapes with outlines."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from .colours import Floats, palette

Point = tuple[float, float]


def page(rng: np.random.Generator, side: int) -> Floats:
    """Rows of glyphs in one or two sizes on paper."""
    paper, ink = _paper_and_ink(rng)
    image = Image.new("RGB", (side, side), paper)
    draw = ImageDraw.Draw(image)
    y = -float(rng.uniform(0, 40))
    while y < side:
        size = float(np.exp(rng.uniform(np.log(14), np.log(130))))
        for _ in range(int(rng.integers(1, 6))):
            _row(rng, draw, side, y, size, ink)
            y += size * rng.uniform(1.3, 1.9)
    return _pixels(image)


def drawing(rng: np.random.Generator, side: int) -> Floats:
    """Flat shapes with outlines, curves and hatching."""
    paper, ink = _paper_and_ink(rng)
    image = Image.new("RGB", (side, side), paper)
    draw = ImageDraw.Draw(image)
    colours = [_bytes(each) for each in palette(rng, 16)]
    for _ in range(int(rng.integers(5, 60))):
        _figure(rng, draw, side, colours, ink)
    for _ in range(int(rng.integers(5, 60))):
        width = max(1, round(float(rng.gamma(2.0, 2.0))))
        draw.line(_curve(rng, side), fill=ink, width=width, joint="curve")
    if rng.random() < 0.6:
        for _ in range(int(rng.integers(1, 8))):
            _hatching(rng, draw, side, ink)
    return _pixels(image)


def _paper_and_ink(rng: np.random.Generator) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    if rng.random() < 0.5:
        light, dark = rng.uniform(0.8, 1.0), rng.uniform(0.0, 0.25)
        pair = np.repeat(np.array([[light], [dark]]), 3, axis=1).astype(np.float32)
    else:
        pair = palette(rng, 2)
    order = (0, 1) if rng.random() < 0.75 else (1, 0)
    return _bytes(pair[order[0]]), _bytes(pair[order[1]])


def _bytes(colour: Floats) -> tuple[int, int, int]:
    red, green, blue = (int(each) for each in np.rint(np.asarray(colour) * 255.0))
    return red, green, blue


def _row(
    rng: np.random.Generator,
    draw: ImageDraw.ImageDraw,
    side: int,
    y: float,
    size: float,
    ink: tuple[int, int, int],
) -> None:
    weight = max(1, round(size * rng.uniform(0.06, 0.18)))
    slant = float(rng.choice([0.0, 0.0, 0.2]))
    x = float(rng.uniform(0, 60))
    while x < side:
        if rng.random() < 0.15:
            x += size * 0.5
            continue
        width = size * rng.uniform(0.35, 0.75)
        _glyph(rng, draw, (x, y), (width, size), weight, slant, ink)
        x += width + weight + size * 0.12


def _glyph(
    rng: np.random.Generator,
    draw: ImageDraw.ImageDraw,
    corner: Point,
    size: Point,
    weight: int,
    slant: float,
    ink: tuple[int, int, int],
) -> None:
    """Two to four strokes between the points of a 3 by 4 lattice: stems, bars, diagonals, bows."""
    low = 0 if rng.random() < 0.35 else 1
    for _ in range(int(rng.integers(2, 5))):
        ends = np.array([rng.integers(0, 3, 2) / 2.0, rng.integers(low, 4, 2) / 3.0]).T
        if rng.random() < 0.5:
            ends[1, int(rng.integers(0, 2))] = ends[0, int(rng.integers(0, 2))]
        points = ends
        if rng.random() < 0.4:
            share = np.linspace(0, 1, 12)[:, None]
            middle = ends.mean(axis=0) + rng.uniform(-0.6, 0.6, 2)
            points = (1 - share) ** 2 * ends[:1] + 2 * share * (1 - share) * middle
            points = points + share**2 * ends[1:]
        placed = points * np.array(size) + np.array(corner)
        placed[:, 0] -= slant * (points[:, 1] - 0.5) * size[1]
        draw.line([(float(px), float(py)) for px, py in placed], fill=ink, width=weight)


def _curve(rng: np.random.Generator, side: int) -> list[Point]:
    ends = rng.uniform(-0.1, 1.1, (4, 2)) * side
    if rng.random() < 0.5:
        ends = ends[:1] + (ends - ends[:1]) * rng.uniform(0.05, 0.5)
    share = np.linspace(0.0, 1.0, 60)[:, None]
    rest = 1.0 - share
    points = rest**3 * ends[:1] + 3 * rest**2 * share * ends[1:2]
    points = points + 3 * rest * share**2 * ends[2:3] + share**3 * ends[3:]
    return [(float(x), float(y)) for x, y in points]


def _figure(
    rng: np.random.Generator,
    draw: ImageDraw.ImageDraw,
    side: int,
    colours: list[tuple[int, int, int]],
    ink: tuple[int, int, int],
) -> None:
    centre = rng.uniform(0, side, 2)
    radius = float(np.exp(rng.uniform(np.log(8), np.log(side * 0.3))))
    count = int(rng.integers(3, 40))
    angles = np.sort(rng.uniform(0, 2 * np.pi, count))
    reach = radius * rng.uniform(0.7, 1.0, count)
    points = centre + reach[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    outline = [(float(x), float(y)) for x, y in points]
    draw.polygon(outline, fill=colours[int(rng.integers(0, len(colours)))])
    if rng.random() < 0.6:
        width = max(1, round(float(rng.gamma(2.0, 2.0))))
        draw.line([*outline, outline[0]], fill=ink, width=width, joint="curve")


def _hatching(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, side: int, ink: tuple[int, int, int]
) -> None:
    centre, angle = rng.uniform(0, side, 2), rng.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    step, length = rng.uniform(5, 28), rng.uniform(40, 400)
    width = max(1, round(step * rng.uniform(0.1, 0.5)))
    for index in range(int(rng.integers(6, 60))):
        start = centre + across * step * index + rng.normal(0, 2, 2)
        end = start + along * length * rng.uniform(0.8, 1.2)
        draw.line([*map(float, start), *map(float, end)], fill=ink, width=width)


def _pixels(image: Image.Image) -> Floats:
    return np.asarray(image, np.float32) / np.float32(255.0)
