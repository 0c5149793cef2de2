"""The engine: what is asked for, done with the parts beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import BadTask, Unsupported
from velatura_protocol.events import Phase
from velatura_protocol.faults import TaskFault, UnsupportedWhat
from velatura_protocol.tasks import Role

from ....imaging.palettes import from_hex
from ...base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
)
from ...specs import RECOLOUR
from ..arrays import copied
from ..patchmatch.lanes import Lanes
from ..values import colours, flag, number, text
from .colourise import coloured, from_reference, from_strokes, reduced_lightness
from .extraction import Palette, extract
from .harmony import harmonised, matched
from .mixing import apply, change_of
from .oklab import Doubles
from .snap import snap

_PREVIEW_PIXELS = 1 << 17
_NEAR_A_LOCK = 0.12
_MOST_COLOURS = 24

Recoloured = Callable[[FloatImage], FloatImage]


class RecolourEngine:
    """Palettes exchanged (:mod:`.mixing`), snapped to (:mod:`.snap`), grey coloured
    (:mod:`.colourise`)."""

    spec: EngineSpec = RECOLOUR

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """:raises Unsupported: new hues or colours are asked of a grey document
        :raises BadTask: a colourisation without strokes or reference
        """
        with Lanes(context.threads, context.cancel) as lanes:
            lanes.check()
            yield from _Recolouring(task, context, lanes).run()


class _Recolouring:
    def __init__(self, task: EngineTask, context: EngineContext, lanes: Lanes) -> None:
        self.task, self.context, self.lanes = task, context, lanes
        self.mode = text(task, RECOLOUR, "mode")
        self.grey = task.image.shape[2] == 2
        self.image = lanes.over(_rgba, task.image) if self.grey else task.image
        if self.mode != "snap" and (self.grey or task.grey):
            raise Unsupported(what=UnsupportedWhat.GREY_PICTURE)

    def run(self) -> Iterator[EngineEvent]:
        prepare = {"palette": self._exchange, "snap": self._snap, "colourise": self._colourise}
        recolour = prepare[self.mode]()
        yield EngineProgress(Phase.STEPPING, 0.5)
        if self.context.wants_preview() and self.mode != "colourise":
            yield EnginePreview(self._delivered(self._small_preview(recolour)))
        result = recolour(self.image)
        yield EngineProgress(Phase.STEPPING, 1.0)
        yield EngineResult(self._delivered(result))

    def _delivered(self, image: FloatImage) -> FloatImage:
        return self.lanes.over(_grey, image) if self.grey else image

    def _small_preview(self, recolour: Recoloured) -> FloatImage:
        height, width = self.image.shape[:2]
        step = max(1, int(np.ceil(np.sqrt(height * width / _PREVIEW_PIXELS))))
        small = recolour(np.ascontiguousarray(self.image[::step, ::step]))
        return small.repeat(step, axis=0)[:height].repeat(step, axis=1)[:, :width]

    def _exchange(self) -> Recoloured:
        given = self._given()
        locks = from_hex(colours(self.task, RECOLOUR, "lock"))
        count = self._count() or (min(len(given), _MOST_COLOURS) if len(given) else 0)
        palette = _without(extract(self.image, self.task.mask, count, self.lanes.check), locks)
        self.lanes.check()
        if len(given):
            wanted = matched(palette, given, self.task.seed) if len(palette) else palette.colours
        else:
            wanted = harmonised(palette, text(self.task, RECOLOUR, "harmony"), self.task.seed)
        amount = number(self.task, RECOLOUR, "amount")
        wanted = palette.colours + amount * (wanted - palette.colours)
        locked = np.arange(len(palette) + len(locks)) >= len(palette)
        own, new = np.vstack([palette.colours, locks]), np.vstack([wanted, locks])
        if not len(own):
            return partial(copied, lanes=self.lanes)
        change = change_of(self.image, own, new, locked, self.lanes)
        return lambda image: apply(image, change, self.lanes)

    def _snap(self) -> Recoloured:
        palette = self._given()
        if not len(palette):
            palette = extract(self.image, self.task.mask, self._count(), self.lanes.check).colours
        if not len(palette):
            return partial(copied, lanes=self.lanes)
        dither, soft = (
            number(self.task, RECOLOUR, "dither"),
            flag(self.task, RECOLOUR, "soft_edges"),
        )
        lanes = self.lanes
        return lambda image: snap(image, palette, dither=dither, soft_edges=soft, lanes=lanes)

    def _colourise(self) -> Recoloured:
        strokes = self.task.images.get(Role.STROKES, ())
        references = self.task.images.get(Role.REFERENCE, ())
        if not strokes and not references:
            raise BadTask(field="inputs", reason=TaskFault.NO_COLOURS_TO_TAKE)
        grey = reduced_lightness(self.image, self.lanes)
        if strokes:
            chroma = from_strokes(grey, strokes[0], self.lanes)
        else:
            chroma = from_reference(
                grey, self.lanes.over(_rgba, references[0]), self.task.seed, self.lanes
            )
        saturation = number(self.task, RECOLOUR, "saturation")
        return lambda image: coloured(image, grey, chroma, saturation, self.lanes)

    def _count(self) -> int:
        return int(number(self.task, RECOLOUR, "colours"))

    def _given(self) -> Doubles:
        """The palette asked for, (n, 3), by its colours or a picture; none: empty."""
        given = from_hex(colours(self.task, RECOLOUR, "palette"))
        pictures = self.task.images.get(Role.PALETTE, ())
        if len(given) or not pictures:
            return given
        picture = self.lanes.over(_rgba, pictures[0])
        return extract(picture, None, self._count(), self.lanes.check).colours


def _grey(image: FloatImage) -> FloatImage:
    return np.ascontiguousarray(image[..., [0, 3]])


def _rgba(image: FloatImage) -> FloatImage:
    return image[..., [0, 0, 0, 1]] if image.shape[2] == 2 else image


def _without(palette: Palette, locks: NDArray[np.float64]) -> Palette:
    """A colour that is next to a locked one is that one."""
    if not len(locks) or not len(palette):
        return palette
    apart = np.linalg.norm(palette.colours[:, None] - locks[None], axis=2).min(axis=1)
    kept = apart > _NEAR_A_LOCK
    return Palette(palette.colours[kept], palette.weights[kept])
