"""Deterministic holes. What a kind needs is in its :class:`MaskRecipe`, nothing else is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import binary_dilation

BoolMask = NDArray[np.bool_]


@dataclass(frozen=True)
class MaskRecipe:
    """``kind``: blob, wires, text, scratches or outline. ``amount``: a blob's share of the picture,
    the number of wires or scratches, the letters' height in pixels. ``width``: of a line in pixels.
    ``centre``: of a blob, as shares of width and height. ``outline``: a polygon, in shares too."""

    kind: str
    seed: int = 0
    amount: float = 0.1
    width: int = 5
    centre: tuple[float, float] = (0.5, 0.5)
    outline: tuple[tuple[float, float], ...] = ()


def draw(recipe: MaskRecipe, height: int, width: int) -> BoolMask:
    """:raises KeyError: no such kind"""
    kinds = {
        "blob": _blob,
        "wires": _wires,
        "text": _text,
        "scratches": _scratches,
        "outline": _outline,
    }
    return kinds[recipe.kind](recipe, height, width)


def _blob(recipe: MaskRecipe, height: int, width: int) -> BoolMask:
    generator = np.random.default_rng(recipe.seed)
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    waves = [(k, generator.uniform(0.05, 0.18), generator.uniform(0, 6.28)) for k in (2, 3, 4, 7)]
    bulge = 1 + sum(size * np.cos(k * angles + phase) for k, size, phase in waves)
    radius = np.sqrt(recipe.amount * height * width / np.pi) * bulge
    xs = recipe.centre[0] * width + radius * np.cos(angles)
    ys = recipe.centre[1] * height + radius * np.sin(angles)
    return _polygon(list(zip(xs.tolist(), ys.tolist(), strict=True)), height, width)


def _outline(recipe: MaskRecipe, height: int, width: int) -> BoolMask:
    return _polygon([(x * width, y * height) for x, y in recipe.outline], height, width)


def _polygon(points: list[tuple[float, float]], height: int, width: int) -> BoolMask:
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).polygon(points, fill=255)
    return np.asarray(image) > 0


def _wires(recipe: MaskRecipe, height: int, width: int) -> BoolMask:
    """Sagging lines from edge to edge."""
    generator = np.random.default_rng(recipe.seed)
    image = Image.new("L", (width, height))
    pen = ImageDraw.Draw(image)
    along = np.linspace(0, 1, 96)
    for _ in range(int(recipe.amount)):
        left, right = generator.uniform(0, height, 2)
        sag = generator.uniform(-0.2, 0.2) * height
        ys = left + (right - left) * along + sag * 4 * along * (1 - along)
        pen.line(list(zip((along * width).tolist(), ys.tolist(), strict=True)), 255, recipe.width)
    return np.asarray(image) > 0


def _scratches(recipe: MaskRecipe, height: int, width: int) -> BoolMask:
    """Short jagged strokes in all directions, as on an old print."""
    generator = np.random.default_rng(recipe.seed)
    image = Image.new("L", (width, height))
    pen = ImageDraw.Draw(image)
    for _ in range(int(recipe.amount)):
        x, y = generator.uniform(0, width), generator.uniform(0, height)
        angle = generator.uniform(0, 2 * np.pi)
        points = [(x, y)]
        for _ in range(8):
            angle += generator.normal(0, 0.25)
            x += np.cos(angle) * width / 40
            y += np.sin(angle) * width / 40
            points.append((x, y))
        pen.line(points, 255, recipe.width)
    return np.asarray(image) > 0


def _text(recipe: MaskRecipe, height: int, width: int) -> BoolMask:
    """A watermark over everything, its lettering a little fattened."""
    image = Image.new("L", (width, height))
    pen = ImageDraw.Draw(image)
    size = int(recipe.amount)
    font = ImageFont.load_default(size)
    for line, y in enumerate(range(size // 2, height - size, int(size * 2.4))):
        words = "SAMPLE (c) 2026 DO NOT COPY " * (1 + width // (size * 14))
        pen.text((size // 2 + (line % 2) * size, y), words, fill=255, font=font)
    fattened = binary_dilation(np.asarray(image) > 60, iterations=max(1, size // 20))
    return np.asarray(fattened, np.bool_)
