"""Control layers lie under the pass that is painted, whatever is done with the picture."""

from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.diffusion.operations.paint_order import framed
from velatura_backend.engines.diffusion.quality.plan import Frame
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.tasks import Intent, Operation

LAYER = np.zeros((64, 96, 4), np.float32)
LAYER[..., 3] = 1.0
LAYER[:32, :48, 0] = 1.0
LAYER[32:, 48:, 1] = 1.0


def under(operation, region, layer=LAYER, **more):
    task = EngineTask(
        operation, Intent.NONE, np.zeros((64, 96, 4), np.float32), np.ones((64, 96), np.float32),
        seed=0, images={"control:tile": (layer,), "style": (layer,)}, **more,
    )  # fmt: skip
    frame = Frame(region, Size(48, 32), Size(48, 48))
    found = framed(task, frame)
    assert found.images["style"][0] is layer
    (picture,) = found.images["control:tile"]
    assert picture.shape == (48, 48, 4)
    return picture[4:28, 4:44].mean((0, 1))


@pytest.mark.parametrize(
    ("operation", "scale", "factor"),
    [
        (Operation.FILL, None, 1),
        (Operation.UPSCALE, 2.0, 2),
        (Operation.UPSCALE, None, 2),
        (Operation.UPSCALE, 4.0, 4),
    ],
)
def test_each_part_is_steered_by_what_lies_under_it(operation, scale, factor):
    across, down = 48 * factor, 32 * factor
    first = under(operation, Rect(0, 0, across, down), scale=scale)
    last = under(operation, Rect(across, down, across, down), scale=scale)
    np.testing.assert_allclose(first, (1, 0, 0, 1), atol=0.02)
    np.testing.assert_allclose(last, (0, 1, 0, 1), atol=0.02)


def test_a_layer_of_the_documents_size_is_cut_where_the_crop_is():
    document = np.zeros((200, 200, 4), np.float32)
    document[..., 3] = 1.0
    document[100:132, 50:98, 2] = 1.0
    found = under(
        Operation.FILL, Rect(0, 0, 48, 32), document, origin=(100, 50), document=(200, 200)
    )
    np.testing.assert_allclose(found, (0, 0, 1, 1), atol=0.02)
