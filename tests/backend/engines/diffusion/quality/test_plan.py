from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backend.engines.diffusion.painters import SD15, SMALL, WIDE
from velatura_backend.engines.diffusion.painting.contract import Traits
from velatura_backend.engines.diffusion.quality.options import ContextKind, QualityOptions
from velatura_backend.engines.diffusion.quality.plan import (
    Frame,
    Plan,
    edge_of,
    mask_area,
    native_scale,
    plan_fill,
    plan_whole,
)
from velatura_protocol.geometry import Rect, Size

SDXL = Traits(16, 1024**2, 800**2, 1024**2, 640, 1280)
MODELS = (SMALL, SD15, SDXL, WIDE)
STANDARD = QualityOptions()


@st.composite
def selections(draw: st.DrawFn) -> tuple[Rect, Size]:
    size = Size(draw(st.integers(1, 3000)), draw(st.integers(1, 3000)))
    x, y = draw(st.integers(0, size.width - 1)), draw(st.integers(0, size.height - 1))
    width = draw(st.integers(1, size.width - x))
    return Rect(x, y, width, draw(st.integers(1, size.height - y))), size


def check_frame(frame: Frame, traits: Traits) -> None:
    assert frame.outer.width % traits.multiple == frame.outer.height % traits.multiple == 0
    assert frame.inner.width <= frame.outer.width
    assert frame.inner.height <= frame.outer.height
    assert min(frame.outer.width, frame.outer.height) >= traits.min_side


@settings(max_examples=150, deadline=None)
@given(
    selections(),
    st.sampled_from(MODELS),
    st.sampled_from((1.0, 0.8, 0.3, 0.01)),
    st.sampled_from(tuple(ContextKind)),
)
def test_every_plan_keeps_its_promises(
    selection: tuple[Rect, Size], traits: Traits, strength: float, context: ContextKind
):
    bounds, size = selection
    options = replace(STANDARD, context=context)
    plan = plan_fill(bounds, size, traits, strength, options)
    assert Rect.of_size(size).contains(plan.region)
    assert plan.region.contains(bounds)
    assert 1 <= len(plan.passes) <= 2
    for each in plan.passes:
        check_frame(each.frame, traits)
        assert plan.region.contains(each.frame.region)
        assert each.frame.region.contains(bounds)
    check_first(plan, traits)


def check_first(plan: Plan, traits: Traits) -> None:
    """The first pass is of the model's own size, but where the region's shape forbids it."""
    inner = plan.passes[0].frame.inner
    assert max(inner.width, inner.height) <= traits.max_side
    slack = (1.0 + 1.0 / inner.width) * (1.0 + 1.0 / inner.height)
    assert inner.area <= traits.max_area * slack


@given(selections(), st.sampled_from(MODELS))
@settings(max_examples=60, deadline=None)
def test_a_region_in_the_models_range_is_not_scaled(selection: tuple[Rect, Size], traits: Traits):
    region, _ = selection
    scale = native_scale(region, traits)
    fits = (
        traits.min_area <= region.area <= traits.max_area
        and traits.min_side <= min(region.width, region.height)
        and max(region.width, region.height) <= traits.max_side
    )
    assert (scale == 1.0) or not fits


@pytest.mark.parametrize(
    ("canvas", "side", "edges", "area"),
    [
        ((1024, 1024), 64, (4, 8), 256),
        ((1024, 1024), 256, (4, 9), 384),
        ((1024, 1024), 512, (4, 18), 752),
        ((2048, 1536), 1024, (4, 36), 1504),
    ],
)
def test_constants_are_those_of_the_table(canvas, side, edges, area):
    size = Size(*canvas)
    bounds = Rect((size.width - side) // 2, (size.height - side) // 2, side, side)
    edge = edge_of(bounds, 1.0, STANDARD)
    assert (edge.outside, edge.inside) == edges
    found = mask_area(bounds, size, edge, STANDARD)
    assert abs(found.width - area) <= 16
    assert abs(found.height - area) <= 16


def sizes(plan: Plan) -> list[tuple[int, int]]:
    return [(each.frame.outer.width, each.frame.outer.height) for each in plan.passes]


def test_a_small_selection_is_painted_once_as_it_is():
    plan = plan_fill(Rect(400, 400, 64, 64), Size(1024, 1024), SD15, 1.0, STANDARD)
    assert sizes(plan) == [(512, 512)]
    assert plan.passes[0].frame.scale == 1.0


def test_a_large_one_twice_and_the_second_time_over_the_mask_alone():
    plan = plan_fill(Rect(1500, 1500, 1024, 1024), Size(4096, 4096), SD15, 1.0, STANDARD)
    first, second = plan.passes
    assert first.frame.outer.area <= 512 * 768
    assert second.strength == 0.4
    assert second.frame.scale == 1.0
    assert second.frame.region.area < 0.5 * first.frame.region.area


def test_without_a_second_pass_it_is_enlarged_only():
    options = replace(STANDARD, second_pass=0.0)
    plan = plan_fill(Rect(1500, 1500, 1024, 1024), Size(4096, 4096), SD15, 1.0, options)
    assert len(plan.passes) == 1


def test_the_largest_pass_is_kept_to():
    options = replace(STANDARD, largest_pass=2_000_000)
    plan = plan_fill(Rect(100, 100, 3000, 3000), Size(4096, 4096), SDXL, 1.0, options)
    assert plan.passes[-1].frame.inner.area <= 2_001_000
    assert len(plan.passes) == 2


def test_a_weak_refinement_stays_one_pass():
    plan = plan_fill(Rect(100, 100, 3000, 3000), Size(4096, 4096), SD15, 0.4, STANDARD)
    assert len(plan.passes) == 1


def test_a_tiny_picture_is_enlarged_to_what_the_model_knows():
    plan = plan_fill(Rect(1, 1, 1, 1), Size(3, 5), SD15, 1.0, STANDARD)
    assert plan.region == Rect(0, 0, 3, 5)
    frame = plan.passes[0].frame
    assert frame.inner.height == pytest.approx(768, abs=2)


def test_selection_only_sees_nothing_else():
    options = replace(STANDARD, context=ContextKind.SELECTION)
    bounds = Rect(100, 120, 700, 300)
    assert plan_fill(bounds, Size(2000, 2000), SDXL, 1.0, options).region == bounds


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 4000), st.integers(1, 4000), st.sampled_from(MODELS), st.booleans())
def test_whole_pictures_of_any_size(width: int, height: int, traits: Traits, exact: bool):
    plan = plan_whole(Size(width, height), traits, 1.0, STANDARD, exact=exact)
    for each in plan.passes:
        check_frame(each.frame, traits)
        assert each.frame.region == Rect(0, 0, width, height)
        if exact:
            assert each.frame.inner == each.frame.outer


def test_regions_are_no_strips_where_there_is_room():
    plan = plan_fill(Rect(100, 1000, 1400, 20), Size(3000, 3000), WIDE, 1.0, STANDARD)
    assert plan.region.height >= 0.5 * plan.region.width - 64


def test_edges_shrink_with_the_strength():
    bounds = Rect(0, 0, 1000, 1000)
    assert edge_of(bounds, 0.5, STANDARD).inside == int(0.05 * math.hypot(1000, 1000))
    assert edge_of(bounds, 1.0, replace(STANDARD, feather=0.0)).inside == 0.0
