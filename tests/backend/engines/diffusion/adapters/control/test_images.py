from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.diffusion.adapters.control.images import control_image, surroundings
from velatura_backend.engines.diffusion.adapters.control.kinds import (
    KINDS,
    Making,
    kind_named,
    kinds_of,
    modes_of,
)
from velatura_backend.models.records import Family

SCRIBBLE, CANNY, DEPTH, POSE, TILE, COLOUR, CUSTOM = (
    kind_named(each) for each in ("scribble", "canny", "depth", "pose", "tile", "colour", "custom")
)


def layer(colours, alpha=1.0):
    plane = np.broadcast_to(np.float32(alpha), colours.shape[:2])
    return np.dstack([colours, plane]).astype(np.float32)


def photograph():
    y, x = np.mgrid[:64, :64] / 63.0
    image = np.dstack([x, y, 0.5 + 0.3 * np.sin(9 * x)]).astype(np.float32)
    image[20:44, 20:44] = (0.9, 0.1, 0.1)
    return image


def strokes():
    alpha = np.zeros((64, 64), np.float32)
    alpha[30:33, 5:60] = 1.0
    return alpha


@pytest.mark.parametrize("kind", [SCRIBBLE, CANNY])
def test_strokes_are_taken_as_drawn_whether_on_nothing_on_paper_or_on_black(kind):
    ink = np.repeat((1 - strokes())[..., None], 3, axis=2)
    for drawn in (layer(np.full((64, 64, 3), 0.7), strokes()), layer(ink), layer(1 - ink)):
        found = control_image(kind, drawn, "auto", None)
        np.testing.assert_allclose(found[..., 0], strokes(), atol=1e-6)


def test_a_picture_goes_through_the_preprocessor():
    found = control_image(CANNY, layer(photograph()), "auto", None)
    assert set(np.unique(found)) == {0.0, 1.0}
    assert 0.01 < found.mean() < 0.3


def test_what_is_said_to_be_ready_is_left_alone_over_black():
    image = photograph()
    np.testing.assert_array_equal(control_image(CANNY, layer(image), "ready", None), image)
    assert control_image(DEPTH, layer(image, 0.0), "ready", None).max() == 0.0


def test_depth_is_made_by_the_network_unless_it_is_there_already():
    def network(kind, colours):
        return np.full_like(colours, 0.25)

    made = control_image(DEPTH, layer(photograph()), "auto", network)
    assert (made == 0.25).all()
    grey = np.repeat(photograph()[..., :1], 3, axis=2)
    np.testing.assert_array_equal(control_image(DEPTH, layer(grey), "auto", network), grey)
    sticks = np.zeros((64, 64, 3), np.float32)
    sticks[10, 5:60] = (1.0, 0.0, 0.3)
    np.testing.assert_array_equal(control_image(POSE, layer(sticks), "auto", network), sticks)
    np.testing.assert_array_equal(
        control_image(DEPTH, layer(photograph()), "auto", None), photograph()
    )


def test_pictures_are_taken_as_they_are_and_colours_in_a_grid():
    image = photograph()
    for kind in (TILE, CUSTOM):
        np.testing.assert_array_equal(control_image(kind, layer(image), "auto", None), image)
    grid = control_image(COLOUR, layer(image), "auto", None)
    assert len(np.unique(grid.reshape(-1, 3), axis=0)) == 1


def test_surroundings_leave_out_what_is_painted():
    mask = np.zeros((64, 64), np.float32)
    mask[10:20, 10:20] = 0.5
    found = surroundings(photograph(), mask)
    assert (found[mask > 0] == -1.0).all()
    np.testing.assert_array_equal(found[mask == 0], photograph()[mask == 0])


def test_kinds_and_their_numbers():
    known = {each.id for each in KINDS}
    for family in Family:
        assert set(modes_of(family)) <= known
    assert {each.making for each in KINDS} == set(Making)


@pytest.mark.parametrize(
    ("detail", "kinds"), [("canny", {"canny"}), ("", {"custom"}), ("something", {"custom"})]
)
def test_kinds_of_a_network(detail, kinds, tmp_path):
    from velatura_backend.models.records import InstalledModel, ModelForm, ModelKind

    network = InstalledModel(
        "n", "n", ModelKind.CONTROL, Family.SD15, tmp_path, ModelForm.FILE, detail=detail
    )
    assert set(kinds_of(network)) == kinds
