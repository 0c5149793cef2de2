from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import RecordingContext, fresh_token, hole_in, picture, result_of
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin import enlarging
from velatura_backend.engines.builtin.fill import FillEngine
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.source_map import SourceMap
from velatura_protocol.messages import LayerPart
from velatura_protocol.tasks import Intent, Operation, Placement, Role


@pytest.fixture
def lanes():
    with Lanes(1, fresh_token()) as made:
        yield made


def run(image, mask, **images):
    task = EngineTask(
        Operation.FILL, Intent.REMOVE, image, mask, 0, images=images,
        parameters={"source_map": True, "copy_from": "source" if images else "both"},
    )  # fmt: skip
    return result_of(list(FillEngine().run(task, RecordingContext(previews=False))))


@pytest.mark.parametrize(
    ("offset", "strongest", "weakest"),
    [((0, 9), 0, 1), ((9, 0), 1, 2), ((0, -9), 2, 0), ((-9, 0), 2, 1)],
)
def test_the_hue_tells_the_direction(lanes, offset, strongest, weakest):
    shown = SourceMap(4, 4)
    shown.offset[:] = offset
    colour = shown.picture(np.ones((4, 4), np.bool_), 4, lanes)[2, 2]
    assert colour[:3].argmax() == strongest or colour[strongest] == colour[:3].max()
    assert colour[weakest] == colour[:3].min()


def test_far_is_stronger_than_near_and_joints_are_darker(lanes):
    shown = SourceMap(6, 8)
    shown.offset[:, :4] = (0, 5)
    shown.offset[:, 4:] = (0, 50)
    hole = np.ones((6, 8), np.bool_)
    hole[0] = False
    coloured = shown.picture(hole, 4, lanes)
    assert np.ptp(coloured[3, 1, :3]) < np.ptp(coloured[3, 6, :3])
    np.testing.assert_allclose(coloured[3, 4, :3], coloured[3, 6, :3] / 2.0)
    assert not coloured[0, :, 3].any()
    assert coloured[1:, :, 3].all()
    grey = shown.picture(hole, 2, lanes)
    assert grey[3, 1, 0] > grey[3, 6, 0] > grey[3, 4, 0]


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("limit", [2_000_000, 1_000])
@pytest.mark.parametrize("channels", [2, 4])
def test_the_engine_yields_it_above_the_result(monkeypatch, limit, channels):
    monkeypatch.setattr(enlarging, "_MOST_UNKNOWNS", limit)
    image, mask = picture(120, 110, channels), hole_in(120, 110)
    (layer,) = run(image, mask).layers
    assert layer.part is LayerPart.SOURCE_MAP
    assert layer.placement is Placement.ABOVE
    assert layer.image.shape == image.shape
    assert layer.mask is not None
    assert np.array_equal(layer.mask > 0, mask > 0)
    assert np.array_equal(layer.image[..., -1] > 0, mask > 0)
    assert layer.image[mask > 0][:, 0].std() > 0.0


@pytest.mark.usefixtures("warm")
def test_another_picture_is_grey():
    image, mask = picture(120, 110, 4), hole_in(120, 110)
    (layer,) = run(image, mask, **{Role.SOURCE: (picture(60, 70, 4, seed=3),)}).layers
    assert np.ptp(layer.image[mask > 0][:, :3], axis=1).max() == 0.0


@pytest.mark.usefixtures("warm")
def test_nobody_who_did_not_ask_gets_it():
    task = EngineTask(Operation.FILL, Intent.REMOVE, picture(60, 60, 4), hole_in(60, 60), 0)
    events = list(FillEngine().run(task, RecordingContext(previews=False)))
    assert result_of(events).layers == ()
