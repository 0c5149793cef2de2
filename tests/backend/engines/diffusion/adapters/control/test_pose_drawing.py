from __future__ import annotations

import numpy as np

from velatura_backend.engines.diffusion.adapters.control.pose_drawing import (
    Joint,
    drawn_figure,
    openpose_joints,
)


def a_figure(score=0.9):
    """COCO's seventeen, facing us: its left is at our right."""
    places = [
        (50, 20), (54, 16), (46, 16), (60, 18), (40, 18), (70, 40), (30, 40), (80, 60), (20, 60),
        (85, 80), (15, 80), (62, 90), (38, 90), (64, 120), (36, 120), (66, 150), (34, 150),
    ]  # fmt: skip
    return [Joint(float(x), float(y), score) for x, y in places]


def test_the_neck_is_between_the_shoulders():
    joints = openpose_joints(a_figure())
    assert len(joints) == 18
    assert (joints[1].x, joints[1].y) == (50.0, 40.0)
    assert (joints[2].x, joints[5].x) == (30.0, 70.0)


def test_joints_have_their_colours_and_sticks_go_between_them():
    picture = drawn_figure(openpose_joints(a_figure()), 170, 100)
    np.testing.assert_allclose(picture[20, 50], (1.0, 0.0, 0.0), atol=1e-6)  # the nose
    np.testing.assert_allclose(picture[40, 50], (1.0, 1 / 3, 0.0), atol=1e-6)  # the neck
    np.testing.assert_allclose(picture[40, 40], (0.6, 0.0, 0.0), atol=1e-6)  # to a shoulder
    assert picture[105, 37].max() > 0.5
    assert picture[5, 5].max() == 0.0
    assert picture[165, 50].max() == 0.0


def test_what_is_unsure_is_left_out():
    unsure = a_figure(0.1)
    assert drawn_figure(openpose_joints(unsure), 60, 40).max() == 0.0
    unsure[0] = Joint(50.0, 20.0, 0.9)
    picture = drawn_figure(openpose_joints(unsure), 170, 100)
    assert (picture.max(axis=2) > 0).sum() < 20
