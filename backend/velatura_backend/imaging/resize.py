"""Antialiased resizing in float."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from velatura_protocol.geometry import Size

from ..engines.base import FloatImage, FloatMask
from .arrays import bands, size_of
from .banded import (
    Check,
    all_in_bands,
    copied_in_bands,
    in_bands,
    left_alone,
    row_bands,
    unchecked,
)


class Filter(Enum):
    """Each widens with the reduction, so none aliases; only Lanczos and bicubic overshoot edges."""

    BOX = Image.Resampling.BOX
    BILINEAR = Image.Resampling.BILINEAR
    BICUBIC = Image.Resampling.BICUBIC
    LANCZOS = Image.Resampling.LANCZOS

    @property
    def support(self) -> float:
        """Half its width, in pixels of the coarser of the two pictures."""
        halves = {Filter.BOX: 0.5, Filter.BILINEAR: 1.0, Filter.BICUBIC: 2.0}
        return halves.get(self, 3.0)


Box = tuple[float, float, float, float]
"""Left, top, right, bottom of what is resized, in pixels of the array; a filter sees what lies
around it."""


def resize(
    image: FloatImage, size: Size, kernel: Filter = Filter.LANCZOS, check: Check = unchecked
) -> FloatImage:
    """A working array (H, W, 2 | 4) at another size; colour is weighed by its alpha.

    Without the weighing, colour hidden under alpha 0 would bleed into the edge. Where the result's
    alpha is 0 its colour is 0. Alpha stays in 0..1; colour may overshoot as the filter does.
    ``check`` is called every few milliseconds and raises when the work is to stop.
    """
    if image.shape[:2] == (size.height, size.width):
        return copied_in_bands(check, image)
    result = np.empty((size.height, size.width, image.shape[2]), np.float32)
    if all_in_bands(check, lambda band: band[..., -1] == 1.0, image):
        for c in _colours(image):
            for columns, made in _in_parts(image[..., c], None, size, kernel, check):
                _put(made, result[:, columns, c], check, is_new=c == columns.start == 0)
                result[:, columns, -1] = 1.0
        return result
    alpha = image[..., -1]
    for columns, made in _in_parts(alpha, None, size, kernel, check):
        _put(made, result[:, columns, -1], check, is_new=columns.start == 0)
    for c in _colours(image):
        for columns, made in _in_parts(image[..., c], alpha, size, kernel, check):
            small, goal = result[:, columns, -1], result[:, columns, c]
            goal[:] = 0.0
            np.divide(made, small, out=goal, where=small > 0.0)
    for columns in row_bands(size.width, size.height):
        np.clip(result[:, columns, -1], 0.0, 1.0, out=result[:, columns, -1])
    return result


def resampled(
    image: NDArray[np.float32], size: Size, kernel: Filter, box: Box | None = None,
    check: Check = unchecked,
) -> NDArray[np.float32]:  # fmt: skip
    """(H, W, any channels) at another size, each channel by itself and in any range; of ``box``
    only, if there is one. ``check`` as above."""
    made = np.empty((size.height, size.width, image.shape[2]), np.float32)
    for channel in range(image.shape[2]):
        plane = image[..., channel]
        for columns, part in _in_parts(plane, None, size, kernel, check, box):
            _put(part, made[:, columns, channel], check, is_new=channel == columns.start == 0)
    return made


def _put(
    part: NDArray[np.float32], goal: NDArray[np.float32], check: Check, *, is_new: bool
) -> None:
    """``goal``: some columns of a picture. The first columns of a new one have the memory made for
    all of it, which took 145 to 535 ms at 12 to 48 megapixels: a few rows at a time then."""
    width = goal.strides[0] // goal.itemsize if is_new else goal.shape[1]
    for rows in row_bands(len(goal), width):
        check()
        goal[rows] = part[rows]


def _in_parts(
    plane: NDArray[np.float32],
    weight: NDArray[np.float32] | None,
    size: Size,
    kernel: Filter,
    check: Check,
    box: Box | None = None,
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Columns of the resized plane (times ``weight``). Where it does not get lower, Pillow resizes
    along rows first and then along columns, with a plane of floats in between: done apart it is the
    same to the last bit. Where it does get lower, which comes first depends on the sizes."""
    height, width = plane.shape
    left, top, right, bottom = box or (0.0, 0.0, float(width), float(height))
    if weight is not None:
        plane = in_bands(check, np.multiply, plane, weight)
    if size.height < height:
        whole = left_alone(check, lambda: _plane(plane, size, kernel, box))
        yield slice(0, size.width), whole
        return
    middle = np.empty((height, size.width), np.float32)
    for rows in row_bands(height, max(width, size.width)):
        check()
        count = rows.stop - rows.start
        part = (left, 0.0, right, float(count))
        middle[rows] = _plane(plane[rows], Size(size.width, count), kernel, part)
    for columns in row_bands(size.width, size.height):
        check()
        count = columns.stop - columns.start
        part = (0.0, top, float(count), bottom)
        yield columns, _plane(middle[:, columns], Size(count, size.height), kernel, part)


