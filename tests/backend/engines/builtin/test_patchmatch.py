from __future__ import annotations

import importlib
import pkgutil
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from tests.contracts.engine import RecordingContext, fresh_token, hole_in, picture
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin import patchmatch
from velatura_backend.engines.builtin.fill import FillEngine
from velatura_backend.engines.builtin.patchmatch.distance import RADIUS
from velatura_backend.engines.builtin.patchmatch.field import prepare_level, scatter
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes, row_pieces
from velatura_backend.engines.builtin.patchmatch.pyramid import Masks, assemble
from velatura_backend.engines.builtin.patchmatch.regions import depth_inside, dilate, halve_all
from velatura_backend.engines.builtin.patchmatch.relax import smooth_fill
from velatura_backend.engines.builtin.patchmatch.search import Sweep, search, stripes
from velatura_protocol.tasks import Intent, Operation

masks = st.tuples(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**31)).map(
    lambda drawn: np.random.default_rng(drawn[2]).random(drawn[:2]) > 0.8
)


@pytest.fixture(scope="module")
def lanes():
    with Lanes(2, fresh_token()) as made:
        yield made


def compiled() -> dict[str, int]:
    """Signatures each kernel has been compiled for."""
    counts = {}
    for module in pkgutil.iter_modules(patchmatch.__path__):
        loaded = importlib.import_module(f"{patchmatch.__name__}.{module.name}")
        for name, value in vars(loaded).items():
            if hasattr(value, "signatures"):
                counts[f"{module.name}.{name}"] = len(value.signatures)
    return counts


@pytest.mark.usefixtures("warm")
def test_nothing_is_compiled_after_the_warm_up():
    before = compiled()
    assert sum(before.values()) > 10
    wires = np.zeros((400, 700), np.float32)
    wires[::40] = 1.0
    small, away = np.zeros((300, 600), np.float32), np.zeros((300, 600), np.float32)
    small[100:140, 40:80], away[:, 300:] = 1.0, 1.0
    cases = [
        (picture(400, 700, 4), wires, {}),
        (picture(300, 600, 2), small, {"exclude": away}),
        (picture(5, 5, 4), hole_in(5, 5), {}),
    ]
    cases[1][0][..., -1] = 0.5
    for (image, mask, others), intent in product(cases, (Intent.FILL, Intent.REMOVE)):
        image.flags.writeable = False
        task = EngineTask(Operation.FILL, intent, image, mask, seed=1, masks=others)
        list(FillEngine().run(task, RecordingContext(threads=2)))
    assert compiled() == before


@settings(max_examples=25, deadline=None)
@given(mask=masks, radius=st.integers(0, 6))
def test_dilation_is_that_of_a_square(lanes, mask, radius):
    square = np.ones((2 * radius + 1, 2 * radius + 1))
    np.testing.assert_array_equal(
        dilate(mask, radius, lanes), ndimage.binary_dilation(mask, square)
    )


@settings(max_examples=25, deadline=None)
@given(mask=masks)
def test_depth_is_close_to_the_euclidean_distance(lanes, mask):
    if mask.all():
        return
    exact = np.asarray(ndimage.distance_transform_edt(mask))
    np.testing.assert_allclose(depth_inside(mask, lanes), exact, rtol=0.09, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(mask=masks)
def test_halving_keeps_what_is_true_everywhere_below(mask):
    half = halve_all(mask)
    for (y, x), value in np.ndenumerate(half):
        assert value == mask[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].all()


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 3000), width=st.integers(1, 3000))
def test_row_pieces_cover_every_row_once(height, width):
    rows = [row for start, stop in row_pieces(height, width) for row in range(start, stop)]
    assert rows == list(range(height))


@settings(max_examples=25, deadline=None)
@given(mask=masks, repeat=st.integers(1, 40))
def test_stripes_cover_every_row_once(mask, repeat):
    target = np.tile(mask, (repeat, 1))
    if not target.any():
        return
    pieces = stripes(target)
    rows = [row for start, stop, _ in pieces for row in range(start, stop)]
    assert rows == list(range(len(target)))
    assert [index for _, _, index in pieces] == list(range(len(pieces)))


@pytest.mark.parametrize("order", [1, 2])
def test_smooth_fills_continue_a_ramp_exactly(lanes, order):
    """A plane has no Laplacian: harmonic and biharmonic fills both must return it."""
    ys, xs = np.mgrid[0:24, 0:30].astype(np.float32)
    plane = 0.01 * xs + 0.02 * ys
    hole, present = np.zeros(plane.shape, np.bool_), np.zeros(plane.shape, np.bool_)
    hole[8:16, 9:20] = True
    present[1:-1, 1:-1] = True
    features = np.where(hole, 0.3, plane).astype(np.float32)
    smooth_fill(features, hole, present, 1, order, 2000, lanes)
    np.testing.assert_allclose(features, plane, atol=2e-3)


def make_field(lanes):
    image = picture(48, 48, 4)[..., :3].copy()
    hole = hole_in(48, 48) > 0
    known = ~hole
    level = prepare_level(assemble(image, known, 1.0, lanes), Masks(hole, known, known), lanes)
    scatter(level.field, np.random.default_rng(0), lanes)
    return level.field


def test_search_only_ever_lowers_costs_and_points_at_valid_patches(lanes):
    field = make_field(lanes)
    pieces = stripes(field.target)
    before = np.full(int(field.target.sum()), np.inf)
    for number in range(4):
        sweep = Sweep(5, number % 2 == 1, 16, 1, np.float32(1e-6), number)
        search(field, sweep, pieces, lanes)
        cost = field.cost[field.target]
        assert (cost <= before * (1 + 1e-5)).all()
        assert field.valid[field.row[field.target], field.column[field.target]].all()
        before = cost.copy()


def test_a_settled_sweep_takes_the_costs_that_the_last_one_left(lanes):
    fields = [make_field(lanes) for _ in range(2)]
    for field, settled in zip(fields, (False, True), strict=True):
        pieces, locality = stripes(field.target), np.float32(1e-6)
        search(field, Sweep(5, False, 16, 1, locality, 1), pieces, lanes)
        search(field, Sweep(5, True, 16, 1, locality, 2, settled=settled), pieces, lanes)
    anew, settled = fields
    assert np.array_equal(anew.row, settled.row)
    assert np.array_equal(anew.column, settled.column)
    np.testing.assert_allclose(anew.cost, settled.cost, rtol=1e-5)


def test_cost_is_the_weighted_mean_square_plus_the_penalty(lanes):
    field = make_field(lanes)
    locality = np.float32(1e-4)
    search(field, Sweep(5, False, 4, 1, locality, 0), stripes(field.target), lanes)
    weight = field.weight.astype(np.float64) / 255
    for y, x in np.argwhere(field.target)[::37]:
        sy, sx = int(field.row[y, x]), int(field.column[y, x])
        goal, source = (
            field.features[v - RADIUS : v + RADIUS + 1, (u - RADIUS) * 5 : (u + RADIUS + 1) * 5]
            for v, u in ((y, x), (sy, sx))
        )
        w = weight[y - RADIUS : y + RADIUS + 1, (x - RADIUS) * 5 : (x + RADIUS + 1) * 5]
        expected = (w * (goal - source.astype(np.float64)) ** 2).sum() / (w.sum() / 5)
        expected += locality * np.hypot(sy - y, sx - x)
        np.testing.assert_allclose(field.cost[y, x], expected, rtol=1e-3)
