"""Fills a hole with pieces of the picture around it: an engine that needs no weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import NoSource
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import Intent, Role

from ..base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
)
from ..specs import FILL
from .patchmatch.kernels import BoolMask
from .patchmatch.lanes import Lanes
from .patchmatch.pyramid import Masks
from .patchmatch.solve import Settings, Stage, solve
from .places import Place, find_places
from .premultiplied import from_working, to_working
from .values import number


class FillEngine:
    """See :mod:`.patchmatch` for the method and its sources."""

    spec: EngineSpec = FILL

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """:raises NoSource: no pixel is left to copy from"""
        with Lanes(context.threads, context.cancel) as lanes:
            yield from _Filling(task, context, lanes).run()


class _Filling:
    def __init__(self, task: EngineTask, context: EngineContext, lanes: Lanes) -> None:
        self.context, self.lanes = context, lanes
        self.seed = task.seed
        self.settings = settings_of(task)
        self.hole: BoolMask = task.mask > 0.0
        self.known, self.source = surroundings(task, self.hole)
        self.working = to_working(task.image)
        self.result = task.image.copy()
        lanes.check()

    def run(self) -> Iterator[EngineEvent]:
        if not self.hole.any():
            yield EngineResult(self.result)
            return
        if not self.source.any():
            raise NoSource
        places = find_places(self.hole, self.lanes)
        areas = [place.crop.area for place in places]
        energies: list[float] = []
        for index, place in enumerate(places):
            before = sum(areas[:index]) / sum(areas)
            share = areas[index] / sum(areas)
            energy = 0.0
            for stage in self._solve(place):
                energy = stage.energy
                yield EngineProgress(Phase.STEPPING, before + share * stage.fraction)
                if stage.level_done and self.context.wants_preview():
                    yield EnginePreview(self._preview(place, stage))
            energies.append(energy)
        yield EngineResult(self.result, {"places": len(places), "energy": float(np.mean(energies))})

    def _solve(self, place: Place) -> Iterator[Stage]:
        rows, columns = _slices(place.crop)
        hole = np.zeros_like(self.hole[rows, columns])
        inner = _slices(place.reach.translated(-place.crop.x, -place.crop.y))
        hole[inner] = self.hole[rows, columns][inner]
        # Contiguous: numba compiles anew for a strided view.
        known, source = (
            np.ascontiguousarray(each[rows, columns]) for each in (self.known, self.source)
        )
        masks = Masks(hole, known, source)
        if not masks.source.any():
            rows, columns, masks = self._whole(place)
        image = np.ascontiguousarray(self.working[rows, columns])
        stage: Stage | None = None
        for stage in solve(image, masks, self.seed, self.settings, self.lanes):
            if stage.fraction == 1.0:
                self._keep(place, Rect(columns.start, rows.start, 0, 0), stage)
            yield stage

    def _whole(self, place: Place) -> tuple[slice, slice, Masks]:
        """Nothing may be copied nearby: look at the whole picture."""
        hole = np.zeros_like(self.hole)
        inner = _slices(place.reach)
        hole[inner] = self.hole[inner]
        height, width = hole.shape
        return slice(0, height), slice(0, width), Masks(hole, self.known, self.source)

    def _keep(self, place: Place, origin: Rect, stage: Stage) -> None:
        core = _slices(place.core)
        inner = _slices(place.core.translated(-origin.x, -origin.y))
        hole = self.hole[core]
        filled = from_working(stage.colours[inner][hole], self.result.shape[2])
        self.result[core][hole] = filled

    def _preview(self, place: Place, stage: Stage) -> NDArray[np.float32]:
        """The crop with this place's hole as it is now; coarse levels by nearest neighbour."""
        preview = self.result.copy()
        core = place.core
        offset_y, offset_x = core.y - place.crop.y, core.x - place.crop.x
        height, width = stage.colours.shape[:2]
        rows = np.minimum((np.arange(core.height) + offset_y) // stage.scale, height - 1)
        columns = np.minimum((np.arange(core.width) + offset_x) // stage.scale, width - 1)
        hole = self.hole[_slices(core)]
        colours = stage.colours[rows[:, None], columns[None, :]][hole]
        preview[_slices(core)][hole] = from_working(colours, preview.shape[2])
        return preview


def settings_of(task: EngineTask) -> Settings:
    """The task's parameters on the solver's scales; 0.5 each is the tuned default."""
    standard = Settings()
    locality = number(task, FILL, "locality")
    texture = number(task, FILL, "texture")
    blend = number(task, FILL, "blend")
    return Settings(
        locality=standard.locality * (10.0 ** (4.0 * (locality - 0.5)) if locality > 0 else 0.0),
        texture=standard.texture * 2.0 * texture,
        screening=0.02 * 10.0 ** (4.0 * (0.5 - blend)) if blend > 0 else None,
    )


def surroundings(task: EngineTask, hole: BoolMask) -> tuple[BoolMask, BoolMask]:
    """Pixels that say what the hole should look like, and those of them that may be copied.

    ``exclude`` and values that are not finite are not copied. Full transparency is part of the
    picture only where something is to be removed: a fill that copies nothing at all is no fill.
    """
    known: BoolMask = ~hole
    if task.intent is not Intent.REMOVE:
        visible = known & (task.image[..., -1] > 0.0)
        known = visible if visible.any() else known
    source = known & np.isfinite(task.image).all(axis=2)
    exclude = task.masks.get(Role.EXCLUDE)
    if exclude is not None:
        source &= exclude <= 0.0
    return known, source


def _slices(rect: Rect) -> tuple[slice, slice]:
    return slice(rect.y, rect.bottom), slice(rect.x, rect.right)
