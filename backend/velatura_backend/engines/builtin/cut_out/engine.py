"""The engine: a rough selection in, a matte, clean colours and perhaps a background out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy import ndimage

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
from ..fill import FillEngine
from ..patchmatch.kernels import BoolMask
from ..patchmatch.lanes import Lanes
from ..values import flag, number
from .edges import adjusted, plain_edge
from .foreground import estimate
from .outline import Hints, Outline, find_outline
from .scales import Work, enlarged_matte, work_on
from .trimap import States, make_trimap

_SELECTED = 0.5
_BAND_SHARE = 0.02
_LEAST_BAND = 4.0
_HARDLY = 1.0 / 255.0


class CutOutEngine:
    """See this package for the method and its sources."""

    spec: EngineSpec = CUT_OUT

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """The result's colours are the subject's own, its mask the matte.

        :raises NothingSelected: the mask is empty
        """
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
        outline = self._outline(work)
        yield self._progress(0.3)
        if self.context.wants_preview():
            yield EnginePreview(self._shown(work.full(outline.inside)))
        matte = self._matte(work, outline)
        yield self._progress(0.8)
        if self.context.wants_preview():
            yield EnginePreview(self._shown(matte))
        matte = adjusted(
            matte, number(self.task, CUT_OUT, "shift"), number(self.task, CUT_OUT, "contrast")
        )
        image = self._own_colours(work, matte)
        yield self._progress(1.0)
        layers: tuple[EngineLayer, ...] = ()
        if self.background:
            layers = yield from self._filled(matte)
        yield EngineResult(image, {"kept": float(matte.mean())}, matte, layers)

    def _progress(self, fraction: float) -> EngineProgress:
        return EngineProgress(Phase.STEPPING, fraction * self.share)

    def _hints(self, work: Work) -> Hints:
        masks = self.task.masks
        selected = work.small_mask(self.task.mask) >= _SELECTED
        nothing = np.zeros_like(selected)
        subject, background = (
            work.small_mask(masks[role]) >= _SELECTED if role in masks else nothing
            for role in (Role.GUIDE, Role.EXCLUDE)
        )
        return Hints(selected | subject, subject & ~background, background)

    def _outline(self, work: Work) -> Outline:
        hints = self._hints(work)
        if not flag(self.task, CUT_OUT, "find_outline"):
            inside = work.small_mask(self.task.mask)
            inside = np.where(hints.subject, 1.0, np.where(hints.background, 0.0, inside))
            return Outline(
                inside.astype(np.float32), np.zeros_like(work.small_mask(self.task.mask))
            )
        return find_outline(work.small, hints, flag(self.task, CUT_OUT, "openings"), self.lanes)

    def _matte(self, work: Work, outline: Outline) -> FloatMask:
        if not self.refine:
            return plain_edge(work.full(outline.inside))
        states = self._states(work, outline)
        return enlarged_matte(work, states, self.lanes)

    def _states(self, work: Work, outline: Outline) -> States:
        """At the size the matte is solved in."""
        band = number(self.task, CUT_OUT, "band")
        if not band:
            own = outline.inside > _SELECTED
            radius = np.sqrt(max(int(own.sum()), 1) / np.pi) / work.small_scale
            band = max(_LEAST_BAND, _BAND_SHARE * 4.0 * radius)
        inside = work.medium_from_small(outline.inside)
        evidence = work.medium_from_small(outline.evidence)
        found = flag(self.task, CUT_OUT, "find_outline")
        self.lanes.check()
        states = make_trimap(inside, band * work.medium_scale, evidence if found else None)
        for role, state in ((Role.GUIDE, 1), (Role.EXCLUDE, 0)):
            if role in self.task.masks:
                states[work.medium_mask(self.task.masks[role]) >= _SELECTED] = state
        return states

    def _own_colours(self, work: Work, matte: FloatMask) -> FloatImage:
        """The subject's colours where the matte is soft; where nothing of it is seen the picture's,
        so that painting the mask brings the picture back."""
        image = self.task.image.copy()
        soft = (matte > _HARDLY) & (matte < 1.0 - _HARDLY)
        if not soft.any():
            return image
        window = _window(soft, 16)
        colours = np.nan_to_num(image[window][..., :-1], nan=0.0, posinf=0.0, neginf=0.0)
        self.lanes.check()
        subject, _ = estimate(np.ascontiguousarray(colours), matte[window].copy(), self.lanes)
        inner = soft[window] & np.isfinite(image[window]).all(axis=2)
        bounds = min(float(colours.min()), 0.0), max(float(colours.max()), 1.0)
        image[window][..., :-1][inner] = np.clip(subject[inner], *bounds)
        return image

    def _shown(self, matte: FloatMask) -> FloatImage:
        """The picture, what is cut away under a red film."""
        image = np.nan_to_num(self.task.image, nan=0.0, posinf=0.0, neginf=0.0)
        away = 0.6 * (1.0 - matte)[..., None]
        film = np.zeros(image.shape[2] - 1, np.float32)
        film[0] = 0.8
        image[..., :-1] = image[..., :-1] * (1.0 - away) + film * away
        return image.astype(np.float32, copy=False)

    def _filled(self, matte: FloatMask) -> Iterator[EngineEvent]:
        grow = int(number(self.task, CUT_OUT, "background_grow"))
        hole = _grown(matte > _HARDLY, grow)
        task = EngineTask(
            Operation.FILL, Intent.REMOVE, self.task.image, hole.astype(np.float32), self.task.seed
        )
        for event in FillEngine().run(task, self.context):
            if isinstance(event, EngineProgress):
                yield replace(event, fraction=0.5 + 0.5 * event.fraction)
            elif isinstance(event, EngineResult):
                assert isinstance(event.image, np.ndarray)
                return (EngineLayer(LayerPart.BACKGROUND, event.image, Placement.BELOW),)
        raise AssertionError("a fill ends with a result")


def _grown(mask: BoolMask, pixels: int) -> BoolMask:
    if pixels <= 0:
        return mask
    return np.asarray(ndimage.distance_transform_edt(~mask)) <= pixels


def _window(mask: BoolMask, margin: int) -> tuple[slice, slice]:
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(0, int(ys[0]) - margin), int(ys[-1]) + 1 + margin),
        slice(max(0, int(xs[0]) - margin), int(xs[-1]) + 1 + margin),
    )
