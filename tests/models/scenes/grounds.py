"""Muted textures to stand behind the shapes: none comes near a shape's saturation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

from tests.models.scenes.words import Ground

Picture = NDArray[np.floating]


def _noise(
    rng: np.random.Generator, size: tuple[int, int], blur: tuple[float, float]
) -> NDArray[np.floating]:
    """Smooth noise of mean 0 and deviation about 1."""
    field = gaussian_filter(rng.standard_normal(size, np.float32), blur, mode="wrap")
    return ((field - field.mean()) / (field.std() + 1e-6)).astype(np.float32)


def _clouds(rng: np.random.Generator, size: tuple[int, int], cell: float) -> NDArray[np.floating]:
    """The same at large scale, from a coarse grid: blurring by ``cell`` pixels would be slow."""
    coarse = rng.standard_normal([int(side / cell) + 3 for side in size], np.float32)
    fine = np.asarray(zoom(coarse, cell, order=1))
    return fine[: size[0], : size[1]].astype(np.float32)


def _tinted(base: tuple[int, int, int], light: NDArray[np.floating]) -> Picture:
    """One colour (0 to 255), lighter and darker by ``light`` (1 = as it is)."""
    return np.asarray(base, np.float32) / 255 * light[..., None]


def _wood(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    grain = _noise(rng, size, (0.8, 14.0))
    width = int(rng.integers(20, 34))
    board = (np.arange(size[0]) + int(rng.integers(width))) // width
    tones = rng.normal(0, 0.09, int(board.max()) + 1).astype(np.float32)[board]
    gap = np.where(np.diff(board, prepend=board[0]) > 0, np.float32(0.45), np.float32(1))
    light = (1 + 0.07 * grain + tones[:, None]) * gap[:, None]
    return _tinted((158, 122, 86), light)


def _grass(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    blades, patches = _noise(rng, size, (3.0, 0.7)), _clouds(rng, size, 24)
    return _tinted((98, 122, 76), 1 + 0.16 * blades + 0.06 * patches)


def _sand(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    rows, columns = np.ogrid[: size[0], : size[1]]
    bend = 4 * _clouds(rng, size, 32)
    ripples = np.sin((rows + 0.3 * columns + bend) * (2 * np.pi / rng.uniform(12, 18)))
    light = 1 + 0.06 * ripples.astype(np.float32) + 0.04 * _noise(rng, size, (0.6, 0.6))
    return _tinted((214, 196, 158), light)


def _brick(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    height, width = 16, 32
    rows = np.arange(size[0])[:, None] + int(rng.integers(height))
    columns = np.arange(size[1])[None, :] + int(rng.integers(width)) + (rows // height % 2) * 16
    tones = rng.normal(1, 0.09, (size[0] // height + 2, size[1] // width + 4)).astype(np.float32)
    light = tones[rows // height, columns // width] + 0.04 * _noise(rng, size, (0.7, 0.7))
    mortar = (rows % height < 3) | (columns % width < 3)
    return np.where(
        mortar[..., None], _tinted((186, 180, 172), light), _tinted((152, 96, 82), light)
    )


def _cloth(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    rows, columns = np.ogrid[: size[0], : size[1]]
    period = 2 * np.pi / rng.uniform(7, 9)
    weave = np.sin(rows * period) * np.sin(columns * period)
    folds = _clouds(rng, size, 40)
    return _tinted((122, 126, 140), 1 + 0.10 * weave.astype(np.float32) + 0.08 * folds)


def _sky(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    veil = np.clip(0.5 + 0.5 * _clouds(rng, size, 26), 0, 1)[..., None]
    fade = np.linspace(0, 0.25, size[0], dtype=np.float32)[:, None, None]
    blue = np.asarray((140, 174, 212), np.float32) / 255 + fade * np.float32(0.3)
    return blue + (np.float32(0.94) - blue) * veil * np.float32(0.8)


_PAINTED: dict[Ground, Callable[[np.random.Generator, tuple[int, int]], Picture]] = {
    Ground.WOOD: _wood,
    Ground.GRASS: _grass,
    Ground.SAND: _sand,
    Ground.BRICK: _brick,
    Ground.CLOTH: _cloth,
    Ground.SKY: _sky,
}


def ground_picture(ground: Ground, size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A ground of ``(height, width)``: float32 RGB, 0 to 1, lit a little differently each time."""
    return np.clip(_PAINTED[ground](rng, size) * np.float32(rng.uniform(0.88, 1.1)), 0, 1)
