from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import fresh_token
from velatura_backend.engines.builtin.patchmatch.distance import RADIUS
from velatura_backend.engines.builtin.patchmatch.field import Level, prepare_level, scatter
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.patchmatch.prices import priced
from velatura_backend.engines.builtin.patchmatch.pyramid import Masks, assemble
from velatura_backend.engines.builtin.patchmatch.search import Sweep, search, stripes

SIDE = 96


@pytest.fixture(scope="module")
def lanes():
    with Lanes(2, fresh_token()) as made:
        yield made


def half_rough(deviation: float = 0.1) -> np.ndarray:
    """Plain on the left, noise on the right."""
    image = np.random.default_rng(0).normal(0.5, deviation, (SIDE, SIDE, 1)).repeat(3, axis=2)
    image[:, : SIDE // 2] = 0.5 + 0.05 * (image[:, : SIDE // 2] - 0.5)
    return image.astype(np.float32)


def level_of(image: np.ndarray, hole: np.ndarray, lanes: Lanes) -> Level:
    known = ~hole
    return prepare_level(assemble(image, known, 1.0, lanes), Masks(hole, known, known), lanes)


def hole_at(rows: slice, columns: slice) -> np.ndarray:
    hole = np.zeros((SIDE, SIDE), np.bool_)
    hole[rows, columns] = True
    return hole


PLAIN_HOLE = hole_at(slice(40, 56), slice(12, 28))
ROUGH_HOLE = hole_at(slice(40, 56), slice(68, 84))


def factors(level: Level) -> tuple[float, float]:
    """Times which a plain and a rough source count in the middle of the hole."""
    ys, xs = np.nonzero(level.hole)
    wish = level.field.wish[int(ys.mean()), int(xs.mean())]
    price = level.field.price[10 + RADIUS]
    plain, rough = price[10 + RADIUS], price[SIDE - 10 + RADIUS]
    return max(1.0, float(wish * plain)), max(1.0, float(wish * rough))


def test_in_a_texture_what_is_smooth_costs_more(lanes):
    plain, rough = factors(priced(level_of(half_rough(), ROUGH_HOLE, lanes), 5, 3, lanes))
    assert plain > 2.0
    assert rough < 1.3


def test_in_a_plain_wall_what_is_rough_costs_no_less(lanes):
    """Or faces would come into it."""
    plain, rough = factors(priced(level_of(half_rough(), PLAIN_HOLE, lanes), 5, 3, lanes))
    assert plain < 1.3
    assert rough == 1.0


def test_flat_colour_has_prices_too(lanes):
    flat = np.full((SIDE, SIDE, 3), 0.5, np.float32)
    level = priced(level_of(flat, PLAIN_HOLE, lanes), 5, 3, lanes)
    assert np.isfinite(level.field.price).all()
    np.testing.assert_allclose(factors(level), (1.0, 1.0), atol=1e-3)


def test_prices_do_not_depend_on_the_number_of_threads(lanes):
    with Lanes(1, fresh_token()) as one:
        alone = priced(level_of(half_rough(), ROUGH_HOLE, one), 5, 3, one).field
    both = priced(level_of(half_rough(), ROUGH_HOLE, lanes), 5, 3, lanes).field
    assert np.array_equal(alone.price, both.price)
    assert np.array_equal(alone.wish, both.wish)


def test_where_it_is_unsure_a_search_copies_more_of_what_is_rough(lanes):
    """The guess is plain, so that by itself only what is plain fits it."""
    shares = []
    for sure in (0.0, 2.0 * 255 * 49):
        field = priced(level_of(half_rough(), ROUGH_HOLE, lanes), 5, 3, lanes).field
        planes = field.features.reshape(*field.target.shape, 5)
        planes[RADIUS:-RADIUS, RADIUS:-RADIUS][ROUGH_HOLE] = (0.5, 0.5, 0.5, 0.02, 0.02)
        scatter(field, np.random.default_rng(1), lanes)
        for number in range(4):
            sweep = Sweep(5, False, 64, 2, np.float32(0.0), number, sure=np.float32(sure))
            search(field, sweep, stripes(field.target), lanes)
        shares.append(float((field.column[field.target] > SIDE // 2).mean()))
    assert shares[1] > shares[0] + 0.05
