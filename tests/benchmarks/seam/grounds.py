"""What is around the mask: smooth, textured, and with edges that run into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage
from skimage import data
from sklearn.datasets import load_sample_image

Picture = NDArray[np.float32]
"""(SIDE, SIDE, 3) in 0..1."""
BoolMask = NDArray[np.bool_]

SIDE = 512


@dataclass(frozen=True)
class Ground:
    """``kind``: smooth, textured or edges."""

    name: str
    kind: str
    picture: Picture
    mask: BoolMask


def grounds() -> list[Ground]:
    return [
        Ground(name, kind, make(), blob(*place)) for name, (kind, make, place) in _GROUNDS.items()
    ]


def blob(centre_y: float, centre_x: float, radius: float) -> BoolMask:
    """A lobed disc, in shares of the side."""
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    dy, dx = ys - centre_y, xs - centre_x
    angle = np.arctan2(dy, dx)
    outline = radius * (1.0 + 0.15 * np.cos(3.0 * angle + 0.5) + 0.06 * np.cos(7.0 * angle))
    return np.hypot(dy, dx) < outline


def _sky() -> Picture:
    """Blue to pale, with a sensor's noise."""
    down = np.linspace(0.0, 1.0, SIDE, dtype=np.float32)[:, None, None]
    across = np.linspace(-0.03, 0.03, SIDE, dtype=np.float32)[None, :, None]
    top, bottom = np.array((0.25, 0.45, 0.78)), np.array((0.80, 0.87, 0.93))
    noise = np.random.default_rng(1).normal(0.0, 0.008, (SIDE, SIDE, 3))
    return (top + (bottom - top) * down + across + noise).astype(np.float32)


def _studio() -> Picture:
    """A dark backdrop, lit from one side, clean."""
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    light = np.exp(-np.square(np.hypot(ys - 0.3, xs - 0.2) / 0.7))[..., None]
    return (0.06 + light * np.array((0.30, 0.26, 0.22))).astype(np.float32)


def _paper() -> Picture:
    """Flat colour, as in a comic."""
    return np.full((SIDE, SIDE, 3), (0.93, 0.80, 0.55), np.float32)


def _drawing() -> Picture:
    """Flat shapes with outlines, of which some run through the mask."""
    image = Image.new("RGB", (2 * SIDE, 2 * SIDE), (235, 228, 210))
    pen = ImageDraw.Draw(image)
    random = np.random.default_rng(4)
    for _ in range(14):
        x, y = random.uniform(0, 2 * SIDE, 2)
        w, h = random.uniform(120, 520, 2)
        colour = (*(int(c) for c in random.integers(30, 240, 3)),)
        pen.ellipse((x - w, y - h, x + w, y + h), fill=colour, outline=(20, 18, 24), width=9)
    small = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(small, np.float32) / 255.0


def _photograph(name: str) -> Callable[[], Picture]:
    def make() -> Picture:
        jpeg = name in ("china", "flower")
        pixels = load_sample_image(f"{name}.jpg") if jpeg else getattr(data, name)()
        pixels = np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels[..., :3]
        side = min(pixels.shape[:2])
        top, left = ((length - side) // 2 for length in pixels.shape[:2])
        square = Image.fromarray(pixels[top : top + side, left : left + side])
        small = square.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        return np.asarray(small, np.float32) / 255.0

    return make


_GROUNDS: Mapping[str, tuple[str, Callable[[], Picture], tuple[float, float, float]]] = {
    "sky": ("smooth", _sky, (0.5, 0.5, 0.2)),
    "studio": ("smooth", _studio, (0.45, 0.4, 0.22)),
    "paper": ("smooth", _paper, (0.5, 0.55, 0.25)),
    "rocket": ("smooth", _photograph("rocket"), (0.3, 0.78, 0.13)),
    "grass": ("textured", _photograph("grass"), (0.5, 0.5, 0.22)),
    "brick": ("textured", _photograph("brick"), (0.45, 0.5, 0.2)),
    "gravel": ("textured", _photograph("gravel"), (0.5, 0.45, 0.25)),
    "flower": ("edges", _photograph("flower"), (0.4, 0.35, 0.2)),
    "coffee": ("edges", _photograph("coffee"), (0.55, 0.6, 0.2)),
    "china": ("edges", _photograph("china"), (0.6, 0.5, 0.22)),
    "astronaut": ("edges", _photograph("astronaut"), (0.3, 0.6, 0.2)),
    "drawing": ("edges", _drawing, (0.5, 0.5, 0.25)),
}


def decoded(picture: Picture, mask: BoolMask, seed: int = 0) -> Picture:
    """As a latent decoder gives back what it was shown: a little softer, fine texture not quite in
    its place, and around the mask not quite what was there; inside, the truth with something new
    in its middle."""
    random = np.random.default_rng(seed)
    soft = ndimage.gaussian_filter(picture, (0.8, 0.8, 0.0))
    detail = picture - ndimage.gaussian_filter(picture, (2.0, 2.0, 0.0))
    copied = soft + 0.5 * np.roll(detail, (1, -1), axis=(0, 1)) * random.uniform(0.0, 1.0)
    new = new_thing(mask)
    colour = (0.65, 0.15, 0.2) if picture.mean() > 0.5 else (0.85, 0.6, 0.25)
    return np.where(new[..., None], colour, copied).astype(np.float32)


def new_thing(mask: BoolMask) -> BoolMask:
    """Where something is painted that was not there: the middle of the mask."""
    depth = np.asarray(ndimage.distance_transform_edt(mask), np.float32)
    return depth > 0.55 * depth.max()
