from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.imaging.lut import (
    cube_of_hald,
    cube_text,
    hald_of,
    identity_lattice,
    lattice_of,
    looked_up,
    read_cube,
    resampled,
)
from velatura_protocol.errors import Unsupported

COLOURS = np.random.default_rng(0).random((2000, 3), dtype=np.float32)
ONE_LEVEL = 1.0 / 255.0


def graded(colours):
    """A smooth grade with a curve, a tint and cross-talk."""
    red, green, blue = np.moveaxis(colours, -1, 0)
    return np.stack(
        [red**0.8, 0.9 * green + 0.08 * np.sin(3.0 * red), 0.1 + 0.8 * blue * (1.0 - 0.2 * green)],
        axis=-1,
    ).astype(np.float32)


@pytest.mark.parametrize("side", [2, 9, 33, 64])
def test_an_identity_lattice_changes_no_colour(side):
    assert np.allclose(looked_up(identity_lattice(side), COLOURS), COLOURS, atol=1e-5)


def test_the_first_entries_of_a_hald_picture_rise_in_red():
    row = hald_of(identity_lattice(64))[0, :64]
    assert np.allclose(row[:, 0], np.linspace(0.0, 1.0, 64))
    assert not row[:, 1:].any()


def test_a_hald_picture_is_its_lattice_again():
    lattice = graded(identity_lattice(16))
    assert np.array_equal(lattice_of(hald_of(lattice)), lattice)


def test_a_cube_file_is_its_lattice_again():
    lattice = graded(identity_lattice(9))
    assert np.allclose(read_cube(cube_text(lattice, "a grade")), lattice, atol=1e-6)


def test_a_cube_file_begins_as_its_specification_says():
    lines = cube_text(identity_lattice(2), 'Say "ah"\n2').splitlines()
    assert lines[0] == 'TITLE "Say ah 2"'
    assert lines[1:4] == ["LUT_3D_SIZE 2", "DOMAIN_MIN 0 0 0", "DOMAIN_MAX 1 1 1"]
    assert lines[4:6] == ["0.000000 0.000000 0.000000", "1.000000 0.000000 0.000000"]
    assert len(lines) == 4 + 8


def test_a_grade_through_an_8_bit_hald_and_a_cube_is_within_a_level():
    exact = graded(COLOURS)
    hald = np.rint(hald_of(graded(identity_lattice(64))) * 255.0) / 255.0
    through_hald = looked_up(lattice_of(hald), COLOURS)
    through_cube = looked_up(read_cube(cube_of_hald(hald, "grade")), COLOURS)
    bright = COLOURS.min(axis=1) > 0.05  # the root's slope at black is no table's to follow
    assert np.abs(through_hald - exact)[bright].max() < ONE_LEVEL
    assert np.abs(through_cube - exact)[bright].max() < ONE_LEVEL


def test_a_cube_of_a_hald_picture_has_all_its_steps_or_as_many_as_asked_for():
    hald = hald_of(identity_lattice(16))
    assert np.allclose(read_cube(cube_of_hald(hald, "")), identity_lattice(16), atol=1e-6)
    assert np.allclose(read_cube(cube_of_hald(hald, "", 5)), identity_lattice(5), atol=1e-5)


def test_a_finer_lattice_with_the_same_nodes_between_says_the_same():
    lattice = np.random.default_rng(4).random((4, 4, 4, 3), dtype=np.float32)
    finer = resampled(lattice, 10)
    assert np.allclose(looked_up(finer, COLOURS), looked_up(lattice, COLOURS), atol=1e-5)


@settings(max_examples=25)
@given(st.lists(st.floats(-1.0, 2.0, width=32), min_size=3, max_size=3))
def test_looking_up_stays_between_the_nodes(colour):
    lattice = np.random.default_rng(1).random((5, 5, 5, 3), dtype=np.float32)
    found = looked_up(lattice, np.array([colour], np.float32))
    assert found.min() >= lattice.min() - 1e-6
    assert found.max() <= lattice.max() + 1e-6


def test_greys_depend_on_greys_alone():
    lattice = np.random.default_rng(2).random((9, 9, 9, 3), dtype=np.float32)
    nodes = np.arange(9)
    lattice[nodes, nodes, nodes] = identity_lattice(9)[nodes, nodes, nodes]
    grey = np.linspace(0.0, 1.0, 50, dtype=np.float32)[:, None].repeat(3, axis=1)
    assert np.allclose(looked_up(lattice, grey), grey, atol=1e-6)


def test_no_hald_picture_of_a_side_that_is_no_square():
    with pytest.raises(ValueError, match="33"):
        hald_of(identity_lattice(33))


@pytest.mark.parametrize("shape", [(10, 10, 3), (64, 32, 3), (1, 1, 3)])
def test_other_pictures_are_no_hald(shape):
    with pytest.raises(Unsupported):
        lattice_of(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LUT_1D_SIZE 2\n0 0 0\n1 1 1\n",
        "LUT_3D_SIZE 2\n0 0 0\n",
        "LUT_3D_SIZE two\n",
        "LUT_3D_SIZE 2\nDOMAIN_MAX 2 2 2\n" + "0 0 0\n" * 8,
        "LUT_3D_SIZE 2\n" + "0 0\n" * 8,
    ],
)
def test_other_texts_are_no_cube(text):
    with pytest.raises(Unsupported):
        read_cube(text)
