"""New layouts of a picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.backend.engines.vary_tasks import (
    events_of,
    leaf,
    made,
    make_task,
    spots,
)
from tests.contracts.engine import (
    EngineContract,
    hole_in,
)
from velatura_backend.engines.base import EnginePreview, EngineResult, EngineTask
from velatura_protocol.errors import NoSource
from velatura_protocol.tasks import Operation

pytestmark = pytest.mark.usefixtures("warm")


class TestVaryKeepsTheContract(EngineContract):
    engine_id = "builtin_vary"
    slow_side = 500

    def make_task(self, height: int, width: int, channels: int) -> EngineTask:
        """A picture whose borders do not fit: the contract wants something to do."""
        task = super().make_task(height, width, channels)
        return replace(task, image=spots(height, width, channels))


def test_what_is_protected_or_not_under_the_mask_stays_to_the_last_bit():
    image, mask = spots(96, 96), hole_in(96, 96)
    protect = np.zeros((96, 96), np.float32)
    protect[40:50, 40:50] = 1.0
    for event in events_of(make_task(Operation.VARY, image, mask, protect=protect)):
        if isinstance(event, EngineResult | EnginePreview):
            stays = (mask == 0.0) | (protect > 0.0)
            assert np.array_equal(event.image[stays], image[stays])
    changed = np.abs(event.image - image).max(axis=2) > 0.05
    assert changed[(mask > 0.0) & (protect == 0.0)].mean() > 0.3


def test_strength_is_how_much_changes():
    image = spots(120, 120)
    some, all_ = (
        made(make_task(Operation.VARY, image, strength=strength)).image for strength in (0.0, 1.0)
    )
    assert np.array_equal(some, image)
    assert np.mean(np.abs(all_ - image).max(axis=2) > 0.05) > 0.5


def test_what_is_excluded_is_never_copied():
    image = spots(96, 96)
    image[:, 60:, :3] = (5.0, 0.0, 0.0)
    exclude = np.zeros((96, 96), np.float32)
    exclude[:, 56:] = 1.0
    mask = np.zeros((96, 96), np.float32)
    mask[:, :40] = 1.0
    result = made(make_task(Operation.VARY, image, mask, exclude=exclude)).image
    assert result[:, :40, 0].max() < 2.0


def test_nothing_to_copy_is_no_source():
    task = make_task(Operation.VARY, spots(40, 40), exclude=np.ones((40, 40), np.float32))
    with pytest.raises(NoSource):
        events_of(task)


def test_a_compact_layer_keeps_its_outline_and_hidden_colour_stays_hidden():
    image = leaf()
    result = made(make_task(Operation.VARY, image)).image
    assert np.array_equal(result[..., 3], image[..., 3])
    assert result[image[..., 3] > 0.0][:, 1].max() < 2.0


def test_scattered_strokes_move():
    image = np.zeros((96, 96, 4), np.float32)
    image[8::16, 4:60] = image[9::16, 4:60] = (0.2, 0.4, 0.9, 1.0)
    kept = made(make_task(Operation.VARY, image, parameters={"outline": "keep"})).image
    moved = made(make_task(Operation.VARY, image)).image
    assert np.array_equal(kept[..., 3], image[..., 3])
    assert not np.array_equal(moved[..., 3], image[..., 3])
    assert moved[..., 3].max() > 0.9


def test_an_invisible_picture_is_given_back():
    image = spots(30, 30)
    image[..., 3] = 0.0
    result = made(make_task(Operation.VARY, image, parameters={"outline": "keep"})).image
    assert np.array_equal(result, image)
