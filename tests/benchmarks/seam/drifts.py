"""Shifts as models and their decoders make them, each a function of the picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from .grounds import BoolMask, Picture

Drift = Callable[[Picture, BoolMask], Picture]


def _none(picture: Picture, mask: BoolMask) -> Picture:
    return picture


def _uniform(picture: Picture, mask: BoolMask) -> Picture:
    """Darker by about four of L*."""
    return picture - np.float32(0.04)


def _gradient(picture: Picture, mask: BoolMask) -> Picture:
    height, width = mask.shape
    down = np.linspace(-0.05, 0.05, height, dtype=np.float32)[:, None]
    across = np.linspace(-0.03, 0.03, width, dtype=np.float32)[None, :]
    return (picture + (down + across)[..., None]).astype(np.float32)


def _gain(picture: Picture, mask: BoolMask) -> Picture:
    """Less contrast."""
    return (0.45 + 0.88 * (picture - 0.45)).astype(np.float32)


def _cast(picture: Picture, mask: BoolMask) -> Picture:
    """Warmer."""
    return picture * np.array((1.05, 1.0, 0.92), np.float32)


def _curved(picture: Picture, mask: BoolMask) -> Picture:
    """A vignette: no plane describes it."""
    height, width = mask.shape
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    radius = np.hypot(ys / height - 0.5, xs / width - 0.5)
    return picture - np.float32(0.12) * np.square(radius)[..., None]


def _inside(picture: Picture, mask: BoolMask) -> Picture:
    """Of what is new alone: the surroundings came back as they were."""
    shift = np.array((0.03, 0.02, 0.028), np.float32)
    return np.where(mask[..., None], picture - shift, picture)


DRIFTS: Mapping[str, Drift] = {
    "none": _none,
    "uniform": _uniform,
    "gradient": _gradient,
    "gain": _gain,
    "cast": _cast,
    "curved": _curved,
    "inside only": _inside,
}
