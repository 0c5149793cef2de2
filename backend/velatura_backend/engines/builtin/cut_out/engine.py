"""The engine: a rough selection in, a matte, clean colours and perhaps a background out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import NothingSelected
from velatura_protocol.events import Phase
from velatura_protocol.messages import LayerPart
from velatura_protocol.tasks import Intent, Operation, Placement, Role

from ...base import (
    EngineContext,
    EngineEvent,
    EngineLayer,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
    FloatMask,
)
from ...specs import CUT_OUT
from ..arrays import copied, finite
from ..fill import FillEngine
from ..glance import at_size, glimpse, is_large
from ..patchmatch.kernels import BoolMask
from ..patchmatch.lanes import Lanes
from ..patchmatch.regions import depth_inside
from ..values import flag, number
from .edges import adjusted
from .film import over_film
from .foreground import HARDLY, own_colours
from .glass import see_through, thinned, tint
from .outline import Hints, Outline, find_outline
from .sampling import enlarged, shrunk
from .scales import Work, full_matte, scale_of, work_on
from .trimap import BACKGROUND, SUBJECT, Surroundings, Trimap, make_trimap

_SELECTED = 0.5
_SURROUNDINGS = 0.06
_LEAST_SOURCE = 0.12
_LIKE_THE_SUBJECT = 0.5
_BAND_SHARE = 0.045
_LEAST_BAND = 4.0
_PLAIN_BAND = 2.0
_PLAIN_CONTRAST = 0.7


class CutOutEngine:
    """See this package for the method and its sources."""

    spec: EngineSpec = CUT_OUT

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """The result's colours are the subject's own, its mask the matte.

        :raises NothingSelected: the mask is empty
        """
        yield from glimpse(self, task, context)
        with Lanes(context.threads, context.cancel) as lanes:
            lanes.check()
            yield from _CuttingOut(task, context, lanes).run()


class _CuttingOut:
    def __init__(self, task: EngineTask, context: EngineContext, lanes: Lanes) -> None:
        self.task, self.context, self.lanes = task, context, lanes
        self.refine = flag(task, CUT_OUT, "refine")
        self.background = flag(task, CUT_OUT, "background")
        self.share = 0.5 if self.background else 1.0
        if not (task.mask >= _SELECTED).any():
            raise NothingSelected()

    def run(self) -> Iterator[EngineEvent]:
        work = work_on(self.task.image, self.lanes)
        yield self._progress(0.05)
        outlines = list[Outline]()
        for outline in self._outlines(work):
            outlines.append(outline)
            yield self._progress(0.1 + 0.1 * len(outlines))
            if self.context.wants_preview():
                yield self._glance(outline.inside)
        outline = outlines[-1]
        matte = full_matte(work, self._trimap(work, outline), self.lanes)
        yield self._progress(0.8)
        if self.context.wants_preview():
            yield EnginePreview(over_film(self.task.image, matte, self.lanes))
        matte = adjusted(matte, number(self.task, CUT_OUT, "shift"), self._contrast())
        matte, image = self._own(work, matte)
        yield self._progress(1.0)
        layers: tuple[EngineLayer, ...] = ()
        if self.background:
            layers = yield from self._filled(matte, outline)
        yield EngineResult(image, {"kept": float(matte.mean())}, matte, layers)

    def _progress(self, fraction: float) -> EngineProgress:
        return EngineProgress(Phase.STEPPING, fraction * self.share)

    def _small(self, work: Work, mask: FloatMask) -> FloatMask:
        return shrunk(shrunk(mask, work.medium_size, self.lanes), work.small_size, self.lanes)

    def _hints(self, work: Work) -> Hints:
        selected = self._small(work, self.task.mask) >= _SELECTED
        nothing = np.zeros_like(selected)
        subject, background = (
            self._small(work, self.task.masks[role]) >= _SELECTED
            if role in self.task.masks
            else nothing
            for role in (Role.GUIDE, Role.EXCLUDE)
        )
        return Hints(selected | subject, subject & ~background, background)

    def _outlines(self, work: Work) -> Iterator[Outline]:
        """From a first guess to the outline."""
        hints = self._hints(work)
        if flag(self.task, CUT_OUT, "find_outline"):
            openings = flag(self.task, CUT_OUT, "openings")
            yield from find_outline(work.small, hints, openings, self.lanes)
            return
        drawn = self._small(work, self.task.mask)
        inside = np.where(hints.subject, 1.0, np.where(hints.background, 0.0, drawn))
        unknown = np.zeros_like(drawn)
        yield Outline(inside.astype(np.float32), unknown, unknown)

    def _glance(self, inside: FloatMask) -> EnginePreview:
        """Of the outline's size where that is the smaller one."""
        image = self.task.image
        if is_large(image):
            image = at_size(image, *inside.shape)
        matte = enlarged(inside, (image.shape[0], image.shape[1]), self.lanes)
        return EnginePreview(over_film(image, matte, self.lanes))

    def _trimap(self, work: Work, outline: Outline) -> Trimap:
        """At the size the matte is solved in."""
        band = self._band(np.count_nonzero(outline.inside > _SELECTED) / outline.inside.size, work)
        around = Surroundings.of(outline.inside, outline.evidence, outline.certain)
        self.lanes.check()
        scale = scale_of(work.medium_size, work.size)
        trimap = make_trimap(around, band * scale, work.medium_size, self.lanes)
        for role, state in ((Role.GUIDE, SUBJECT), (Role.EXCLUDE, BACKGROUND)):
            if role in self.task.masks:
                drawn = shrunk(self.task.masks[role], work.medium_size, self.lanes)
                trimap.states[drawn >= _SELECTED] = state
        return trimap

    def _band(self, share: float, work: Work) -> float:
        """In the picture's pixels; never less than the outline is exact to."""
        exact = 1.5 / scale_of(work.small_size, work.size)
        if not self.refine:
            return max(_PLAIN_BAND, exact)
        chosen = number(self.task, CUT_OUT, "band")
        usual = max(_LEAST_BAND, _BAND_SHARE * np.sqrt(share * work.size[0] * work.size[1]))
        return max(chosen or float(usual), exact)

    def _contrast(self) -> float:
        wanted = number(self.task, CUT_OUT, "contrast")
        return wanted if self.refine else max(wanted, _PLAIN_CONTRAST)

    def _own(self, work: Work, matte: FloatMask) -> tuple[FloatMask, FloatImage]:
        """The matte and the subject's own colours; of a body that is seen through, thinner."""
        amount = number(self.task, CUT_OUT, "see_through")
        if amount <= 0.0:
            return matte, self._own_colours(work, matte)
        body = see_through(work, matte, amount, self.lanes)
        if Role.GUIDE in self.task.masks:
            body.clear[shrunk(self.task.masks[Role.GUIDE], work.medium_size, self.lanes) > 0.0] = (
                0.0
            )
        image = self._own_colours(work, matte)
        tint(image, body, self.lanes)
        return thinned(matte, body, self.lanes), image

    def _own_colours(self, work: Work, matte: FloatMask) -> FloatImage:
        result = copied(self.task.image, self.lanes)
        colours = finite(self.task.image[..., :-1], self.lanes)
        own_colours(colours, matte, work.medium_size, result, self.lanes)
        return result

    def _around(self, near: BoolMask, hole: BoolMask) -> FloatMask:
        """What is not to be copied into the background, (H, W) 0 or 1: what was selected, and what
        lies next to the subject, where a little of it, its shadow or its light often is. Where too
        little of the picture would be left, less."""
        self.lanes.check()
        selected = self.task.mask >= _SELECTED
        for excluded in (near | selected, near):
            if np.count_nonzero(~(excluded | hole)) >= _LEAST_SOURCE * hole.size:
                return excluded.astype(np.float32)
        return np.zeros(hole.shape, np.float32)

    def _filled(self, matte: FloatMask, outline: Outline) -> Iterator[EngineEvent]:
        grow = int(number(self.task, CUT_OUT, "background_grow"))
        away = depth_inside(matte <= HARDLY, self.lanes)
        near = away <= _SURROUNDINGS * float(np.sqrt(np.count_nonzero(matte > HARDLY)))
        alike = enlarged(outline.evidence, (matte.shape[0], matte.shape[1]), self.lanes)
        self.lanes.check()
        hole = (away <= grow) | (near & (alike > _LIKE_THE_SUBJECT))
        task = EngineTask(
            Operation.FILL,
            Intent.REMOVE,
            self.task.image,
            hole.astype(np.float32),
            self.task.seed,
            masks={Role.EXCLUDE: self._around(near, hole)},
        )
        for event in FillEngine().run(task, self.context):
            if isinstance(event, EngineProgress):
                yield replace(event, fraction=0.5 + 0.5 * event.fraction)
            elif isinstance(event, EngineResult):
                assert isinstance(event.image, np.ndarray)
                return (EngineLayer(LayerPart.BACKGROUND, event.image, Placement.BELOW),)
        raise AssertionError("a fill ends with a result")
