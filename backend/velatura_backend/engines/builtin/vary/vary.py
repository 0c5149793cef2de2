"""Variations of a texture or a landscape: its pieces in a new layout, their joints healed."""

from __future__ import annotations

from collections.abc import Iterator

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
)
from ...specs.vary import VARY
from ..patchmatch.kernels import BoolMask
from ..patchmatch.lanes import Lanes
from ..patchmatch.synthesis import Problem, SynthesisSettings, synthesise
from ..values import number
from .layout import Ground, laid_out
from .sheet import Sheet, roomy, sheet_of


class VaryEngine:
    """See :mod:`.layout` and :mod:`..patchmatch.synthesis` for the method and its sources."""

    spec: EngineSpec = VARY

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """:raises NoSource: everything is excluded"""
        with Lanes(context.threads, context.cancel) as lanes:
            lanes.check()
            unknown = _unknown(task)
            if not unknown.any() or task.strength <= 0.0:
                yield EngineResult(task.image.copy())
                return
            exclude = task.masks.get(Role.EXCLUDE)
            sheet = sheet_of(task, None if exclude is None else exclude > 0.0, lanes)
            if not sheet.usable.any():
                raise NoSource
            yield from _varied(task, sheet, unknown, context, lanes)


def _unknown(task: EngineTask) -> BoolMask:
    """What is to change: shown by M, visible, not protected."""
    unknown: BoolMask = (task.mask > 0.0) & (np.nan_to_num(task.image[..., -1], nan=0.0) > 0.0)
    protect = task.masks.get(Role.PROTECT)
    return unknown if protect is None else unknown & (protect <= 0.0)


def _varied(
    task: EngineTask, sheet: Sheet, unknown: BoolMask, context: EngineContext, lanes: Lanes
) -> Iterator[EngineEvent]:
    ground = Ground.in_place(sheet.colours, sheet.usable, ~unknown)
    moved = laid_out(ground, _piece(task, unknown), task.strength, task.seed, lanes)
    initial = np.where(unknown[..., None], moved, sheet.colours)
    source, usable = roomy(sheet.colours, sheet.usable)
    problem = Problem(
        source=source,
        initial=initial,
        usable=usable,
        fixed=~unknown,
        absent=~sheet.visible,
    )
    settings = settings_of(task)
    for stage in synthesise(problem, settings, task.seed, lanes):
        yield EngineProgress(Phase.STEPPING, stage.fraction)
        if stage.fraction == 1.0:
            result = sheet.finished(stage.colours, unknown)
            yield EngineResult(result, {"energy": stage.energy})
        elif stage.level_done and context.wants_preview():
            yield EnginePreview(sheet.preview(stage, unknown))


def settings_of(task: EngineTask) -> SynthesisSettings:
    return SynthesisSettings(coarsest=64, screening=0.02)


def _piece(task: EngineTask, unknown: BoolMask) -> int:
    """Side of a piece: a share of the shorter side of what is to change."""
    ys, xs = np.flatnonzero(unknown.any(axis=1)), np.flatnonzero(unknown.any(axis=0))
    side = min(int(ys[-1] - ys[0]), int(xs[-1] - xs[0])) + 1
    share = 0.08 * 10.0 ** number(task, VARY, "pieces")  # 0.08 .. 0.25 .. 0.8
    return round(share * side)
