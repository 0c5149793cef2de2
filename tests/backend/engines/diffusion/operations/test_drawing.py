from __future__ import annotations

import numpy as np

from tests.backend.engines.diffusion.painters import KnownPainter
from tests.contracts.engine import RecordingContext, result_of
from velatura_backend.engines.base import EngineProgress, EngineTask
from velatura_backend.engines.diffusion.operations.drawing import drawn
from velatura_backend.engines.diffusion.operations.paint_order import PaintOrder
from velatura_backend.engines.diffusion.quality.options import QualityOptions
from velatura_protocol.tasks import Intent, Operation


def test_a_large_picture_is_painted_small_enlarged_and_refined():
    blank = np.zeros((8, 8, 4), np.float32)
    mask = np.ones((8, 8), np.float32)
    task = EngineTask(Operation.GENERATE, Intent.NONE, blank, mask, 3, target=(200, 260))
    painter = KnownPainter()
    paint_order = PaintOrder(
        task, RecordingContext(), painter, QualityOptions(), lambda _, request: request
    )
    events = list(drawn(paint_order))
    image = result_of(events).image
    assert isinstance(image, np.ndarray)
    assert image.shape == (200, 260, 4)
    first, second = painter.requests
    assert first.image is None
    assert second.image is not None
    assert second.strength == 0.4
    fractions = [each.fraction for each in events if isinstance(each, EngineProgress)]
    assert fractions == sorted(fractions)
