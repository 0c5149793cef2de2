"""Subjects whose matte is known because they are drawn here, over photographs of textures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage
from skimage import data

Floats = NDArray[np.float32]

SIDE = 480
FINE = 4


@dataclass(frozen=True)
class Case:
    """``image``: (SIDE, SIDE, 4) opaque; ``alpha``: (SIDE, SIDE) the truth; ``colours``: the
    subject's; ``selection``: what a hurried user draws around it. ``clear``: how much is seen
    through it at its clearest."""

    name: str
    image: Floats
    alpha: Floats
    colours: Floats
    selection: Floats
    clear: float = 0.0


def cases() -> list[Case]:
    return [
        case_of("hair, gravel", _hair(0, (70, 42, 25)), grey_photo("gravel", (150, 160, 175)), 1),
        case_of("hair, meadow", _hair(1, (225, 185, 120)), grey_photo("grass", (95, 150, 70)), 2),
        case_of("fur, brick", _fur(2, (205, 200, 190)), grey_photo("brick", (190, 110, 90)), 3),
        case_of("fur, soft background", _fur(3, (110, 80, 55)), bokeh(4), 4),
        case_of("leaves, wood", _leaves(5), photo(data.coffee()[:240, 340:]), 5),
        case_of("glass, gravel", _glass(), grey_photo("gravel", (120, 140, 120)), 6, 0.65),
        case_of("moving ball, brick", _ball(), grey_photo("brick", (140, 150, 170)), 7),
        case_of("sticker, paper", _sticker(), np.full((SIDE, SIDE, 3), (0.93, 0.9, 0.84)), 8),
    ]


def case_of(
    name: str, subject: tuple[Floats, Floats], behind: Floats, seed: int, clear: float = 0.0
) -> Case:
    colours, alpha = subject
    mixed = colours * alpha[..., None] + behind * (1 - alpha[..., None])
    noise = np.random.default_rng(seed).normal(0, 0.008, mixed.shape)
    image = np.ones((SIDE, SIDE, 4), np.float32)
    image[..., :3] = np.clip(np.rint((mixed + noise) * 255) / 255, 0, 1)
    return Case(name, image, alpha, colours.astype(np.float32), _loose(alpha, seed), clear)


def _loose(alpha: Floats, seed: int) -> Floats:
    """A polygon of two dozen corners around it, 10 to 40 pixels away."""
    ys, xs = np.nonzero(alpha > 0.15)
    centre = np.array((xs.mean(), ys.mean()))
    away = np.stack([xs, ys], axis=1) - centre
    angles, lengths = np.arctan2(away[:, 1], away[:, 0]), np.linalg.norm(away, axis=1)
    random, points = np.random.default_rng(seed), []
    for angle in np.linspace(-np.pi, np.pi, 24, endpoint=False):
        near = np.abs((angles - angle + np.pi) % (2 * np.pi) - np.pi) < np.pi / 16
        reach = (lengths[near].max() if near.any() else 10.0) + random.uniform(10, 40)
        points.append(tuple(centre + reach * np.array((np.cos(angle), np.sin(angle)))))
    canvas = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(canvas).polygon(points, fill=255)
    return np.asarray(canvas, np.float32) / 255


def drawn(draw: Callable[[ImageDraw.ImageDraw], None]) -> Floats:
    """Coverage of what is drawn at four times the size."""
    canvas = Image.new("L", (SIDE * FINE, SIDE * FINE), 0)
    draw(ImageDraw.Draw(canvas))
    return np.asarray(canvas.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32) / 255


def strand(random: np.random.Generator, start: NDArray, angle: float, length: float) -> list:
    steps, bend = 14, random.normal(0, 0.09)
    points = [start]
    for _ in range(steps):
        angle += bend + random.normal(0, 0.05)
        points.append(points[-1] + length / steps * np.array((np.cos(angle), np.sin(angle))))
    return [tuple(point * FINE) for point in points]


def shaded(colour: tuple[int, int, int], seed: int) -> Floats:
    """A colour with light, shade and grain along the strands."""
    random = np.random.default_rng(seed)
    grain = ndimage.gaussian_filter(random.normal(0, 1, (SIDE, SIDE)), (4, 0.8))
    light = np.linspace(1.2, 0.75, SIDE)[:, None] * (1 + 0.35 * grain / grain.std() * 0.5)
    return np.clip(light[..., None] * np.array(colour) / 255, 0, 1).astype(np.float32)


def _hair(seed: int, colour: tuple[int, int, int]) -> tuple[Floats, Floats]:
    """A head: a face under hair whose strands fly at the rim."""
    random = np.random.default_rng(seed)
    centre = np.array((SIDE / 2, SIDE * 0.48))

    def draw(pen: ImageDraw.ImageDraw) -> None:
        box = box_of(centre, (-92, -110), (92, 110))
        pen.ellipse(box, fill=255)
        pen.rectangle(box_of(centre, (-45, 80), (45, 300)), fill=255)
        for _ in range(700):
            angle = random.uniform(-np.pi, 0.0) + random.normal(0, 0.15)
            start = centre + np.array((np.cos(angle) * 85, np.sin(angle) * 103))
            line = strand(random, start, angle + random.normal(0, 0.7), random.gamma(4, 12))
            pen.line(line, fill=255, width=int(random.integers(2, 5)))

    alpha, hair = drawn(draw), shaded(colour, seed)
    ys, xs = np.mgrid[:SIDE, :SIDE]
    inside = ((xs - centre[0]) / 66) ** 2 + ((ys - centre[1] - 25) / 80) ** 2
    face = ndimage.gaussian_filter((inside < 1).astype(np.float32), 3)[..., None]
    skin = shaded((225, 175, 150), seed + 50) * 0.15 + np.array((0.74, 0.58, 0.5))
    return (hair * (1 - face) + skin * face).astype(np.float32), alpha


def box_of(centre: NDArray, first: tuple[int, int], last: tuple[int, int]) -> list[float]:
    corners = np.concatenate([centre + np.array(first), centre + np.array(last)]) * FINE
    return [float(value) for value in corners]


def _fur(seed: int, colour: tuple[int, int, int]) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)

    def draw(pen: ImageDraw.ImageDraw) -> None:
        for x, y, r in ((200, 280, 105), (310, 220, 75)):
            pen.ellipse([(x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE], 255)
            for _ in range(1500):
                angle = random.uniform(-np.pi, np.pi)
                start = np.array((x, y)) + (r - 4) * np.array((np.cos(angle), np.sin(angle)))
                line = strand(random, start, angle + random.normal(0, 0.5), random.gamma(5, 3.2))
                pen.line(line, fill=255, width=int(random.integers(1, 4)))

    return shaded(colour, seed), drawn(draw)


def _leaves(seed: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)

    def draw(pen: ImageDraw.ImageDraw) -> None:
        for _ in range(26):
            angle, size = random.uniform(-np.pi, np.pi), random.uniform(45, 80)
            turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
            t = np.linspace(0, 1, 20)
            half = 0.22 * np.sin(np.pi * t) ** 0.8
            outline = np.concatenate([np.stack([t, half], 1), np.stack([t, -half], 1)[::-1]])
            points = (turn @ (outline * size).T).T + random.normal((240, 240), 55, 2)
            pen.polygon([tuple(point * FINE) for point in points], fill=255)
            pen.line([(240 * FINE, 240 * FINE), tuple(points[0] * FINE)], fill=255, width=10)

    return shaded((60, 130, 50), seed), drawn(draw)


def _glass() -> tuple[Floats, Floats]:
    """Half transparent, denser at its rim."""

    def draw(pen: ImageDraw.ImageDraw) -> None:
        pen.rounded_rectangle([130 * FINE, 90 * FINE, 350 * FINE, 400 * FINE], 260, fill=255)

    cover = drawn(draw)
    inside = ndimage.distance_transform_edt(cover > 0.5)
    body = 0.35 + 0.6 * np.exp(-((inside / 18) ** 2))
    return shaded((130, 190, 225), 6), (cover * body).astype(np.float32)


def _ball() -> tuple[Floats, Floats]:
    """Blurred by its own movement."""

    def draw(pen: ImageDraw.ImageDraw) -> None:
        pen.ellipse([140 * FINE, 140 * FINE, 340 * FINE, 340 * FINE], fill=255)

    return shaded((220, 90, 40), 7), ndimage.uniform_filter1d(drawn(draw), 31, axis=1)


def _sticker() -> tuple[Floats, Floats]:
    """Flat colours, an outline, anti-aliased."""

    def draw(pen: ImageDraw.ImageDraw) -> None:
        angles = np.linspace(0, 2 * np.pi, 10, endpoint=False) - np.pi / 2
        reach = np.where(np.arange(10) % 2, 80, 180)
        star = np.stack([240 + reach * np.cos(angles), 250 + reach * np.sin(angles)], 1)
        pen.polygon([tuple(point * FINE) for point in star], fill=255)

    cover = drawn(draw)
    ink = ndimage.distance_transform_edt(cover > 0.5) < 7
    colours = np.where(ink[..., None], (0.1, 0.1, 0.15), (0.95, 0.75, 0.1))
    return colours.astype(np.float32), cover


def photo(picture: NDArray[np.uint8]) -> Floats:
    fitted = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(fitted, np.float32) / 255


def grey_photo(name: str, tint: tuple[int, int, int]) -> Floats:
    texture = getattr(data, name)()[:SIDE, :SIDE].astype(np.float32) / 255
    return np.clip(texture[..., None] / texture.mean() * np.array(tint) / 255, 0, 1)


def bokeh(seed: int) -> Floats:
    random = np.random.default_rng(seed)
    canvas = Image.new("RGB", (SIDE, SIDE), (70, 90, 80))
    pen = ImageDraw.Draw(canvas)
    for _ in range(60):
        x, y, r = (*random.uniform(0, SIDE, 2), random.uniform(20, 60))
        colour = tuple(int(c) for c in random.integers(40, 210, 3))
        pen.ellipse([x - r, y - r, x + r, y + r], fill=colour)
    return np.asarray(canvas.filter(ImageFilter.GaussianBlur(14)), np.float32) / 255
