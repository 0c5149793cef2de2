"""New proportions for a picture."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from tests.backend.engines.vary_tasks import (
    leaf,
    made,
    make_task,
    spots,
)
from tests.contracts.engine import (
    SERIAL,
    EngineContract,
    RecordingContext,
    picture,
)
from velatura_backend.engines.builtin.vary.retarget import RetargetEngine
from velatura_protocol.errors import Cancelled
from velatura_protocol.tasks import Operation

pytestmark = pytest.mark.usefixtures("warm")


class TestRetargetKeepsTheContract(EngineContract):
    engine_id = "builtin_retarget"

    def test_cancel_while_it_works_stops_it_soon(self):
        """Without a target there is nothing to do; see the test with one."""


@pytest.mark.parametrize("target", [(80, 130), (80, 60), (110, 90), (50, 90), (120, 70)])
def test_protected_pixels_are_all_there_side_by_side(target):
    image = picture(80, 90, 4)
    subject = (slice(20, 45), slice(30, 52))
    image[subject] = spots(25, 22, seed=3)
    protect = np.zeros((80, 90), np.float32)
    protect[subject] = 1.0
    result = made(make_task(Operation.RETARGET, image, target=target, protect=protect))
    assert result.metrics["protected_kept"] == 1.0
    assert contains(result.image, image[subject])


def contains(image: np.ndarray, part: np.ndarray) -> bool:
    height, width = part.shape[:2]
    ys, xs = np.nonzero((image == part[0, 0]).all(axis=2))
    return any(
        np.array_equal(image[y : y + height, x : x + width], part)
        for y, x in zip(ys, xs, strict=True)
    )


def test_what_cannot_be_kept_is_said():
    protect = np.ones((60, 60), np.float32)
    result = made(make_task(Operation.RETARGET, spots(60, 60), target=(60, 40), protect=protect))
    assert result.metrics["protected_kept"] == 0.0
    assert result.image.shape == (60, 40, 4)


def test_both_sides_larger_is_an_enlargement_first():
    result = made(make_task(Operation.RETARGET, picture(60, 60, 4), target=(120, 150)))
    assert result.image.shape == (120, 150, 4)


def test_the_same_size_is_the_same_picture():
    image = spots(33, 35)
    assert np.array_equal(made(make_task(Operation.RETARGET, image, target=(33, 35))).image, image)


def test_transparency_is_carried_along():
    image = leaf()
    result = made(make_task(Operation.RETARGET, image, target=(96, 140))).image
    assert result[:, :8, 3].max() < 0.1
    assert result[..., 3].max() > 0.95
    assert (result[..., :3] * result[..., 3:]).max() < 2.0


def test_cancel_while_it_works_stops_a_retargeting_soon():
    context = RecordingContext(threads=2, previews=False)
    task = make_task(Operation.RETARGET, spots(500, 500))
    cancelled_at: list[float] = []

    def cancel() -> None:
        cancelled_at.append(time.process_time())
        context.cancel.flag[0] = SERIAL

    timer = threading.Timer(0.1, cancel)
    timer.start()
    events = RetargetEngine().run(task, context)
    with pytest.raises(Cancelled):
        list(events)
    assert time.process_time() - cancelled_at[0] < 1.0
    timer.join()
