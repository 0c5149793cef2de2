"""Paints a picture from nothing but words, in exactly the size asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size

from ...base import EngineEvent
from ..painting.contract import RgbImage, Seamless
from ..quality.canvas import to_crop
from ..quality.enlarging import resized
from ..quality.frames import into_frame, unpadded
from ..quality.plan import plan_whole
from .paint_order import PaintOrder, Share, seamless_of


def drawn(paint_order: PaintOrder) -> Iterator[EngineEvent]:
    """Painted at a size that the model is good at; what is larger is enlarged and refined.

    Without a prompt it is whatever the model comes up with.
    """
    height, width = paint_order.task.target or paint_order.task.image.shape[:2]
    size = Size(width, height)
    exact = seamless_of(paint_order.task) is not Seamless.NONE
    plan = plan_whole(size, paint_order.painter.traits, 1.0, paint_order.options, exact=exact)
    areas = [each.frame.outer.area * each.strength for each in plan.passes]
    painted: RgbImage | None = None
    for number, each in enumerate(plan.passes):
        paint_order.check(Phase.ENCODING)
        share = Share(0.97 * sum(areas[:number]) / sum(areas), 0.97 * areas[number] / sum(areas))
        frame = each.frame
        image = None
        if painted is not None:
            image = into_frame(
                frame, resized(painted, frame.inner, paint_order.context), paint_order.check
            )
        result = yield from paint_order.paint(
            frame, share, image, None, each.strength, together=number == 0
        )
        painted = unpadded(frame, result)
    if painted is None:
        raise RuntimeError("a plan without passes")
    colours = resized(painted, size, paint_order.context)
    alpha = np.ones((height, width), np.float32)
    made = to_crop(
        colours, alpha, paint_order.task.image.shape[2], lambda: paint_order.check(Phase.DECODING)
    )
    yield paint_order.findings.result(made)
