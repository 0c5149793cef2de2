"""A finished picture: a scene drawn twice as large, depth of field, light, the lens, 8 bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from . import ink, leaves, textures
from .colours import Floats, to_encoded, to_linear
from .kernels import paint

_SUPERSAMPLING = 2
_RECIPES = (
    (leaves.GENERIC, 0.34),
    (leaves.FINE, 0.14),
    (leaves.FIBRES, 0.13),
    (leaves.FOLIAGE, 0.15),
    (leaves.BUILT, 0.12),
    (leaves.SMOOTH, 0.12),
)
_DRAWN = 0.16
_DEEP = 0.3


def picture(seed: int, side: int) -> NDArray[np.uint8]:
    """(side, side, 3) sRGB; the same seed gives the same picture."""
    rng = np.random.default_rng(seed)
    large = side * _SUPERSAMPLING
    if rng.random() < _DRAWN:
        scene = (ink.page if rng.random() < 0.5 else ink.drawing)(rng, large)
    else:
        scene = _photographic(rng, large)
    return _exposed(rng, scene, side)


def _photographic(rng: np.random.Generator, side: int) -> Floats:
    atlas = textures.atlas(rng, 6)
    scene = leaves.draw(rng, side, _recipe(rng), atlas)
    if rng.random() < _DEEP:
        scene = _behind(rng, scene, atlas)
    if rng.random() < 0.25:
        scene = _lit(rng, scene)
    return scene


def _recipe(rng: np.random.Generator) -> leaves.Recipe:
    shares = np.array([share for _, share in _RECIPES])
    recipe = _RECIPES[int(rng.choice(len(_RECIPES), p=shares / shares.sum()))][0]
    low, high = recipe.radii
    return replace(recipe, radii=(low * rng.uniform(1.0, 5.0), high))


def _behind(rng: np.random.Generator, scene: Floats, atlas: Floats) -> Floats:
    """The scene out of focus, with a few sharp leaves before it."""
    blurred = ndimage.gaussian_filter(scene, (*(rng.uniform(1.5, 12.0),) * 2, 0))
    covered = np.zeros(scene.shape[:2], np.uint8)
    near = leaves.scatter(rng, scene.shape[0], _recipe(rng), len(atlas), 400)
    canvas = np.ascontiguousarray(blurred, np.float32)
    paint(canvas, covered, near, atlas)
    return canvas


def _lit(rng: np.random.Generator, scene: Floats) -> Floats:
    """Uneven light: slow noise that multiplies."""
    noise = textures.fractal(rng, 2.6)
    noise = noise / max(float(np.abs(noise).max()), 1e-6)
    zoom = max(scene.shape) / noise.shape[0]
    light = np.asarray(ndimage.zoom(noise, zoom, order=1), np.float32)
    return np.clip(scene * (1.0 + 0.5 * light[..., None]), 0.0, 1.0).astype(np.float32)


def _exposed(rng: np.random.Generator, scene: Floats, side: int) -> NDArray[np.uint8]:
    """Averaged down, half of the time in linear light as a camera does, through a lens that blurs
    by up to a pixel."""
    linear = rng.random() < 0.5
    light = to_linear(scene) if linear else scene
    blur = rng.uniform(0.3, 0.75) if rng.random() < 0.8 else rng.uniform(0.75, 1.3)
    light = ndimage.gaussian_filter(light, (*(blur * _SUPERSAMPLING,) * 2, 0))
    light = light.reshape(side, _SUPERSAMPLING, side, _SUPERSAMPLING, 3).mean(axis=(1, 3))
    encoded = to_encoded(light) if linear else light
    return np.rint(np.clip(encoded, 0.0, 1.0) * 255.0).astype(np.uint8)


def contact_sheet(seeds: range, side: int, columns: int) -> Image.Image:
    """To look at."""
    rows = -(-len(seeds) // columns)
    sheet = Image.new("RGB", (columns * side, rows * side))
    for index, seed in enumerate(seeds):
        place = (index % columns * side, index // columns * side)
        sheet.paste(Image.fromarray(picture(seed, side)), place)
    return sheet
