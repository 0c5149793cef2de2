"""Spreads colours over a grey picture, up to its edges: Levin, Lischinski, Weiss, Colorization
using Optimization, SIGGRAPH 2004.

Neighbours of like lightness get like colours: minimise the sum over neighbours of w (c_p - c_q)²
plus the sum over hints of their trust · (c_p - hint)². ``w`` falls with the step in lightness
over the spread of lightness around. Solved by preconditioned conjugate gradients from a quarter of
a megapixel down to a few pixels and back up, each level starting from the one below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..patchmatch.kernels import Flag, Floats, kernel
from ..patchmatch.lanes import Lanes, row_pieces

_STEPS = 90
_COARSE_STEPS = 300
_COARSE_PIXELS = 4096
_LEAST_SPREAD = 2e-4
_EDGE_SOFTNESS = 0.4
_ENOUGH = 1e-3
_TRACE = 1e-6


@dataclass(frozen=True)
class Hints:
    """``colours``: (H, W, n); ``trust``: (H, W), 0 where nothing is known."""

    colours: Floats
    trust: Floats


@kernel
def _affinities(
    start: int, stop: int, flag: Flag, serial: int, light: Floats, links: Floats
) -> None:
    """Weights to the right, down-left, down and down-right neighbour."""
    height, width = light.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            total, squares, count = np.float32(0.0), np.float32(0.0), 0
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    if 0 <= y + dy < height and 0 <= x + dx < width:
                        value = light[y + dy, x + dx] - light[y, x]
                        total, squares, count = total + value, squares + value * value, count + 1
            spread = squares / count - (total / count) ** 2
            scale = np.float32(1.0) / (
                np.float32(_EDGE_SOFTNESS) * spread + np.float32(_LEAST_SPREAD)
            )
            for side in range(4):
                ny, nx = y + (side > 0), x + (side == 0) - (side == 1) + (side == 3)
                links[y, x, side] = 0.0
                if ny < height and 0 <= nx < width:
                    step = light[ny, nx] - light[y, x]
                    links[y, x, side] = np.exp(-step * step * scale) + np.float32(_TRACE)


@kernel
def _multiply(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    links: Floats,
    trust: Floats,
    values: Floats,
    out: Floats,
    partial: Floats,
) -> None:
    """``out`` = A values; a row's own products with ``values`` go into ``partial``."""
    height, width, channels = values.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for c in range(channels):
            partial[y, c] = 0.0
        for x in range(width):
            for c in range(channels):
                here = values[y, x, c]
                total = trust[y, x] * here
                if x + 1 < width:
                    total += links[y, x, 0] * (here - values[y, x + 1, c])
                if x > 0:
                    total += links[y, x - 1, 0] * (here - values[y, x - 1, c])
                if y + 1 < height:
                    total += links[y, x, 2] * (here - values[y + 1, x, c])
                    if x > 0:
                        total += links[y, x, 1] * (here - values[y + 1, x - 1, c])
                    if x + 1 < width:
                        total += links[y, x, 3] * (here - values[y + 1, x + 1, c])
                if y > 0:
                    total += links[y - 1, x, 2] * (here - values[y - 1, x, c])
                    if x + 1 < width:
                        total += links[y - 1, x + 1, 1] * (here - values[y - 1, x + 1, c])
                    if x > 0:
                        total += links[y - 1, x - 1, 3] * (here - values[y - 1, x - 1, c])
                out[y, x, c] = total
                partial[y, c] += total * here


@kernel
def _advance(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    step: Floats,
    inverse: Floats,
    direction: Floats,
    product: Floats,
    values: Floats,
    residual: Floats,
    partial: Floats,
) -> None:
    """x += a d, r -= a A d; a row's products of r with its preconditioned self go into
    ``partial``."""
    _, width, channels = values.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for c in range(channels):
            partial[y, c] = 0.0
        for x in range(width):
            for c in range(channels):
                values[y, x, c] += step[c] * direction[y, x, c]
                residual[y, x, c] -= step[c] * product[y, x, c]
                partial[y, c] += residual[y, x, c] * residual[y, x, c] * inverse[y, x]


