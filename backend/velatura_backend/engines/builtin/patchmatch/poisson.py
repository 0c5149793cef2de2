"""The screened Poisson finish: copied pieces take on the tones around the hole (Darabi et al.
2012).

Minimises over the hole: sum of (u_q - u_p - voted step)^2 over neighbours, plus screening times
|u - c|^2 with c what was copied. Known pixels around the hole are held fixed.

Where an object that stays reaches into the hole's border, the copied pieces know that another thing
begins there: their step to the border does not fit the pixel that lies there. Held to fit all the
same, the object's colour glows into the hole, as far as 1/sqrt(screening) pixels. Such steps count
little, by a redescending weight (Welsch's: exp of minus the square of the misfit). In a
fill it is the typical misfit of a stretch of border that counts: texture misses its border by much,
now up, now down, and is to be joined to it.
"""

from __future__ import annotations

import math

import numpy as np

from .kernels import BoolMask, Flag, Floats, Indices, Positions, Real, inlined, kernel
from .lanes import Lanes
from .unknowns import KNOWN, System, conjugate_gradients

_ABSENT = -2
_RIM_TOLERANCE = 0.12
_INNER_TOLERANCE = 0.35
"""Of the colours' difference taken together. What is well below is a difference of tone, to be made
up for; what is well above is an edge. Inside the hole softer seams are kinder."""

_RIM_REACH = 10.0 / 512.0
_LEAST_RIM_REACH, _MOST_RIM_REACH = 4, 40
"""Of the side of what is looked at, for in a larger picture all is larger; in pixels. Beyond the
most it is slow, and was not measured.

Texture fits its border badly from pixel to pixel and well on the whole; what lies across an edge
does not. The median over a stretch of border tells them apart and keeps to where an object ends."""

_FITTING = 25
_TYPICAL = 6.0
"""Times that percentile of the mismatch at the border: copied texture never fits it exactly. Low,
for much of the border may lie on what stays."""

_TEXTURED = 0.75
_TEXTURED_STRETCH = 0.4
"""Times the texture channels where the known pixel lies: in what is rough nothing fits well."""


@inlined
def _step(steps: Floats, neighbours: Indices, item: int, side: int, channel: int) -> Real:
    """The wanted difference to a neighbour; both have a say in it."""
    other = neighbours[item, side]
    step = steps[item, side, channel]
    if other >= 0:
        step = np.float32(0.5) * (step - steps[other, side ^ 1, channel])
    return step


@kernel
def _mismatch(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    features: Floats,
    channels: int,
    width: int,
    places: Positions,
    neighbours: Indices,
    steps: Floats,
    out: Floats,
) -> None:
    """How far each wanted step is from the one that is there, squared, over all colours."""
    for item in range(start, stop):
        if item % 4096 == 0 and flag[0] == serial:
            return
        y, x = places[item] // width, places[item] % width
        for side in range(4):
            out[item, side] = 0.0
            if neighbours[item, side] == _ABSENT:
                continue
            ny, nx = y + (side == 1) - (side == 0), x + (side == 3) - (side == 2)
            for c in range(steps.shape[2]):
                step = _step(steps, neighbours, item, side, c)
                there = features[ny, nx * channels + c] - features[y, x * channels + c]
                out[item, side] += (there - step) ** 2


def step_weights(
    features: Floats,
    system: System,
    width: int,
    channels: int,
    steps: Floats,
    tolerance: float,
    lanes: Lanes,
    *,
    by_stretch: bool,
) -> Floats:
    """(unknowns, 4) in 0..1: how much the wanted step to each neighbour counts, less the less it
    fits what lies there."""
    mismatch = np.empty(system.neighbours.shape, np.float32)
    lanes.rows(
        _mismatch, len(mismatch), 16, features, channels, width, system.places, system.neighbours,
        steps, mismatch,
    )  # fmt: skip
    rim = system.rim
    if by_stretch:
        mismatch[rim] = _rim_misfit(features, system, width, channels, steps, lanes)
    at_rim = mismatch[rim]
    typical = _TYPICAL * float(np.sqrt(np.percentile(at_rim, _FITTING))) if len(at_rim) else 0.0
    outer, inner = (max(tolerance * each, typical) for each in (_RIM_TOLERANCE, _INNER_TOLERANCE))
    lanes.check()
    scale = np.full(mismatch.shape, inner, np.float32)
    textured = _TEXTURED_STRETCH if by_stretch else _TEXTURED
    scale[rim] = np.maximum(outer, textured * _roughness(features, system, width, channels, steps))
    lanes.check()
    return lanes.over(lambda missed, wide: np.exp(-missed / np.square(wide)), mismatch, scale)


def _rim_reach(height: int, width: int) -> int:
    wish = round(_RIM_REACH * math.sqrt(height * width))
    return min(max(_LEAST_RIM_REACH, wish), _MOST_RIM_REACH)


