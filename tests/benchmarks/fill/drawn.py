"""Pictures drawn by rule, for the held-out cases: nothing was tuned on them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter
from scipy.spatial import KDTree

_SIDE = 512

Picture = NDArray[np.uint8]


def drawn(name: str) -> Picture:
    """(512, 512, 3)

    :raises KeyError: no such picture
    """
    painters: dict[str, Callable[[], Picture]] = {
        "leaves": _leaves,
        "cobbles": _cobbles,
        "weave": _weave,
        "horizon": _horizon,
    }
    return painters[name]()


def _grainy(colours: NDArray[np.float64], deviation: float, seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0.0, deviation, (*colours.shape[:2], 1))
    return np.clip(colours + noise, 0, 255).astype(np.uint8)


def _leaves() -> Picture:
    """Ellipses that cover each other, from large to small."""
    random = np.random.default_rng(61)
    image = Image.new("RGB", (_SIDE, _SIDE), (60, 70, 40))
    pen = ImageDraw.Draw(image)
    for _ in range(2500):
        x, y = random.uniform(-20, _SIDE + 20, 2)
        length = float(np.exp(random.uniform(np.log(5.0), np.log(34.0))))
        angle, slim = random.uniform(0, np.pi), random.uniform(0.25, 0.6)
        turns = np.linspace(0, 2 * np.pi, 24)
        along, across = length * np.cos(turns), slim * length * np.sin(turns)
        xs = x + along * np.cos(angle) - across * np.sin(angle)
        ys = y + along * np.sin(angle) + across * np.cos(angle)
        tone = np.array([90, 120, 50]) * random.uniform(0.4, 1.5) + random.normal(0, 18, 3)
        colour = tuple(int(each) for each in np.clip(tone, 0, 255))
        pen.polygon(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill=colour)
    return _grainy(gaussian_filter(np.asarray(image, np.float64), (0.6, 0.6, 0)), 3.0, 61)


def _cobbles() -> Picture:
    """Voronoi cells with dark joints, smaller towards the top."""
    random = np.random.default_rng(62)
    ys, xs = np.mgrid[0:_SIDE, 0:_SIDE].astype(np.float64)
    depth = 0.5 + 0.9 * ys / _SIDE
    ground = np.stack([(xs - _SIDE / 2) / depth, _SIDE * np.log(depth)], axis=-1)
    low, high = ground.reshape(-1, 2).min(axis=0), ground.reshape(-1, 2).max(axis=0)
    cells = random.uniform(low, high, (1500, 2))
    found = KDTree(cells).query(ground.reshape(-1, 2), k=2)
    distance, nearest = (np.asarray(each) for each in found)
    joint = np.clip((distance[:, 1] - distance[:, 0]) / 5.0, 0.0, 1.0)
    shade = random.uniform(90, 190, len(cells))[nearest[:, 0]] * (0.25 + 0.75 * joint)
    grey = gaussian_filter(shade.reshape(_SIDE, _SIDE), 0.7)
    return _grainy(grey[..., None] * np.array([1.0, 0.95, 0.88]), 4.0, 62)


def _weave() -> Picture:
    """Two threads over and under each other, lit from one side, a little bent."""
    ys, xs = np.mgrid[0:_SIDE, 0:_SIDE].astype(np.float64)
    bent_x, bent_y = xs + 5 * np.sin(ys / 70.0), ys + 4 * np.sin(xs / 90.0)
    over = (np.floor(bent_x / 14) + np.floor(bent_y / 14)) % 2
    round_x = np.abs(np.sin(np.pi * bent_x / 14))
    round_y = np.abs(np.sin(np.pi * bent_y / 14))
    height = np.where(over > 0, round_x, round_y)
    light = 0.75 + 0.35 * xs / _SIDE
    warm, cool = np.array([196.0, 120.0, 80.0]), np.array([90.0, 110.0, 150.0])
    colours = np.where(over[..., None] > 0, warm, cool) * (0.35 + 0.65 * height * light)[..., None]
    return _grainy(colours, 3.0, 63)


def _horizon() -> Picture:
    """A sky that pales downwards with soft clouds, hills in front of it and a field."""
    random = np.random.default_rng(64)
    ys, xs = np.mgrid[0:_SIDE, 0:_SIDE].astype(np.float64)
    clouds = sum(
        gaussian_filter(random.normal(size=(_SIDE, _SIDE)), (size / 2, size)) * size
        for size in (8.0, 20.0, 48.0)
    )
    sky = np.stack([90 + 0.25 * ys, 140 + 0.2 * ys, 205 + 0.1 * ys], axis=-1)
    colours = sky + 30.0 * np.clip(clouds, 0.0, 2.0)[..., None]
    ridge = 300 + 24 * np.sin(xs / 60.0) + 10 * np.sin(xs / 17.0)
    colours = np.where((ys > ridge)[..., None], np.array([70.0, 92.0, 84.0]), colours)
    blades = gaussian_filter(random.normal(size=(_SIDE, _SIDE)), (3.0, 0.7)) * 90.0
    field = np.array([110.0, 130.0, 60.0]) + blades[..., None]
    colours = np.where((ys > 360 + 0.05 * xs)[..., None], field, colours)
    return _grainy(gaussian_filter(colours, (0.6, 0.6, 0)), 2.5, 64)
