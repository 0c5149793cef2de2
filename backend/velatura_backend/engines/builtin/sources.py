"""Other pictures to copy from, laid out below a crop so that one search sees them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import Role

from ..base import EngineTask, FloatImage
from .patchmatch.kernels import BoolMask

_GRID = 64
"""Pixels. Parts begin on it, so that a frame of the same scene lies on the picture's own grid on
every level of the pyramid."""

_MOST_PIXELS = 4_000_000
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True)
class Part:
    """A piece of a source. ``aligned``: it shows the place itself, pixel by pixel, in another
    frame. ``usable``: may be copied."""

    image: FloatImage
    usable: BoolMask
    aligned: bool


@dataclass(frozen=True)
class Sheet:
    """``image``: the crop with the parts below it, straight alpha. ``height`` of the crop itself.
    ``usable``: what of the parts may be copied, False on the crop. ``frames``: rows from the crop
    down to each aligned part."""

    image: FloatImage
    height: int
    usable: BoolMask
    frames: tuple[int, ...]


def parts_for(task: EngineTask, place: Rect) -> list[Part]:
    """The parts of the task's sources that matter for a place of the crop.

    A source as large as the document, or as the crop, is another frame of it: only what it shows of
    the place is taken. Of any other the middle 4 megapixels at most.
    """
    parts: list[Part] = []
    for image in task.images.get(Role.SOURCE, ()):
        converted = _in_channels(image, task.image.shape[2])
        offset = _offset(task, image.shape[:2])
        if offset is None:
            parts.append(_middle(converted))
        else:
            parts.append(_frame(converted, place.translated(offset[1], offset[0])))
    return parts


def lay_out(crop: FloatImage, parts: Sequence[Part]) -> Sheet:
    """One part below the other, at least a row apart."""
    height, width = crop.shape[:2]
    tops: list[int] = []
    bottom = height
    for part in parts:
        tops.append(-(-(bottom + 1) // _GRID) * _GRID)
        bottom = tops[-1] + part.image.shape[0]
    width = max([width, *(part.image.shape[1] for part in parts)])
    image = np.zeros((bottom, width, crop.shape[2]), np.float32)
    image[..., -1] = 1.0
    usable = np.zeros((bottom, width), np.bool_)
    image[:height, : crop.shape[1]] = crop
    for top, part in zip(tops, parts, strict=True):
        rows, columns = part.usable.shape
        image[top : top + rows, :columns] = part.image
        usable[top : top + rows, :columns] = part.usable
    frames = [top for top, part in zip(tops, parts, strict=True) if part.aligned]
    return Sheet(image, height, usable, tuple(frames))


def _offset(task: EngineTask, size: tuple[int, ...]) -> tuple[int, int] | None:
    """From the crop's pixels to those of a picture of that size that lies on it or the document."""
    if task.document is not None and size == task.document:
        return task.origin
    return (0, 0) if size == task.image.shape[:2] else None


def _frame(image: FloatImage, place: Rect) -> Part:
    height, width = image.shape[:2]
    there = place.intersection(Rect(0, 0, width, height))
    shown = np.zeros((place.height, place.width, image.shape[2]), np.float32)
    usable = np.zeros(shown.shape[:2], np.bool_)
    inside = there.translated(-place.x, -place.y)
    rows, columns = slice(inside.y, inside.bottom), slice(inside.x, inside.right)
    shown[rows, columns] = image[there.y : there.bottom, there.x : there.right]
    usable[rows, columns] = _visible(shown[rows, columns])
    return Part(shown, usable, True)


def _middle(image: FloatImage) -> Part:
    height, width = image.shape[:2]
    share = min(1.0, (_MOST_PIXELS / max(1, height * width)) ** 0.5)
    rows, columns = max(1, int(height * share)), max(1, int(width * share))
    top, left = (height - rows) // 2, (width - columns) // 2
    shown = image[top : top + rows, left : left + columns]
    return Part(shown, _visible(shown), False)


def _visible(image: FloatImage) -> BoolMask:
    return (image[..., -1] > 0.0) & np.isfinite(image).all(axis=2)


def _in_channels(image: FloatImage, channels: int) -> FloatImage:
    if image.shape[2] == channels:
        return image
    if image.shape[2] == 2:
        return image[..., [0, 0, 0, 1]]
    grey = image[..., :3] @ _LUMINANCE
    return np.stack([grey, image[..., 3]], axis=2)
