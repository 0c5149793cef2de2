from __future__ import annotations

from velatura_backend.imaging.crop import context_crop, merge_overlapping
from velatura_protocol.engines import ContextRule
from velatura_protocol.geometry import Rect, Size

CANVAS = Size(1000, 800)


def test_the_longer_side_times_the_factor_is_added_on_each_side():
    crop = context_crop(Rect(400, 300, 100, 20), ContextRule(0.5, 10), CANVAS)
    assert crop == Rect(350, 250, 200, 120)


def test_the_minimum_counts_for_small_masks():
    assert context_crop(Rect(500, 400, 1, 1), ContextRule(1.0, 96), CANVAS) == Rect(
        404, 304, 193, 193
    )


def test_the_canvas_clips_the_crop():
    assert context_crop(Rect(0, 0, 1, 1), ContextRule(1.0, 96), CANVAS) == Rect(0, 0, 97, 97)
    assert context_crop(Rect(0, 0, 1000, 800), ContextRule(), CANVAS) == Rect.of_size(CANVAS)


def test_the_reach_of_the_edge_counts_as_edited():
    crop = context_crop(Rect(500, 400, 10, 10), ContextRule(1.0, 0), CANVAS, reach=5)
    assert crop == Rect(500 - 5 - 20, 400 - 5 - 20, 60, 60)


def test_nothing_needs_no_context():
    assert context_crop(Rect(7, 7, 0, 0), ContextRule(), CANVAS).is_empty


def test_a_larger_crop_may_reach_a_third_place():
    rule = ContextRule(1.0, 0)
    near = [Rect(100, 100, 10, 10), Rect(125, 100, 10, 10)]
    third = Rect(171, 100, 2, 2)
    assert len(merge_overlapping([near[0], third], rule, CANVAS, 0)) == 2
    assert merge_overlapping([*near, third], rule, CANVAS, 0) == [Rect(100, 100, 73, 10)]
