from __future__ import annotations

import numpy as np

from velatura_backend.engines.diffusion.adapters.control.segment_palette import (
    CLASSES,
    drawn_segments,
    palette,
    share_in_palette,
)


def test_a_colour_for_each_of_the_data_sets_kinds():
    colours = palette()
    assert colours.shape == (CLASSES, 3)
    assert len(np.unique(colours, axis=0)) == CLASSES - 1  # roads and skyscrapers share one
    wall, building, sky, floor, tree = colours[:5].tolist()
    assert (wall, sky, tree) == ([120, 120, 120], [6, 230, 230], [4, 200, 3])
    assert (building, floor) == ([180, 120, 120], [80, 50, 50])
    assert colours[12].tolist() == [150, 5, 61]  # a person
    assert colours[-1].tolist() == [92, 0, 255]  # a flag


def test_a_map_is_known_by_its_colours():
    classes = np.arange(CLASSES).reshape(10, 15).repeat(4, 0).repeat(4, 1)
    drawn = drawn_segments(classes)
    assert drawn.dtype == np.float32
    assert (drawn.min(), drawn.max()) == (0.0, 1.0)
    assert share_in_palette(drawn) == 1.0
    assert share_in_palette(drawn + np.float32(0.01)) == 1.0
    photograph = np.random.default_rng(0).random((64, 64, 3), np.float32)
    assert share_in_palette(photograph) < 0.02
    assert share_in_palette(np.full((4, 4, 3), np.nan, np.float32)) == 0.0
    for tone in (0.0, 1.0):
        assert share_in_palette(np.full((4, 4, 3), tone, np.float32)) == 0.0