@kernel
def _turn(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    share: Floats,
    inverse: Floats,
    residual: Floats,
    direction: Floats,
) -> None:
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(residual.shape[1]):
            for c in range(residual.shape[2]):
                direction[y, x, c] = (
                    inverse[y, x] * residual[y, x, c] + share[c] * direction[y, x, c]
                )


def spread(light: Floats, hints: Hints, lanes: Lanes) -> Floats:
    """(H, W, n) colours everywhere; zero where no hint is anywhere. ``light``: (H, W), finite."""
    return _solve(light, hints, lanes)


def _solve(light: Floats, hints: Hints, lanes: Lanes) -> Floats:
    height, width = light.shape
    if height * width > _COARSE_PIXELS and min(height, width) > 8:
        lanes.check()
        less = _halved_hints(hints)
        lanes.check()
        small = _solve(_halved(light[..., None])[..., 0], less, lanes)
        guess, steps = _doubled(small, height, width), _STEPS
    else:
        guess, steps = np.zeros((height, width, hints.colours.shape[2]), np.float32), _COARSE_STEPS
    return _conjugate_gradients(light, hints, guess, steps, lanes)


def _conjugate_gradients(
    light: Floats, hints: Hints, values: Floats, steps: int, lanes: Lanes
) -> Floats:
    height, width = light.shape
    channels = values.shape[2]
    pieces = row_pieces(height, width)
    links = np.empty((height, width, 4), np.float32)
    lanes.run(_affinities, pieces, light, links)
    sums = _link_sums(links)
    lanes.check()
    inverse = (1.0 / (sums + hints.trust + 1e-12)).astype(np.float32)
    partial = np.zeros((height, channels), np.float32)
    product = np.empty_like(values)
    lanes.run(_multiply, pieces, links, hints.trust, values, product, partial)
    residual = hints.trust[..., None] * hints.colours - product
    lanes.check()
    direction = np.zeros_like(values)
    gain = (residual**2 * inverse[..., None]).sum(axis=(0, 1), dtype=np.float64)
    goal, share = gain * _ENOUGH**2 + 1e-20, np.zeros(channels)
    for _ in range(steps):
        lanes.run(_turn, pieces, share.astype(np.float32), inverse, residual, direction)
        lanes.run(_multiply, pieces, links, hints.trust, direction, product, partial)
        curvature = partial.sum(axis=0, dtype=np.float64)
        step = np.where(curvature > 0, gain / np.maximum(curvature, 1e-30), 0.0)
        lanes.run(
            _advance,
            pieces,
            step.astype(np.float32),
            inverse,
            direction,
            product,
            values,
            residual,
            partial,
        )
        before, gain = gain, partial.sum(axis=0, dtype=np.float64)
        if (gain <= goal).all():
            break
        share = gain / np.maximum(before, 1e-30)
    return values


def _link_sums(links: Floats) -> Floats:
    total = links.sum(axis=2)
    total[:, 1:] += links[:, :-1, 0]
    total[1:, :-1] += links[:-1, 1:, 1]
    total[1:] += links[:-1, :, 2]
    total[1:, 1:] += links[:-1, :-1, 3]
    return total


def _halved(values: Floats) -> Floats:
    """Means of two by two; an odd last row or column counts twice."""
    padded = np.pad(values, ((0, values.shape[0] % 2), (0, values.shape[1] % 2), (0, 0)), "edge")
    return 0.25 * (padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2])


def _halved_hints(hints: Hints) -> Hints:
    trust = _halved(hints.trust[..., None])
    colours = _halved(hints.colours * hints.trust[..., None]) / np.maximum(trust, 1e-12)
    # Four pixels' trust against links that stay as they are: a hint weighs what it weighed.
    return Hints(colours.astype(np.float32), (4.0 * trust[..., 0]).astype(np.float32))


def _doubled(values: Floats, height: int, width: int) -> Floats:
    return np.ascontiguousarray(values.repeat(2, axis=0).repeat(2, axis=1)[:height, :width])
