"""Paints what a mask shows of a crop, or all of it: every operation that keeps the picture's
size."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.errors import NoSource
from velatura_protocol.events import Phase
from velatura_protocol.tasks import Intent

from ....imaging.arrays import size_of
from ....imaging.masks import mask_bounds
from ...base import EngineEvent, EngineResult, FloatImage, FloatMask
from ...builtin.patchmatch.lanes import Lanes
from ..painting.contract import RgbImage, Seamless
from ..quality.canvas import all_finite, beyond, canvas_of, to_crop
from ..quality.colour import matched
from ..quality.enlarging import resized_part
from ..quality.frames import (
    Window,
    floats_of,
    into_frame,
    mask_into_frame,
    scaled_mask,
    unpadded,
    window,
)
from ..quality.grain import with_grain
from ..quality.masks import denoise_mask
from ..quality.plan import Frame, Pass, Plan, plan_fill, plan_whole
from ..quality.prefill import SEEDED, Ground, prefilled
from ..quality.spreading import spread
from .paint_order import PaintOrder, Share, seamless_of

BoolMask = NDArray[np.bool_]

_PREFILL = Share(0.0, 0.1)
_PASSES = Share(0.1, 0.85)


@dataclass(frozen=True)
class Manner:
    """How a crop is painted. ``strength``: of the noise schedule, in 0..1; 1 over a pre-fill for
    ``intent``, below over what is there. ``start``: the share that is run where there is a
    pre-fill. ``instruction``: the prompt tells what to change."""

    strength: float
    intent: Intent = Intent.NONE
    start: float = 1.0
    instruction: bool = False

    @property
    def replaces(self) -> bool:
        return self.strength >= 1.0 and not self.instruction


class Filling:
    """One crop."""

    def __init__(self, paint_order: PaintOrder, manner: Manner, lanes: Lanes) -> None:
        self.paint_order, self.manner, self.lanes = paint_order, manner, lanes
        self.task = paint_order.task
        self.hole: BoolMask = lanes.over(lambda band: band > 0.0, paint_order.task.mask)

    def run(self) -> Iterator[EngineEvent]:
        """:raises NoSource: something is to be removed from nothing"""
        self.paint_order.check(Phase.ENCODING)
        if not self.hole.any() or self.manner.strength <= 0.0:
            yield EngineResult(self.lanes.over(np.copy, self.task.image))
            return
        plan = self._plan()
        place = window(plan.region)
        canvas = canvas_of(self.task.image[place], self._check_encoding)
        ground = Ground(canvas.colours, self.lanes.over(np.copy, self.hole[place]), canvas.known)
        if self._is_only_cleared(ground):
            yield EngineResult(self._crop(ground.colours, plan))
            return
        under = yield from self._under(ground)
        mask = denoise_mask(self.task.mask[place], plan.edge, self.lanes)
        painted = yield from self._passes(plan, ground, under, mask)
        finished = self._finished(painted, ground)
        yield self.paint_order.findings.result(self._crop(finished, plan))

    def _plan(self) -> Plan:
        traits, options = self.paint_order.painter.traits, self.paint_order.options
        size = size_of(self.task.image)
        if not self.hole.all():
            bounds = mask_bounds(self.hole)
            return plan_fill(bounds, size, traits, self.manner.strength, options)
        exact = seamless_of(self.task) is not Seamless.NONE
        return plan_whole(size, traits, self.manner.strength, options, exact=exact)

    def _is_only_cleared(self, ground: Ground) -> bool:
        """Whether something is to be removed that has nothing but transparency around it."""
        removes = self.manner.replaces and self.manner.intent is Intent.REMOVE
        if removes and self.hole.all():
            raise NoSource
        return removes and not ground.usable.any()

    def _under(self, ground: Ground) -> Generator[EngineEvent, None, RgbImage | None]:
        """What is painted over; None where there is nothing, neither picture nor surroundings."""
        if not self.manner.replaces:
            return ground.colours
        if not ground.usable.any():
            return None
        filling = prefilled(ground, self.manner.intent, self.task.seed, self.paint_order.context)
        while True:
            try:
                event = next(filling)
            except StopIteration as end:
                return end.value
            yield type(event)(event.phase, _PREFILL.at(event.fraction))

    def _passes(
        self, plan: Plan, ground: Ground, under: RgbImage | None, mask: FloatMask
    ) -> Generator[EngineEvent, None, RgbImage]:
        """The region's colours after all passes; outside of what they paint, the picture's own."""
        current = under
        for number, (each, share) in enumerate(_shared(plan.passes)):
            first = number == 0
            strength = each.strength
            if first and self.manner.replaces and under is not None:
                strength = self.manner.start
            together = first and self._starts_alike
            current = yield from self._pass(
                plan, each, share, ground, current, mask, strength, together=together
            )
        if current is None:
            raise RuntimeError("a plan without passes")
        return current

    def _pass(
        self, plan: Plan, each: Pass, share: Share, ground: Ground, under: RgbImage | None,
        mask: FloatMask, strength: float, *, together: bool,
    ) -> Generator[EngineEvent, None, RgbImage]:  # fmt: skip
        """``under`` with what was painted under M; what was painted beyond shows to nobody, the
        next pass included."""
        frame = each.frame
        inner = window(frame.region.translated(-plan.region.x, -plan.region.y))
        image = None if under is None else into_frame(frame, under[inner], self._check_encoding)
        partial = None
        if not self.lanes.all(lambda band: band == 1.0, mask):
            partial = mask_into_frame(frame, mask[inner], self._check_encoding)
        painted = yield from self.paint_order.paint(
            frame, share, image, partial, strength, instruction=self.manner.instruction,
            together=together,
        )  # fmt: skip
        painted = unpadded(frame, painted)
        if image is not None:
            painted = self._matched(painted, unpadded(frame, image), ground, inner, frame)
        joined = self.lanes.over(np.copy, ground.colours if under is None else under)
        hole = ground.hole[inner]
        changed = mask_bounds(hole)
        most = 2 if each is not plan.passes[-1] else 4
        part = resized_part(painted, frame.region.size, changed, self.paint_order.context, most)
        self._put(part, joined[inner][window(changed)], hole[window(changed)])
        return joined

    def _put(self, made: FloatImage, goal: FloatImage, hole: BoolMask) -> None:
        """``made`` into ``goal`` where the hole is."""

        def put(rows: slice) -> None:
            np.copyto(goal[rows], made[rows], where=hole[rows][..., None])

        self.lanes.bands(put, *hole.shape)

    @property
    def _starts_alike(self) -> bool:
        """Whether all variations begin over the same: a pre-fill of the picture's own pieces is
        another for each seed."""
        return not (self.manner.replaces and self.manner.intent in SEEDED)

    def _matched(
        self, painted: RgbImage, before: RgbImage, ground: Ground, inner: Window, frame: Frame
    ) -> RgbImage:
        """At the size that it was painted in. ``before`` is the picture's where that counts."""
        check = self._check_decoding
        hole = scaled_mask(floats_of(ground.hole[inner], check), frame.inner, check) > 0.0
        known = scaled_mask(floats_of(ground.known[inner], check), frame.inner, check) >= 1.0
        amount = self.paint_order.options.colour_match
        return matched(painted, before, hole, known, amount, check)

    def _check_encoding(self) -> None:
        self.paint_order.check(Phase.ENCODING)

    def _check_decoding(self) -> None:
        self.paint_order.check(Phase.DECODING)

    def _finished(self, painted: RgbImage, ground: Ground) -> RgbImage:
        seed = self.task.seed * 8191 + 1
        finished = with_grain(
            painted, ground.colours, ground.hole, ground.known,
            self.paint_order.options.grain, seed, self.lanes,
        )  # fmt: skip
        if finished.ratio is not None:
            self.paint_order.findings.metrics["residual_noise"] = finished.ratio
        return finished.image

    def _crop(self, painted: RgbImage, plan: Plan) -> FloatImage:
        """The crop with what was painted where M shows it, and itself elsewhere."""
        result = self.lanes.over(np.copy, self.task.image)
        bounds = mask_bounds(self.hole)
        place = window(bounds)
        inner = window(bounds.translated(-plan.region.x, -plan.region.y))
        alpha = self._alpha(plan)[inner]
        made = to_crop(painted[inner], alpha, result.shape[2], self._check_decoding)
        if not self.manner.replaces:
            made = self.lanes.over(_brought_back, made, self.task.image[place])
        self._put(made, result[place], self.hole[place])
        return result

    def _alpha(self, plan: Plan) -> NDArray[np.float32]:
        """Of the region. What replaces is opaque; what is removed leaves the alpha around it; else
        the picture's."""
        region, hole = self.task.image[window(plan.region)], self.hole[window(plan.region)]
        alpha = self.lanes.over(_alpha, region)
        if not self.manner.replaces:
            return alpha
        opaque = self.manner.intent is not Intent.REMOVE
        if opaque or self.lanes.all(lambda band: band == 1.0, alpha):
            return self.lanes.over(np.ones_like, alpha)
        usable = self.lanes.over(_usable, all_finite(region, self._check_decoding), hole)
        spread_ = spread(alpha[..., None], usable, self._check_decoding)
        return self.lanes.over(lambda band: np.clip(band[..., 0], 0.0, 1.0), spread_)


def _alpha(image: FloatImage) -> FloatMask:
    return np.clip(np.nan_to_num(image[..., -1], nan=1.0), 0.0, 1.0)


def _usable(finite: BoolMask, hole: BoolMask) -> FloatMask:
    return (finite & ~hole).astype(np.float32)


def _brought_back(made: FloatImage, image: FloatImage) -> FloatImage:
    """With what of the picture's colours the painter was not shown."""
    made[..., :-1] += beyond(image)
    return made


def _shared(passes: tuple[Pass, ...]) -> Iterator[tuple[Pass, Share]]:
    """Each pass with its share of the progress, by pixels and steps."""
    costs = [each.frame.outer.area * each.strength for each in passes]
    done = 0.0
    for each, cost in zip(passes, costs, strict=True):
        yield each, _PASSES.part(done / sum(costs), cost / sum(costs))
        done += cost
