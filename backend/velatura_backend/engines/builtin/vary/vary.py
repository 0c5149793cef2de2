"""Variations of a texture or a landscape: its pieces in a new layout, their joints healed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import NoSource
from velatura_protocol.events import Phase
from velatura_protocol.tasks import Role

from ...base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
    FloatMask,
)
from ...specs.vary import VARY
from ..arrays import copied
from ..glance import glimpse
from ..patchmatch.atlas import whole_patches
from ..patchmatch.kernels import BoolMask, Floats
from ..patchmatch.lanes import Lanes
from ..patchmatch.regions import depth_inside
from ..patchmatch.synthesis import Problem, SynthesisSettings, synthesise
from ..values import number, text
from .layout import Ground, laid_out
from .sheet import TEXTURE, Sheet, roomy, sheet_of, sheet_with_alpha

_COARSEST, _COARSEST_SHAPE = 64, 128
_SHAPE_WEIGHT = 0.5
_RIM = 0.4
_COMPACT = 0.5


class VaryEngine:
    """See :mod:`.layout` and :mod:`..patchmatch.synthesis` for the method and its sources."""

    spec: EngineSpec = VARY

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """:raises NoSource: everything is excluded"""
        yield from glimpse(self, task, context)
        with Lanes(context.threads, context.cancel) as lanes:
            lanes.check()
            outline = _keeps_outline(task, lanes)
            unknown = _unknown(task, lanes, outline=outline)
            if not unknown.any() or task.strength <= 0.0:
                yield EngineResult(copied(task.image, lanes))
                return
            exclude = task.masks.get(Role.EXCLUDE)
            no_copy = None if exclude is None else exclude > 0.0
            make = sheet_of if outline else sheet_with_alpha
            yield from _varied(task, make(task, no_copy, lanes), unknown, context, lanes)


def _keeps_outline(task: EngineTask, lanes: Lanes) -> bool:
    """Scattered strokes are to move, a patch of grass is to stay in its shape: the share of the
    visible in its own bounds tells the one from the other."""
    choice = text(task, VARY, "outline")
    if choice != "auto":
        return choice != "move"
    visible = lanes.over(lambda image: image[..., -1] > 0.0, task.image)
    if not visible.any():
        return True
    bounds = visible[_bounds(visible)]
    return bool(np.count_nonzero(bounds) >= _COMPACT * bounds.size)


def _bounds(mask: BoolMask) -> tuple[slice, slice]:
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(int(ys[0]), int(ys[-1]) + 1), slice(int(xs[0]), int(xs[-1]) + 1)


def _unknown(task: EngineTask, lanes: Lanes, *, outline: bool) -> BoolMask:
    """What is to change: shown by M, not protected, and visible if the ``outline`` is to stay."""

    def shown(mask: FloatMask, image: FloatImage) -> BoolMask:
        visible = np.nan_to_num(image[..., -1], nan=0.0) > 0.0
        return (mask > 0.0) & visible if outline else mask > 0.0

    unknown = lanes.over(shown, task.mask, task.image)
    protect = task.masks.get(Role.PROTECT)
    return unknown if protect is None else unknown & (protect <= 0.0)


def _varied(
    task: EngineTask, sheet: Sheet, unknown: BoolMask, context: EngineContext, lanes: Lanes
) -> Iterator[EngineEvent]:
    """Forgets what it has made the pyramid of: 12 megapixels of each thing are 150 MB."""
    if not sheet.usable.any():
        raise NoSource
    usable = sheet.usable & ~_rim(sheet, unknown, task.strength, lanes)
    if not whole_patches(usable, lanes).any():
        usable = sheet.usable
    initial = _beginning(task, sheet, usable, unknown, lanes)
    if context.wants_preview():
        yield EnginePreview(sheet.finished(initial, unknown, lanes))
    source, usable = roomy(sheet.colours, usable)
    shape = _shape(sheet, lanes)
    problem = Problem(
        source=source,
        initial=initial,
        usable=usable,
        fixed=~unknown,
        absent=~sheet.visible,
        source_guides=None if shape is None else roomy(shape, sheet.usable)[0],
        target_guides=shape,
    )
    settings = SynthesisSettings(
        coarsest=_COARSEST if shape is None else _COARSEST_SHAPE,
        texture=TEXTURE,
        guide_weight=_SHAPE_WEIGHT,
        screening=0.02,
    )
    stages = synthesise(problem, settings, task.seed, lanes)
    del problem, initial, source
    sheet = replace(sheet, colours=np.empty((0, 0, 0), np.float32))
    for stage in stages:
        if stage.level_done and stage.fraction < 1.0 and context.wants_preview():
            yield EnginePreview(sheet.preview(stage, unknown, lanes))
        # After the preview: whoever looks at this no longer holds that.
        yield EngineProgress(Phase.STEPPING, stage.fraction)
        if stage.fraction == 1.0:
            result = sheet.finished(stage.colours, unknown, lanes)
            yield EngineResult(result, {"energy": stage.energy})
        del stage


def _beginning(
    task: EngineTask, sheet: Sheet, usable: BoolMask, unknown: BoolMask, lanes: Lanes
) -> Floats:
    """A new layout of what is to change, in what stays."""
    ground = Ground.in_place(sheet.colours, usable, ~unknown)
    begun = laid_out(ground, _piece(task, unknown), task.strength, task.seed, lanes)

    def keep(rows: slice) -> None:
        stays = ~unknown[rows]
        begun[rows][stays] = sheet.colours[rows][stays]

    lanes.bands(keep, *unknown.shape)
    return begun


def _rim(sheet: Sheet, unknown: BoolMask, strength: float, lanes: Lanes) -> BoolMask:
    """What is to change, right beside what stays: copied, it would fit without a fault, and all
    behind it, and nothing would change."""
    if not (sheet.visible & ~unknown).any():
        return np.zeros_like(unknown)
    depth = depth_inside(unknown | ~sheet.visible, lanes)
    deepest = np.empty(len(depth), np.float32)

    def work(rows: slice) -> None:
        deepest[rows] = np.max(depth[rows], axis=1, where=unknown[rows], initial=0.0)

    lanes.bands(work, *depth.shape)
    return unknown & (depth <= _RIM * strength * float(deepest.max()))


def _shape(sheet: Sheet, lanes: Lanes) -> Floats | None:
    """Alpha, which stays, as a guide: what is copied has had the same outline. None where all is
    visible."""
    if sheet.visible.all():
        return None
    return lanes.over(_alpha, sheet.image)


def _alpha(image: FloatImage) -> Floats:
    return np.clip(np.nan_to_num(image[..., -1:], nan=0.0), 0.0, 1.0)


def _piece(task: EngineTask, unknown: BoolMask) -> int:
    """Side of a piece: a share of the shorter side of what is to change."""
    side = min(span.stop - span.start for span in _bounds(unknown))
    share = 0.08 * 10.0 ** number(task, VARY, "pieces")  # 0.08 .. 0.25 .. 0.8
    return round(share * side)