@kernel
def _typical_misfit(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    places: Positions,
    width: int,
    misfit: Floats,
    reach: int,
    out: Floats,
) -> None:
    """The square of the median misfit of the steps near each, at most ``reach`` pixels away."""
    colours = misfit.shape[1]
    most = 4 * (2 * reach + 1)
    near = np.empty((most, colours), np.float32)
    for item in range(start, stop):
        if item % 256 == 0 and flag[0] == serial:
            return
        count = 0
        for down in range(-reach, reach + 1):
            first = places[item] + down * width - reach
            other = np.searchsorted(places, first)
            while other < len(places) and places[other] <= first + 2 * reach and count < most:
                near[count] = misfit[other]
                count += 1
                other += 1
        out[item] = 0.0
        for c in range(colours):
            out[item] += np.median(near[:count, c]) ** 2


def _rim_misfit(
    features: Floats, system: System, width: int, channels: int, steps: Floats, lanes: Lanes
) -> Floats:
    """Of each step to a known pixel: the square of the median misfit of those near it."""
    items, sides = np.nonzero(system.rim)
    places = system.places[items]
    pixels = features.reshape(-1, channels)[:, : steps.shape[2]]
    there = pixels[places + np.array([-width, width, -1, 1])[sides]] - pixels[places]
    misfit = there - steps[items, sides]
    out = np.empty(len(items), np.float32)
    reach = _rim_reach(len(features), width)
    lanes.rows(_typical_misfit, len(items), 256, places, width, misfit, reach, out)
    return out


def _roughness(
    features: Floats, system: System, width: int, channels: int, steps: Floats
) -> Floats:
    """The texture channels of the known neighbours, summed; 0 where there are none."""
    items, sides = np.nonzero(system.rim)
    neighbours = system.places[items] + np.array([-width, width, -1, 1])[sides]
    pixels = features.reshape(-1, channels)
    first = steps.shape[2]
    texture = pixels[neighbours, first : first + 2]
    return texture.sum(axis=1)


@kernel
def _residuals(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    features: Floats,
    channels: int,
    width: int,
    places: Positions,
    neighbours: Indices,
    steps: Floats,
    weights: Floats,
    out: Floats,
) -> None:
    """How far each unknown is pulled by its four steps, with the values that are there."""
    for item in range(start, stop):
        if item % 4096 == 0 and flag[0] == serial:
            return
        out[item] = 0.0
        y, x = places[item] // width, places[item] % width
        for side in range(4):
            if neighbours[item, side] == _ABSENT:
                continue
            ny, nx = y + (side == 1) - (side == 0), x + (side == 3) - (side == 2)
            for c in range(steps.shape[2]):
                step = _step(steps, neighbours, item, side, c)
                there = features[ny, nx * channels + c] - features[y, x * channels + c]
                out[item, c] += weights[item, side] * (there - step)


@kernel
def _solve_channel(
    channel: int,
    stop: int,
    flag: Flag,
    serial: int,
    features: Floats,
    channels: int,
    width: int,
    places: Positions,
    neighbours: Indices,
    degree: Floats,
    free: BoolMask,
    residuals: Floats,
    screening: Real,
    limit: int,
) -> None:
    residual = residuals[:, channel].copy()
    values = np.zeros(len(places), np.float32)
    tolerance = np.float32(1e-3)
    conjugate_gradients(
        1, screening, neighbours, degree, free, values, residual, limit, tolerance, flag, serial
    )
    for item in range(len(places)):
        y, x = places[item] // width, places[item] % width
        features[y, x * channels + channel] += values[item]


def _held(degree: Floats, neighbours: Indices, weights: Floats) -> Floats:
    loose = np.where(neighbours == KNOWN, 1.0 - weights, np.float32(0.0)).sum(axis=1)
    return (degree - loose).astype(np.float32)


def poisson_finish(
    features: Floats,
    system: System,
    present: BoolMask,
    channels: int,
    steps: Floats,
    screening: float,
    limit: int,
    lanes: Lanes,
    tolerance: float = 1.0,
    *,
    by_stretch: bool = False,
) -> None:
    """Screened Poisson over a system of order 1, in place.

    ``steps``: (unknowns, 4, colours), the wanted differences to the neighbours. Both ends of an
    edge have a say in its step: the steps' errors then cancel over an area, where a Laplacian voted
    pixel by pixel would let tones drift. ``tolerance``: times the misfit up to which a step counts.
    ``by_stretch``: a step to a known pixel is judged by the steps near it, as textures want it;
    False: by itself.
    """
    width = present.shape[1]
    weights = step_weights(
        features, system, width, channels, steps, tolerance, lanes, by_stretch=by_stretch
    )
    lanes.check()
    degree = lanes.over(_held, system.degree, system.neighbours, weights)
    residuals = np.empty((len(steps), steps.shape[2]), np.float32)
    lanes.rows(
        _residuals, len(steps), 16, features, channels, width, system.places, system.neighbours,
        steps, weights, residuals,
    )  # fmt: skip
    lanes.run(
        _solve_channel,
        [(channel, channel + 1) for channel in range(residuals.shape[1])],
        features, channels, width, system.places, system.neighbours, degree,
        system.free, residuals, np.float32(screening), limit,
    )  # fmt: skip
