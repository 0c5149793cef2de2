"""Control images from layers, with no weights: edges, lines, scribbles, colour grids.

All take and give (height, width, 3) float32, sRGB-encoded, in 0..1; lines are white on black, as
the networks were trained on.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ...painting.contract import RgbImage

Plane = NDArray[np.floating[Any]]
"""(height, width) float32."""

Marks = NDArray[np.bool_]
"""(height, width)."""

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def canny(image: RgbImage, low: float = 0.08, high: float = 0.2, sigma: float = 1.0) -> RgbImage:
    """Thin edges after Canny, "A Computational Approach to Edge Detection" (1986).

    ``low`` and ``high`` bound the gradient, where 1 is a full step from black to white.
    """
    strength, across, down = _gradient(_luma(image), sigma)
    ridge = _along_ridges(strength, across, down)
    return _white(_connected(ridge > low, ridge > high))


def soft_edge(image: RgbImage) -> RgbImage:
    """Edges with a soft slope, strong where the step is large for its surroundings.

    Steps at three widths are measured against the contrast around them, so that edges in shade
    count as those in the sun do.
    """
    widths = (1.0, 2.0, 4.0)
    found = np.zeros(image.shape[:2], np.float32)
    for sigma in widths:
        strengths = [_gradient(image[..., c], sigma)[0] for c in range(3)]
        found += np.maximum.reduce(strengths) / len(widths)
    around = _blurred(found, 24.0)
    relative = found / (found + 1.5 * around + 0.02)
    return _white(_smooth_step(relative, 0.2, 0.65))


def line_art(image: RgbImage) -> RgbImage:
    """The lines of a drawing, or what would be drawn as lines of a photograph.

    What is darker than its surroundings by more than they vary (a difference of Gaussians, after
    Winnemöller's XDoG, 2012) is ink; edges without a dark line get a thin one.
    """
    luma = _luma(image)
    fine = _blurred(luma, 0.7)
    coarse = _blurred(luma, 3.0)
    dark = np.maximum(coarse - fine, 0.0)
    spread = _blurred(np.abs(coarse - fine), 16.0)
    ink = _smooth_step(dark / (dark + spread + 0.025), 0.3, 0.65)
    strength, across, down = _gradient(luma, 1.5)
    ridge = _along_ridges(strength, across, down)
    edges = _connected(ridge > 0.06, ridge > 0.14).astype(np.float32)
    uncovered = edges * (cast("Plane", ndimage.maximum_filter(ink, 5)) < 0.5)
    return _white(np.maximum(ink, _blurred(uncovered, 0.6)))


def scribble(image: RgbImage) -> RgbImage:
    """A few bold strokes along the strongest edges, as if drawn with a marker."""
    unit = max(1.0, min(image.shape[:2]) / 512.0)
    strengths = [_gradient(image[..., c], 3.0 * unit) for c in range(3)]
    strength, across, down = max(strengths, key=lambda each: float(each[0].mean()))
    ridge = _along_ridges(strength, across, down)
    around = _blurred(strength, 40.0 * unit)
    relative = ridge / (ridge + 0.7 * around + 0.03)
    lines = _without_specks(_connected(relative > 0.4, relative > 0.6), int(24 * unit))
    # Both sides of a drawn line are edges: grown far and shrunk again they are one stroke.
    return _white(_grown(~_grown(~_grown(lines, 4.0 * unit), 4.0 * unit), 1.6 * unit))


def colour_grid(image: RgbImage, cell: int = 64) -> RgbImage:
    """Each ``cell`` × ``cell`` pixels in their mean colour."""
    height, width = image.shape[:2]
    rows, columns = np.arange(0, height, cell), np.arange(0, width, cell)
    sums = np.add.reduceat(np.add.reduceat(image.astype(np.float64), rows, 0), columns, 1)
    heights = np.minimum(cell, height - rows)
    widths = np.minimum(cell, width - columns)
    means = sums / (heights[:, None, None] * widths[None, :, None])
    return means.repeat(heights, 0).repeat(widths, 1).astype(np.float32)


def drawn_lines(image: RgbImage, alpha: Plane) -> RgbImage:
    """The strokes of a layer somebody drew on, whichever way round.

    On a layer that is mostly transparent the strokes are what is opaque, in any colour; on paper
    they are what is darker than it, on a black ground what is lighter.
    """
    if float(alpha.mean()) < 0.5:
        return _white(alpha)
    luma = _luma(image) * alpha + (1.0 - alpha)
    ground = float(np.median(luma))
    return _white(_clipped(luma if ground < 0.5 else 1.0 - luma))


def is_drawing_on_nothing(alpha: Plane) -> bool:
    """Mostly transparent, with something on it: strokes rather than a picture."""
    return 0.0 < float(alpha.mean()) < 0.5


def _luma(image: RgbImage) -> Plane:
    return _clipped(image) @ _LUMA


def _clipped(values: Plane) -> NDArray[np.float32]:
    return np.clip(np.nan_to_num(values, nan=0.0), 0.0, 1.0).astype(np.float32)


def _white(plane: Plane | Marks) -> RgbImage:
    plane = plane.astype(np.float32)
    return np.repeat(_clipped(plane)[..., None], 3, axis=2)


def _gradient(plane: Plane, sigma: float) -> tuple[Plane, Plane, Plane]:
    """Strength, and its parts across and down: a step of 1, however blurred, peaks near 1."""
    plane = _clipped(plane)
    unit = sigma * np.sqrt(2.0 * np.pi)
    across = _blurred(plane, sigma, (0, 1)) * unit
    down = _blurred(plane, sigma, (1, 0)) * unit
    return np.hypot(across, down), across, down


def _along_ridges(strength: Plane, across: Plane, down: Plane) -> Plane:
    """Strength where neither neighbour along the gradient is stronger, 0 elsewhere."""
    padded = np.pad(strength, 1)
    height, width = strength.shape
    steps = ((0, 1), (1, 1), (1, 0), (1, -1))
    sector = np.round(np.arctan2(down, across) * (4.0 / np.pi)).astype(int) % 4
    ridge = np.zeros_like(strength)
    for index, (y, x) in enumerate(steps):
        ahead = padded[1 + y : 1 + y + height, 1 + x : 1 + x + width]
        behind = padded[1 - y : 1 - y + height, 1 - x : 1 - x + width]
        # One side strictly: of two equal neighbours one stays, not both and not none.
        here = (sector == index) & (strength >= ahead) & (strength > behind)
        ridge[here] = strength[here]
    return ridge


def _connected(weak: NDArray[np.bool_], strong: Marks) -> Marks:
    """Those of ``weak`` that hang together with something ``strong``."""
    labels, count = _labelled(weak)
    kept = np.zeros(count + 1, bool)
    kept[np.unique(labels[strong])] = True
    kept[0] = False
    return kept[labels]


def _without_specks(mask: Marks, least: int) -> Marks:
    labels, count = _labelled(mask)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    return (sizes >= least)[labels]


def _blurred(plane: Plane, sigma: float, order: tuple[int, int] = (0, 0)) -> Plane:
    """``order``: which derivative down and across; a border goes on as it ends."""
    blur = cast("Any", ndimage.gaussian_filter)
    return blur(plane, sigma, order=order, mode="nearest")


def _labelled(mask: Marks) -> tuple[NDArray[np.int32], int]:
    """Pieces that hang together, corners included, numbered from 1; how many there are."""
    return cast("tuple[NDArray[np.int32], int]", ndimage.label(mask, np.ones((3, 3))))


def _grown(mask: Marks, radius: float) -> Marks:
    if not mask.any():
        return mask
    return cast("Plane", ndimage.distance_transform_edt(~mask)) <= radius


def _smooth_step(values: Plane, low: float, high: float) -> Plane:
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
