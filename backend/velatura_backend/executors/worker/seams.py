"""How visible the outline of an edit is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ...engines.base import FloatImage, FloatMask
from ...imaging.banded import Check, all_in_bands, in_bands, row_bands, unchecked
from .shown import mixed

_HALF_STEP = 0.5 / 255.0

_Window = tuple[slice, slice]
_Shown = Callable[[_Window], FloatImage]
_Steps = NDArray[np.float32]


def seam_score(shown: FloatImage, weights: FloatMask, check: Check = unchecked) -> float | None:
    """How much more colour steps across the mask's outline than right beside it.

    The mean absolute step between neighbours of which exactly one is edited, divided by the mean
    step between the pairs next to them on either side: 1 is invisible. None without an outline.
    Colours count by their alpha, what is hidden under alpha 0 not at all. Pairs with
    a value that is not finite (float documents hold such) do not count. ``check`` raises when the
    work is to stop.
    """
    opaque = all_in_bands(check, _is_opaque, shown)
    return _score(lambda window: shown[window], weights, check, opaque=opaque)


def mixed_seam_score(
    before: FloatImage, after: FloatImage, weights: FloatMask, check: Check
) -> float | None:
    """:func:`seam_score` of one over the other; they are mixed where the outline is, only."""
    opaque = all_in_bands(check, _are_opaque, before, after, weights)
    return _score(
        lambda window: mixed(before[window], after[window], weights[window]),
        weights, check, opaque=opaque,
    )  # fmt: skip


def _is_opaque(image: FloatImage) -> NDArray[np.bool_]:
    return image[..., -1] == 1.0


def _are_opaque(before: FloatImage, after: FloatImage, weights: FloatMask) -> NDArray[np.bool_]:
    return _is_opaque(mixed(before[..., -1:], after[..., -1:], weights))


def _is_edited(weights: FloatMask) -> NDArray[np.bool_]:
    return weights > 0.0


def _score(shown: _Shown, weights: FloatMask, check: Check, *, opaque: bool) -> float | None:
    edited = in_bands(check, _is_edited, weights)
    across, beside = [np.empty(0, np.float32)], [np.empty(0, np.float32)]
    for axis in (0, 1):
        for over, next_to in _steps(shown, edited, axis, check, opaque=opaque):
            across.append(over)
            beside.append(next_to)
    edge, near = np.concatenate(across), np.concatenate(beside)
    if not edge.size or not near.size:
        return None
    return float((edge.mean() + _HALF_STEP) / (near.mean() + _HALF_STEP))


def _steps(
    shown: _Shown, edited: NDArray[np.bool_], axis: int, check: Check, *, opaque: bool
) -> Iterator[tuple[_Steps, _Steps]]:
    """Band by band, of the steps from line to line: those across the outline, those beside it."""
    lines = np.moveaxis(edited, axis, 0)
    if len(lines) < 4:
        return
    last = len(lines) - 2
    for part in row_bands(last + 1, lines.shape[1]):
        check()
        first, stop = max(0, part.start - 1), min(last + 1, part.stop + 1)
        outline = np.diff(lines[first : stop + 1], axis=0)
        if not outline.any():
            continue
        next_to = ~outline
        next_to[1:-1] &= outline[:-2] | outline[2:]
        next_to[[0, -1]] = False  # the picture's own ends; those of others' parts are not looked at
        own = slice(part.start - first, part.stop - first)
        span = slice(part.start, part.stop + 1)
        window = (span, slice(None)) if axis == 0 else (slice(None), span)
        steps = _sizes(np.moveaxis(shown(window), axis, 0), opaque=opaque)
        finite = np.isfinite(steps)
        yield steps[outline[own] & finite], steps[next_to[own] & finite]


def _sizes(lines: FloatImage, *, opaque: bool) -> _Steps:
    """The mean absolute step from line to line: of colours as they are where all is opaque; else
    multiplied by alpha, and alpha with them."""
    with np.errstate(invalid="ignore", over="ignore"):
        seen = lines[..., :-1]
        if not opaque:
            alpha = lines[..., -1:]
            seen = np.concatenate((seen * alpha, alpha), axis=2)
        return np.abs(np.diff(seen, axis=0)).mean(axis=2)
