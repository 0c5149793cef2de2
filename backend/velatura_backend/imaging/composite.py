"""The law: how a result is put into a document by its mask.

In the document's own encoding, with straight alpha and m in 0..1 from the mask::

    a = (1 − m)·a₀ + m·a₁        c = [(1 − m)·a₀·c₀ + m·a₁·c₁] / a

computed in float64 and quantised once. Where m = 0 the document's samples are not touched at all;
where m = 1 the result's samples are copied, colour under alpha 0 included. Where both alphas are 0
and 0 < m < 1 the law leaves colour open; it is mixed as if the alphas were equal. The law is the
"over" of Porter and Duff, "Compositing Digital Images" (1984), on two layers cross-faded by m.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.errors import MaskMismatch
from velatura_protocol.geometry import Rect, Size

from .arrays import Samples, bands, crop_samples, depth_of, is_integer, size_of, white_of


def composite(
    document: Samples, region: Rect, pixels: Samples, mask: NDArray[Any] | None
) -> Samples:
    """A copy of ``document`` with ``pixels`` laid over ``region`` by ``mask``.

    ``document`` (H, W, C) and ``pixels`` (region's height, width, C) share depth and channel order;
    C = 2 or 4 has alpha last. ``mask`` (region's height, width) is u8, u16 or float 0..1; None = 1
    everywhere. The part of ``region`` outside the document is ignored.

    :raises MaskMismatch: the mask has not the region's size
    :raises ValueError: pixels of another size, depth or channel count
    """
    flattened = document.copy()
    composite_into(flattened, region, pixels, mask)
    return flattened


def composite_into(
    document: Samples, region: Rect, pixels: Samples, mask: NDArray[Any] | None
) -> None:
    """:func:`composite` in place."""
    _check(document, region, pixels, mask)
    visible = region.intersection(Rect.of_size(size_of(document)))
    if visible.is_empty:
        return
    inner = visible.translated(-region.x, -region.y)
    target = crop_samples(document, visible)
    source = crop_samples(pixels, inner)
    if mask is None:
        target[...] = source
        return
    weights = mask[inner.y : inner.bottom, inner.x : inner.right]
    for rows in bands(inner.height, inner.width):
        _composite_band(target[rows], source[rows], weights[rows])


def _check(document: Samples, region: Rect, pixels: Samples, mask: NDArray[Any] | None) -> None:
    if pixels.dtype != document.dtype or pixels.shape[2] != document.shape[2]:
        raise ValueError("result and document differ in depth or channels")
    if size_of(pixels) != region.size:
        raise ValueError(f"a result of {size_of(pixels)} for a region of {region.size}")
    if mask is not None and mask.shape != (region.height, region.width):
        found = Size(mask.shape[1], mask.shape[0])
        raise MaskMismatch(
            mask_width=found.width,
            mask_height=found.height,
            width=region.width,
            height=region.height,
        )


def mask_weights(mask: NDArray[Any]) -> NDArray[np.float64]:
    """m in 0..1 as float64, from a mask of any depth; floats are clipped, NaN is 0."""
    depth = depth_of(mask)
    if is_integer(depth):
        return mask / white_of(depth)
    return np.clip(np.nan_to_num(mask.astype(np.float64), nan=0.0), 0.0, 1.0)


def _composite_band(target: Samples, source: Samples, mask: NDArray[Any]) -> None:
    weights = mask_weights(mask)
    full = weights == 1.0
    target[full] = source[full]
    mixed = (weights > 0.0) & ~full
    if mixed.any():
        # Float documents may hold infinities; what the law makes of them is not a warning.
        with np.errstate(over="ignore", invalid="ignore"):
            target[mixed] = _mix(target[mixed], source[mixed], weights[mixed][:, None])


def _mix(under: Samples, over: Samples, m: NDArray[np.float64]) -> Samples:
    """The law on (n, channels) samples with m (n, 1)."""
    c0, c1 = under.astype(np.float64), over.astype(np.float64)
    if under.shape[1] in (1, 3):
        return _quantise((1.0 - m) * c0 + m * c1, under.dtype)
    share0, share1 = (1.0 - m) * c0[:, -1:], m * c1[:, -1:]
    alpha = share0 + share1
    transparent = (alpha == 0.0)[:, 0]
    share0[transparent] = 1.0 - m[transparent]
    share1[transparent] = m[transparent]
    colour = (share0 * c0[:, :-1] + share1 * c1[:, :-1]) / (share0 + share1)
    return _quantise(np.concatenate((colour, alpha), axis=1), under.dtype)


def _quantise(values: NDArray[np.float64], dtype: np.dtype[Any]) -> Samples:
    """Between two samples of the depth nothing can leave its range: rounding is all there is."""
    return np.rint(values).astype(dtype) if dtype.kind == "u" else values.astype(dtype)
