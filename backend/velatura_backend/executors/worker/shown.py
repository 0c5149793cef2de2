"""What the user will see of a crop: for previews, thumbnails and the seam score.

A document is composited by its host, once, from pixels and mask; nothing here is put there.
"""

from __future__ import annotations

import numpy as np

from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import AlphaMode, Operation, Task

from ...engines.base import FloatImage, FloatMask
from ...imaging.arrays import size_of
from ...imaging.banded import Check, row_bands, unchecked
from ...imaging.masks import mask_bounds
from ...imaging.resize import Filter, fitted, resize

_OWN_ALPHA = frozenset((Operation.TILE, Operation.VARY))


def alpha_mode(task: Task) -> AlphaMode:
    """What the task asks for; but a tile and a variation have the engine's own alpha in any case:
    the input's would have the seams that the engine took away, or not fit the new layout."""
    own = task.operation in _OWN_ALPHA and task.alpha is AlphaMode.KEEP
    return AlphaMode.CUT_OUT if own else task.alpha


def with_alpha(
    result: FloatImage, image: FloatImage, mode: AlphaMode, check: Check = unchecked
) -> FloatImage:
    """The result with the alpha that was asked for; in place. ``check`` raises when the work is to
    stop.

    ``KEEP`` needs the input's size: a result of another size (upscale, retarget) has the engine's
    alpha, which is the input's, resized. NaN and values outside 0..1 do not leave here.
    """
    keeps = mode is AlphaMode.KEEP and result.shape == image.shape
    for rows in row_bands(*result.shape[:2]):
        check()
        alpha = result[rows, :, -1]
        if mode is AlphaMode.OPAQUE:
            alpha[:] = 1.0
        elif keeps:
            alpha[:] = image[rows, :, -1]
        else:
            np.clip(np.nan_to_num(alpha, nan=0.0), 0.0, 1.0, out=alpha)
    return result


def mixed(image: FloatImage, result: FloatImage, weights: FloatMask) -> FloatImage:
    """``result`` over ``image`` by the mask, in float; the law of ``imaging.composite``.

    Where only one of the two shows it is copied: a NaN under a full mask must not come through.
    """
    m = weights[..., None]
    shown = np.empty_like(image)
    # Float documents may hold infinities; what the law makes of them is not a warning.
    with np.errstate(over="ignore", invalid="ignore"):
        under, over = (1.0 - m) * image[..., -1:], m * result[..., -1:]
        alpha = under + over
        weighted = under * image[..., :-1] + over * result[..., :-1]
        np.divide(weighted, alpha, out=shown[..., :-1], where=alpha > 0.0)
    clear = (alpha <= 0.0)[..., 0]
    shown[clear, :-1] = image[clear, :-1]
    shown[..., -1:] = alpha
    np.copyto(shown, image, where=m == 0.0)
    np.copyto(shown, result, where=m == 1.0)
    return shown


def masked(image: FloatImage, weights: FloatMask) -> FloatImage:
    """The result alone: what the mask hides of it is transparent. A copy."""
    alone = image.copy()
    alone[..., -1] *= weights
    return alone


def reduced(image: FloatImage, max_side: int, check: Check = unchecked) -> FloatImage:
    """The picture with its longer side at most ``max_side`` (0: any), each pixel the mean of its
    area, weighted by alpha; the same array where it is small enough."""
    size = size_of(image)
    small = fitted(size, max_side) if max_side else size
    return image if small == size else resize(image, small, Filter.BOX, check)


def edited_area(weights: FloatMask, margin: int) -> Rect:
    """The bounds of what the mask shows, grown by ``margin`` inside the crop."""
    bounds = mask_bounds(weights)
    whole = Rect(0, 0, weights.shape[1], weights.shape[0])
    return bounds if bounds.is_empty else bounds.grown(margin).intersection(whole)