def _resized(image: FloatImage, size: Size, kernel: Filter, box: Box) -> FloatImage:
    alpha = image[..., -1]
    if (alpha == 1.0).all():
        planes = (_plane(image[..., c], size, kernel, box) for c in _colours(image))
        return np.dstack([*planes, np.ones((size.height, size.width), np.float32)])
    small = _plane(alpha, size, kernel, box)
    visible = small > 0.0
    result = np.zeros((size.height, size.width, image.shape[2]), np.float32)
    for c in _colours(image):
        weighed = _plane(image[..., c] * alpha, size, kernel, box)
        np.divide(weighed, small, out=result[..., c], where=visible)
    result[..., -1] = np.clip(small, 0.0, 1.0)
    return result


def resized_strips(
    strips: Iterable[FloatImage], before: Size, after: Size, kernel: Filter = Filter.LANCZOS
) -> Iterator[FloatImage]:
    """:func:`resize` of a picture that comes in strips, from top to bottom, as strips of the other
    size. As many rows are held as the filter reaches over and no more.

    :raises ValueError: the strips are not the picture they are said to be
    """
    scale = before.height / after.height
    reach = kernel.support * max(scale, 1.0) + 1.0
    held = PassingRows(iter(strips), before)
    for rows in bands(after.height, round(before.width * max(scale, 1.0))):
        top, bottom = rows.start * scale, rows.stop * scale
        first = max(0, math.floor(top - reach))
        window = held.rows(first, min(before.height, math.ceil(bottom + reach)))
        box = (0.0, top - first, float(before.width), bottom - first)
        yield _resized(window, Size(after.width, rows.stop - rows.start), kernel, box)


class PassingRows:
    """A window that only moves down over strips."""

    def __init__(self, strips: Iterator[FloatImage], size: Size) -> None:
        self._strips = strips
        self._size = size
        self._held: list[FloatImage] = []
        self._top = 0
        self._bottom = 0

    def rows(self, first: int, last: int) -> FloatImage:
        """What lies above ``first`` is forgotten."""
        while self._bottom < last:
            strip = next(self._strips, None)
            if strip is None or strip.shape[1] != self._size.width:
                found = size_of(strip) if strip is not None else f"{self._bottom} rows"
                raise ValueError(f"strips of {found} for a picture of {self._size}")
            self._held.append(strip)
            self._bottom += strip.shape[0]
        while self._top + self._held[0].shape[0] <= first:
            self._top += self._held.pop(0).shape[0]
        window = np.concatenate(self._held) if len(self._held) > 1 else self._held[0]
        return window[first - self._top : last - self._top]


def resize_mask(
    mask: FloatMask, size: Size, kernel: Filter = Filter.BOX, check: Check = unchecked
) -> FloatMask:
    """A mask (H, W) at another size, in 0..1; ``check`` as above."""
    if mask.shape == (size.height, size.width):
        return copied_in_bands(check, mask)
    result = np.empty((size.height, size.width), np.float32)
    for columns, made in _in_parts(mask, None, size, kernel, check):
        result[:, columns] = np.clip(made, 0.0, 1.0)
    return result


def fitted(size: Size, max_side: int) -> Size:
    """``size`` scaled down so that its longer side is at most ``max_side``; never up, never 0."""
    longer = max(size.width, size.height)
    if longer <= max_side:
        return size
    scale = max_side / longer
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


def _colours(image: FloatImage) -> range:
    return range(image.shape[2] - 1)


def _plane(
    plane: NDArray[np.float32], size: Size, kernel: Filter, box: Box | None = None
) -> NDArray[np.float32]:
    picture = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(picture.resize((size.width, size.height), kernel.value, box))
