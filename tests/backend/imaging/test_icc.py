from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageCms

from tests.support.images import (
    IDENTITY_TAG,
    SRGB_PARAMETERS,
    gamma_tag,
    grey_profile,
    make_profile,
    matrix_profile,
    parametric_tag,
    sampled_tag,
    table_profile,
)
from velatura_backend.imaging.icc import ParametricCurve, ProfileKind, SampledCurve, read_profile
from velatura_protocol.errors import Unsupported

SRGB = ParametricCurve(*SRGB_PARAMETERS[:4], 0.04045)


def test_profiles_of_another_library_are_read():
    profile = read_profile(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    assert profile.kind is ProfileKind.MATRIX
    assert profile.to_xyz is not None
    assert profile.to_xyz.sum(axis=1) == pytest.approx((0.9642, 1.0, 0.8249), abs=1e-3)
    assert profile.curves[0].decode(np.array([0.5]))[0] == pytest.approx(0.21404, abs=1e-4)


@pytest.mark.parametrize(
    ("tag", "half"),
    [
        (IDENTITY_TAG, 0.5),
        (gamma_tag(2.0), 0.25),
        (sampled_tag(np.linspace(0, 1, 256) ** 2), 0.25),
        (parametric_tag(0, 2.0), 0.25),
        (parametric_tag(1, 2.0, 1.0, 0.25), 0.5625),
        (parametric_tag(2, 2.0, 1.0, 0.25, 0.125), 0.6875),
        (parametric_tag(3, *SRGB_PARAMETERS), 0.21404),
        (parametric_tag(4, 2.0, 1.0, 0.0, 0.5, 0.25, 0.125, 0.0625), 0.375),
    ],
)
def test_every_kind_of_curve(tag, half):
    curve = read_profile(grey_profile(tag)).curves[0]
    values = np.array([0.5])
    assert curve.decode(values)[0] == pytest.approx(half, abs=1e-4)
    assert curve.encode(curve.decode(values))[0] == pytest.approx(0.5, abs=1e-4)


@settings(max_examples=100, deadline=None)
@given(st.floats(-4, 8))
def test_curves_go_on_beyond_their_range_and_back(value):
    samples = np.linspace(0, 1, 1024)
    for curve in (
        SRGB,
        ParametricCurve(2.2),
        SampledCurve(SRGB.decode(samples)),
        ParametricCurve(1.0),
    ):
        back = curve.encode(curve.decode(np.array([value])))[0]
        assert back == pytest.approx(value, abs=1e-6, rel=1e-6)


def test_curves_rise_without_a_jump_at_the_ends():
    sampled = SampledCurve(SRGB.decode(np.linspace(0, 1, 1024)))
    x = np.linspace(-0.5, 2.0, 5001)
    for curve in (SRGB, sampled):
        assert (np.diff(curve.decode(x)) > 0).all()
        assert np.diff(curve.decode(x)).max() < 0.01


def test_kinds_of_profile():
    assert read_profile(matrix_profile(gamma_tag(2.2), version=4)).kind is ProfileKind.MATRIX
    assert read_profile(grey_profile(gamma_tag(2.2))).kind is ProfileKind.GREY
    assert read_profile(table_profile()).kind is ProfileKind.TABLES
    assert read_profile(matrix_profile(IDENTITY_TAG)).is_linear
    assert read_profile(matrix_profile(sampled_tag(np.linspace(0, 1, 1024)))).is_linear
    assert not read_profile(matrix_profile(gamma_tag(1.8))).is_linear
    assert not read_profile(table_profile()).is_linear


BROKEN = {
    "empty": b"",
    "no profile": b"\0" * 500,
    "cut off": matrix_profile(gamma_tag(2.2))[:-30],
    "cmyk": make_profile(b"CMYK", {}),
    "no tags": make_profile(b"RGB ", {}),
    "singular": matrix_profile(gamma_tag(2.2), ((1.0, 1.0, 1.0),) * 3),
    "gamma 0": matrix_profile(gamma_tag(0.0)),
    "unknown curve": matrix_profile(parametric_tag(9, 1.0)),
    "division by zero": matrix_profile(parametric_tag(1, 2.0, 0.0, 0.1)),
    "short curve": grey_profile(b"curv\0\0\0\0\0\0\0\xff\0\0"),
    "flat curve": grey_profile(sampled_tag(np.zeros(8))),
    "curve of 4 bytes": grey_profile(b"curv"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_profiles_are_named(name):
    with pytest.raises(Unsupported) as caught:
        read_profile(BROKEN[name])
    assert caught.value.params == {"what": "icc_profile"}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_profiles_never_crash(data):
    profile = bytearray(
        data.draw(
            st.sampled_from([matrix_profile(parametric_tag(3, *SRGB_PARAMETERS)), table_profile()])
        )
    )
    for _ in range(data.draw(st.integers(1, 8))):
        profile[data.draw(st.integers(0, len(profile) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_profile(bytes(profile))
    except Unsupported:
        return
    assert isinstance(found.is_linear, bool)
