"""Restyles a picture: a grade, a medium of the gallery, or pieces of another picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase
from velatura_protocol.messages import LayerPart
from velatura_protocol.tasks import Placement

from ...base import (
    EngineContext,
    EngineEvent,
    EngineLayer,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
)
from ...specs import RESTYLE
from ..glance import coarse, is_large
from ..patchmatch.distance import SIDE
from ..patchmatch.kernels import Floats
from ..patchmatch.lanes import Lanes
from .analogy import (
    Analogy,
    analogy,
    fine_lines,
    resized_style,
    style_scale,
    working_content,
)
from .combine import Fine, combined
from .gallery import painting
from .paint.easel import Easel
from .paint.guide import Reduced, reduced
from .paint.marks import Canvas
from .paint.media import PAINTERS
from .settings import Settings, settings_of
from .table import ColourTable, colour_table

_SKETCH_SIDE = 160
_MOST_PAINTED = 1 << 22
_LAYERS = 4


class RestyleEngine:
    """Media: :mod:`.paint`; other styles: :mod:`.analogy`; colours: :mod:`.table`."""

    spec: EngineSpec = RESTYLE

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """:raises NoSource: the style has nothing opaque to take pieces from"""
        with Lanes(context.threads, context.cancel) as lanes:
            lanes.check()
            yield from _Restyling(task, context, lanes).run()


class _Restyling:
    def __init__(self, task: EngineTask, context: EngineContext, lanes: Lanes) -> None:
        self.task, self.context, self.lanes = task, context, lanes
        self.settings: Settings = settings_of(task)
        self.image: FloatImage = np.ascontiguousarray(task.image)

    def run(self) -> Iterator[EngineEvent]:
        if not self.image.size or not (self.task.mask > 0.0).any():
            yield EngineResult(self.image.copy())
        elif self.settings.grade_only:
            yield from self._grade()
        elif self.settings.style is None:
            yield from self._paint()
        else:
            yield from self._analogy(self.settings.style)

    def _table(self, style: FloatImage) -> ColourTable:
        settings, task = self.settings, self.task
        protection = settings.protection
        return colour_table(self.image, task.mask, style, task.seed, self.lanes, protection)

    def _style(self) -> FloatImage:
        settings = self.settings
        return painting(settings.preset) if settings.style is None else settings.style

    def _grade(self) -> Iterator[EngineEvent]:
        strength = self.task.strength
        table = self._table(self._style())
        yield EngineProgress(Phase.STEPPING, 0.5)
        result = table.applied(self.image, strength, self.lanes)
        yield EngineProgress(Phase.STEPPING, 1.0)
        layers: tuple[EngineLayer, ...] = ()
        if self.settings.colour_table:
            hald = table.hald(strength)
            layers = (EngineLayer(LayerPart.COLOUR_TABLE, hald, Placement.NEW_DOCUMENT),)
        yield EngineResult(result, layers=layers)

    def _paint(self) -> Iterator[EngineEvent]:
        """First a sketch to show, then layer by layer."""
        small = reduced(self.image, self.lanes)
        if self.settings.recoloured:
            table = self._table(painting(self.settings.preset))
            small = replace(small, colour=table.of_colours(small.colour, self.lanes))
        paint = PAINTERS[self.settings.preset]
        sketch = self._sketch_easel(small)
        if sketch is not None and self.context.wants_preview():
            yield self._glance(_last(paint(sketch)).colour)
        canvas: Canvas | None = None
        for number, canvas in enumerate(paint(self._easel(small)), 1):
            yield EngineProgress(Phase.STEPPING, min(0.95, number / (_LAYERS + 1)))
            if self.context.wants_preview():
                yield self._preview(canvas.colour)
        if canvas is not None:
            yield self._finished(canvas.colour)

    def _easel(self, small: Reduced) -> Easel:
        """Beyond 4 megapixels the painting is made smaller and enlarged: marks are many pixels wide
        there."""
        height, width = self.image.shape[:2]
        shrink = max(1.0, (height * width / _MOST_PAINTED) ** 0.5)
        settings = self.settings
        return Easel(
            replace(small, factor=small.factor / shrink),
            round(height / shrink), round(width / shrink), settings.unit / shrink,
            settings.care, settings.sharp, self.task.seed & 0x7FFFFFFF, self.lanes,
        )  # fmt: skip

    def _sketch_easel(self, small: Reduced) -> Easel | None:
        """None where the picture is hardly larger than a sketch."""
        height, width = small.colour.shape[:2]
        step = max(height, width) // _SKETCH_SIDE
        if step < 2:
            return None
        colour = np.ascontiguousarray(small.colour[::step, ::step])
        unit = max(0.7, self.settings.unit / (small.factor * step))
        whole = self._easel(small)
        return replace(
            whole, small=Reduced(colour, 1.0), height=colour.shape[0], width=colour.shape[1],
            unit=unit,
        )  # fmt: skip

    def _analogy(self, style: FloatImage) -> Iterator[EngineEvent]:
        settings = self.settings
        content = working_content(self.image, self.lanes)
        fine = fine_lines(content, settings.sharp, self.lanes)
        if settings.recoloured:
            table = self._table(style)
            content = replace(content, colour=table.of_colours(content.colour, self.lanes))
        if self.context.wants_preview():  # its colours first: pieces take seconds
            yield self._glance(content.colour)
        scale = style_scale(style, content, settings.stroke_size)
        scaled = resized_style(style, scale, self.lanes)
        self.lanes.check()
        usable = scaled[..., -1] > 0.99
        if not settings.recoloured:
            back = colour_table(scaled, None, self.image, self.task.seed, self.lanes)
            scaled = back.applied(scaled, 1.0, self.lanes)
        pieces = reduced(scaled, self.lanes, 1).colour
        if min(content.colour.shape[:2]) < SIDE:  # less than a patch: colours are all there is
            yield self._finished(content.colour)
            return
        task = Analogy(content, pieces, usable, settings.care, settings.sharp, self.task.seed)
        for stage in analogy(task, self.lanes):
            yield EngineProgress(Phase.STEPPING, min(0.95, stage.fraction))
            if stage.fraction == 1.0:
                yield self._finished(stage.colours, fine)
            elif stage.level_done and self.context.wants_preview():
                yield self._preview(stage.colours)

    def _preview(self, colours: Floats) -> EnginePreview:
        return EnginePreview(self._combined(np.ascontiguousarray(colours)))

    def _glance(self, colours: Floats) -> EnginePreview:
        """The first one, coarse where the picture is large."""
        image = coarse(self.image) if is_large(self.image) else self.image
        strength = self.task.strength
        return EnginePreview(combined(image, np.ascontiguousarray(colours), strength, self.lanes))

    def _finished(self, colours: Floats, fine: Fine | None = None) -> EngineResult:
        return EngineResult(self._combined(np.ascontiguousarray(colours), fine))

    def _combined(self, colours: Floats, fine: Fine | None = None) -> FloatImage:
        return combined(self.image, colours, self.task.strength, self.lanes, fine)


def _last(layers: Iterator[Canvas]) -> Canvas:
    """A painting without what it looked like on the way."""
    *_, done = layers
    return done
