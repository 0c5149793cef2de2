"""Photographs and drawn work to recolour; drawn in a way that says what the result should be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from skimage import data

from velatura_backend.imaging.palettes import from_hex

Floats = NDArray[np.float32]

SIDE = 1024
_FINE = 4
OLD = ("#fbf7ef", "#d8402f", "#1f4e8c", "#f2b134")
NEW = ("#0f1b2d", "#3fb8af", "#e8f1f2", "#8f2d56")


@dataclass(frozen=True)
class Drawing:
    """An anti-aliased drawing that can be painted in any palette: what a perfect exchange gives."""

    covers: tuple[Floats, ...]

    @property
    def old(self) -> Floats:
        return self.painted(OLD)

    @property
    def flat(self) -> NDArray[np.bool_]:
        """Where no colours meet."""
        return np.logical_and.reduce([(cover == 0) | (cover == 1) for cover in self.covers])

    def painted(self, colours: tuple[str, ...]) -> Floats:
        values = from_hex(colours)
        image = np.ones((SIDE, SIDE, 4), np.float32)
        image[..., :3] = values[0]
        for cover, colour in zip(self.covers, values[1:], strict=True):
            image[..., :3] = image[..., :3] * (1 - cover[..., None]) + colour * cover[..., None]
        return image


def photographs() -> dict[str, Floats]:
    return {
        "coffee": _square(data.coffee()),
        "astronaut": _square(data.astronaut()),
        "cat": _square(data.chelsea()),
        "rocket": _square(data.rocket()),
    }


def _square(picture: NDArray[np.uint8]) -> Floats:
    side = min(picture.shape[:2])
    top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    cropped = Image.fromarray(picture[top : top + side, left : left + side])
    return opaque(np.asarray(cropped.resize((SIDE, SIDE), Image.Resampling.LANCZOS)))


def opaque(picture: NDArray[np.uint8]) -> Floats:
    image = np.ones((*picture.shape[:2], 4), np.float32)
    image[..., :3] = picture.astype(np.float32) / 255
    return image


def logo() -> Drawing:
    """Discs, bars and letters in three colours on a fourth."""
    return Drawing(tuple(np.rint(_cover(seed) * 255) / 255 for seed in range(1, 4)))


def _cover(seed: int) -> Floats:
    random = np.random.default_rng(seed)
    canvas = Image.new("L", (SIDE * _FINE, SIDE * _FINE), 0)
    pen = ImageDraw.Draw(canvas)
    for _ in range(5):
        x, y, r = (int(value) * _FINE for value in random.integers(60, SIDE - 60, 3) * (1, 1, 0.12))
        pen.ellipse([x - r, y - r, x + r, y + r], fill=255, outline=0, width=14)
        pen.line([x, y, x + 3 * r, y + r], fill=255, width=12)
    return np.asarray(canvas.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32) / 255


def pixel_art() -> Floats:
    """A 32x32 creature, each pixel 32 wide, its colours slightly off as after a lossy save."""
    random = np.random.default_rng(5)
    half = random.integers(0, 4, (32, 16))
    half[:4], half[28:], half[:, :2] = 0, 0, 0
    index = np.concatenate([half, half[:, ::-1]], axis=1)
    colours = from_hex(("#20222f", "#e4572e", "#f3e9d2", "#76b041"))[index]
    noisy = colours + random.normal(0, 0.012, colours.shape)
    picture = np.ones((SIDE, SIDE, 4), np.float32)
    picture[..., :3] = np.clip(noisy, 0, 1).repeat(SIDE // 32, 0).repeat(SIDE // 32, 1)
    return picture


def grey_of(image: Floats) -> Floats:
    grey = image.copy()
    grey[..., :3] = (image[..., :3] @ np.array((0.2126, 0.7152, 0.0722), np.float32))[..., None]
    return grey


def dabs(image: Floats, count: int, seed: int) -> Floats:
    """Short strokes in the picture's own colours, as somebody who knows them would dab."""
    random, strokes = np.random.default_rng(seed), np.zeros_like(image)
    for _ in range(count):
        y, x = random.integers(12, SIDE - 40, 2)
        window = (slice(y, y + 9), slice(x, x + 28))
        strokes[window][..., :3] = np.median(image[window][..., :3], axis=(0, 1))
        strokes[window][..., 3] = 1.0
    return strokes
