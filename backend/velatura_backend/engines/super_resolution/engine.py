"""Runs an installed network: enlarges, restores, redraws a face or fills a hole.

Networks know colours from 0 to 1 and nothing of alpha. What lies beyond, and alpha, come from a
plain resample of the picture, which the network's answer is laid over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size

from ...imaging.arrays import size_of
from ...imaging.resize import PassingRows, resize, resize_mask, resized_strips
from ...models.records import InstalledModel
from ...models.residency import Residency
from ..base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
    StreamedImage,
)
from ..builtin.networks.planes import part
from ..builtin.premultiplied import expanded
from ..resources import EngineResources
from .facts import Purpose, facts_of
from .library import load_network
from .network import NetworkModule, as_module
from .tiles import Answer, Planes, tiled

_TILE = {"cpu": 192}
_ACCELERATOR_TILE = 512
_WHOLE_PIXELS = 1 << 25
_MOST_HOLE_PIXELS = 1 << 21
"""Crops to be filled that are larger are filled at this size and enlarged."""
_DEFAULT_SCALE = 2.0


class NetworkEngine:
    """``task.scale`` counts for enlarging alone (default 2). The rest keep the crop's size."""

    def __init__(self, model: InstalledModel, spec: EngineSpec, resources: EngineResources) -> None:
        self.spec: EngineSpec = spec
        self._facts = facts_of(model)
        self._model = model
        self._resources = resources

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """:raises Unsupported: the file is no longer what it was when it was installed"""

        def check() -> None:
            context.cancel.check(Phase.STEPPING)

        context.cancel.check(Phase.LOADING)
        yield EngineProgress(Phase.LOADING, 0.0)
        device = self._resources.device
        residency = self._resources.keep.get(Residency, lambda: Residency(device))
        with residency.use(self._model.id, "network", self._load, check=check) as module:
            running = _Running(task, context, module, self._facts.scale, check, _tile(device))
            if self._facts.purpose is Purpose.INPAINT:
                yield from _filled(running)
            elif self._facts.purpose is Purpose.FACE:
                yield from _redrawn(running)
            else:
                yield from _passed_through(running, self._wanted(task))

    def _load(self) -> NetworkModule:
        return as_module(load_network(self._model.location), self._resources.device)

    def _wanted(self, task: EngineTask) -> Size:
        size = size_of(task.image)
        if self._facts.purpose is Purpose.RESTORE:
            return size
        scale = task.scale if task.scale is not None else _DEFAULT_SCALE
        return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


@dataclass(frozen=True)
class _Running:
    task: EngineTask
    context: EngineContext
    module: NetworkModule
    scale: int
    check: Callable[[], None]
    tile: int

    @property
    def answer(self) -> Answer:
        """For one tile; networks of one channel see the colours one by one."""
        return self._by_colour if self.module.descriptor.input_channels == 1 else self._at_once

    def _at_once(self, planes: Planes) -> Planes:
        return self.module.answer(planes, None, self.check)

    def _by_colour(self, planes: Planes) -> Planes:
        return np.concatenate([self._at_once(planes[index : index + 1]) for index in range(3)])


def _tile(device: str) -> int:
    return _TILE.get(device, _ACCELERATOR_TILE)


def _passed_through(running: _Running, wanted: Size) -> Iterator[EngineEvent]:
    image, scale = running.task.image, running.scale
    before = size_of(image)
    enlarged = Size(before.width * scale, before.height * scale)
    strips: Iterator[FloatImage] = _strips(running, image, enlarged)
    if wanted != enlarged:
        strips = resized_strips(strips, enlarged, wanted)
    if wanted.area > _WHOLE_PIXELS:
        yield EngineResult(StreamedImage(wanted.height, wanted.width, image.shape[2], strips))
    else:
        yield from _gathered(running, strips, wanted)


def _gathered(
    running: _Running, strips: Iterator[FloatImage], wanted: Size
) -> Iterator[EngineEvent]:
    image = running.task.image
    keeps_size = wanted == size_of(image)
    result = (
        image.copy()
        if keeps_size
        else np.empty((wanted.height, wanted.width, image.shape[2]), np.float32)
    )
    row = 0
    for strip in strips:
        result[row : row + strip.shape[0]] = strip
        row += strip.shape[0]
        yield EngineProgress(Phase.STEPPING, row / wanted.height)
        if keeps_size and running.context.wants_preview():
            yield EnginePreview(result.copy())
    yield EngineResult(result)


def _strips(running: _Running, image: FloatImage, enlarged: Size) -> Iterator[FloatImage]:
    """The enlarged picture from top to bottom."""
    before = size_of(image)
    tile = running.tile if running.module.tiles else max(before.width, before.height)
    planes = np.clip(part(image).colours, 0.0, 1.0)
    under = PassingRows(resized_strips(iter((image,)), before, enlarged), enlarged)
    row = 0
    for answer in tiled(planes, running.scale, tile, running.answer):
        running.check()
        last = row + answer.shape[1]
        yield _laid_over(answer, under.rows(row, last))
        row = last


def _laid_over(answer: Planes, under: FloatImage) -> FloatImage:
    """The network's colours, where what is under them has such as it knows."""
    colours = np.moveaxis(answer, 0, 2)
    if under.shape[2] == 2:
        colours = colours.mean(axis=2, keepdims=True)
    result = under.copy()
    known = (under[..., :-1] >= 0.0) & (under[..., :-1] <= 1.0)
    visible = under[..., -1:] > 0.0
    np.copyto(result[..., :-1], np.clip(colours, 0.0, 1.0), where=known & visible)
    return result


def _redrawn(running: _Running) -> Iterator[EngineEvent]:
    """Faces are known in one size alone: the crop is brought to it, and the answer back."""
    image = running.task.image
    side = running.module.descriptor.size_requirements.minimum or max(image.shape[:2])
    small = resize(image, Size(side, side))
    running.check()
    answer = running.answer(np.clip(part(small).colours, 0.0, 1.0))
    drawn = _laid_over(answer, resize(image, Size(answer.shape[2], answer.shape[1])))
    yield EngineProgress(Phase.STEPPING, 0.9)
    result = resize(drawn, size_of(image))
    result[..., -1] = image[..., -1]
    yield EngineResult(result)


def _filled(running: _Running) -> Iterator[EngineEvent]:
    image, hole = running.task.image, (running.task.mask > 0.0).astype(np.float32)
    size = size_of(image)
    share = math.sqrt(min(1.0, _MOST_HOLE_PIXELS / size.area))
    small = Size(max(1, round(size.width * share)), max(1, round(size.height * share)))
    planes, mask = part(resize(image, small)).colours, resize_mask(hole, small)
    running.check()
    yield EngineProgress(Phase.STEPPING, 0.1)
    known = np.clip(planes, 0.0, 1.0)
    answer = running.module.answer(known, (mask > 0.0).astype(np.float32)[None], running.check)
    colours = expanded(np.moveaxis(answer, 0, 2))
    alpha = np.ones((*colours.shape[:2], 1), np.float32)
    if image.shape[2] == 2:
        colours = colours.mean(axis=2, keepdims=True)
    filled = resize(np.concatenate([colours, alpha], axis=2).astype(np.float32), size)
    yield EngineResult(np.where(hole[..., None] > 0.0, filled, image))
