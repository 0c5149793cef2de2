from __future__ import annotations

import imagecodecs
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
    matrix_profile,
    parametric_tag,
    random_samples,
    sampled_tag,
    seeds,
    table_profile,
)
from velatura_backend.imaging.arrays import from_working, to_working
from velatura_backend.imaging.colour import (
    conversion,
    encode_colour_channels,
    is_linear,
    srgb_decode,
    srgb_encode,
)
from velatura_protocol.engines import EngineColour
from velatura_protocol.errors import Unsupported
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Transfer

SRGB_CURVE = parametric_tag(3, *SRGB_PARAMETERS)
P3 = matrix_profile(SRGB_CURVE)
P3_SAMPLED = matrix_profile(sampled_tag(srgb_decode(np.linspace(0, 1, 1024))))
P3_LINEAR = matrix_profile(IDENTITY_TAG)
GREY = grey_profile(gamma_tag(2.2))
TABLES = table_profile()

PROFILES = {"none": b"", "p3": P3, "sampled": P3_SAMPLED, "linear": P3_LINEAR}


def working(*pixels):
    return np.array([pixels], np.float32)


def test_the_curve_of_srgb_has_its_known_values():
    encoded = np.array([0.0, 0.04045, 0.5, 1.0, -0.5, 2.0])
    light = [0.0, 0.0031308, 0.2140411, 1.0, -0.2140411, 4.9538458]
    assert srgb_decode(encoded) == pytest.approx(light, abs=1e-6)
    assert srgb_encode(np.array(light)) == pytest.approx(encoded, abs=1e-6)


def test_pure_display_p3_colours_have_their_known_srgb_values():
    to_srgb = conversion(ColourSpace(P3), False, EngineColour.SRGB).to_engine
    shown = to_srgb(working((1, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 1), (1, 1, 1, 0.5)))[0]
    # From the CSS Color 4 reference conversions, color(display-p3 …) to color(srgb …).
    assert shown[0] == pytest.approx((1.0931, -0.2267, -0.1501, 1), abs=2e-3)
    assert shown[1] == pytest.approx((-0.5116, 1.0183, -0.3107, 1), abs=2e-3)
    assert shown[2] == pytest.approx((0.0, 0.0, 1.0420, 1), abs=4e-3)
    assert shown[3] == pytest.approx((1, 1, 1, 0.5), abs=2e-3)


@pytest.mark.parametrize("icc", [P3, P3_SAMPLED, matrix_profile(gamma_tag(2.2))])
def test_inside_the_gamut_a_colour_library_agrees(icc):
    image = to_working(random_samples(1, Size(40, 40), Depth.U16, Layout.RGB), Layout.RGB)
    shown = conversion(ColourSpace(icc), False, EngineColour.SRGB).to_engine(image)[..., :3]
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    peer = imagecodecs.cms_transform(
        np.ascontiguousarray(image[..., :3]),
        icc, srgb, colorspace="rgb", outcolorspace="rgb", outdtype=np.float32,
    )  # fmt: skip
    inside = ((shown > 0.02) & (shown < 1)).all(axis=2)
    assert inside.sum() > 400
    assert np.abs(shown - peer)[inside].max() < 2e-3


@settings(max_examples=40, deadline=None)
@given(
    seeds,
    st.sampled_from(sorted(PROFILES)),
    st.sampled_from(Transfer),
    st.sampled_from(EngineColour),
    st.sampled_from([Layout.RGB, Layout.RGBA, Layout.GREY, Layout.GREY_ALPHA]),
)
def test_hdr_and_wide_gamut_survive_there_and_back(seed, profile, transfer, engine, layout):
    icc = PROFILES[profile] if not layout.is_grey else (GREY if profile == "p3" else b"")
    made = conversion(ColourSpace(icc, transfer), layout.is_grey, engine)
    image = to_working(random_samples(seed, Size(9, 9), Depth.F32, layout), layout)
    back = made.to_document(made.to_engine(image))
    assert back.dtype == np.float32
    assert back.shape == image.shape
    assert np.abs(back - image).max() < 2e-3
    assert np.median(np.abs(back - image)) < 2e-6


def test_native_leaves_encoded_documents_alone():
    image = to_working(random_samples(1, Size(5, 5), Depth.F32, Layout.RGBA), Layout.RGBA)
    native = conversion(ColourSpace(P3), False, EngineColour.NATIVE)
    assert np.array_equal(native.to_engine(image), image)
    assert np.array_equal(native.to_document(image), image)


@pytest.mark.parametrize("space", [ColourSpace(b"", Transfer.LINEAR), ColourSpace(P3_LINEAR)])
def test_native_encodes_linear_documents(space):
    native = conversion(space, False, EngineColour.NATIVE)
    shown = native.to_engine(working((0.2140411, 1, -0.2140411, 0.3)))
    assert shown[0, 0] == pytest.approx((0.5, 1, -0.5, 0.3), abs=1e-6)


@pytest.mark.parametrize("depth", [Depth.U16, Depth.F16])
def test_native_gives_linear_samples_back_exactly(depth):
    samples = random_samples(3, Size(64, 64), depth, Layout.RGBA)
    native = conversion(ColourSpace(b"", Transfer.LINEAR), False, EngineColour.NATIVE)
    back = native.to_document(native.to_engine(to_working(samples, Layout.RGBA)))
    quantised = from_working(back, PixelFormat(depth, Layout.RGBA))
    assert np.array_equal(quantised.samples, samples)


def test_linear_is_light_in_the_documents_own_primaries():
    linear = conversion(ColourSpace(P3), False, EngineColour.LINEAR)
    assert linear.to_engine(working((0.5, 0, 1, 1)))[0, 0] == pytest.approx(
        (0.2140, 0, 1, 1), abs=1e-4
    )


def test_srgb_of_grey_has_three_equal_channels():
    made = conversion(ColourSpace(GREY), True, EngineColour.SRGB)
    shown = made.to_engine(working((0.5, 0.25)))
    light = srgb_encode(np.array([0.5 ** (563 / 256)]))[0]
    assert shown[0, 0] == pytest.approx((light, light, light, 0.25), abs=1e-5)
    assert made.to_document(shown)[0, 0] == pytest.approx((0.5, 0.25), abs=1e-5)


def test_colour_becomes_its_luminance_in_a_grey_document():
    made = conversion(ColourSpace(b"", Transfer.LINEAR), True, EngineColour.SRGB)
    assert made.to_document(working((0, 1, 0, 1)))[0, 0] == pytest.approx((0.7169, 1), abs=1e-4)


def test_profiles_with_tables_go_through_the_colour_library():
    made = conversion(ColourSpace(TABLES), False, EngineColour.SRGB)
    image = working((0.2, 0.3, 0.25, 0.5), (0.4, 0.4, 0.4, 1))
    shown = made.to_engine(image)
    assert shown[..., 3].tolist() == [[0.5, 1]]
    assert not np.allclose(shown, image, atol=0.05)
    assert made.to_document(shown) == pytest.approx(image, abs=5e-3)
    linear = conversion(ColourSpace(TABLES), False, EngineColour.LINEAR)
    assert linear.to_document(linear.to_engine(image)) == pytest.approx(image, abs=5e-3)


@pytest.mark.parametrize("engine", [EngineColour.LINEAR, EngineColour.SRGB])
@pytest.mark.parametrize(
    ("icc", "grey"), [(b"rubbish", False), (P3[:200], False), (GREY, False), (TABLES, True)]
)
def test_unusable_profiles_are_named(icc, grey, engine):
    with pytest.raises(Unsupported) as caught:
        conversion(ColourSpace(icc), grey, engine)
    assert caught.value.params == {"what": "icc_profile"}


def test_grey_under_an_rgb_profile_is_its_neutral_axis():
    grey = conversion(ColourSpace(P3), True, EngineColour.LINEAR)
    assert grey.to_engine(working((0.5, 1)))[0, 0] == pytest.approx((0.2140, 1), abs=1e-4)


def test_native_needs_no_profile_so_a_broken_one_does_no_harm():
    assert conversion(ColourSpace(b"rubbish"), False, EngineColour.NATIVE)


def test_linear_profiles_are_recognised():
    assert is_linear(P3_LINEAR)
    assert not is_linear(P3)
    assert not is_linear(b"")
    assert not is_linear(b"rubbish")


def test_clipping_of_a_wide_gamut_is_counted():
    made = conversion(ColourSpace(b""), False, EngineColour.SRGB)
    quantised = from_working(
        made.to_document(working((1.2, 0.5, -0.1, 1), (0.1, 0.2, 0.3, 1))),
        PixelFormat(Depth.U8, Layout.RGB),
    )
    assert (quantised.clipped, quantised.total) == (2, 6)


def test_alpha_is_not_encoded():
    encoded = encode_colour_channels(np.full((1, 1, 4), 0.5, np.float32))
    assert encoded[0, 0] == pytest.approx((0.7354, 0.7354, 0.7354, 0.5), abs=1e-4)
    assert encode_colour_channels(np.full((1, 1, 3), 0.5, np.float32))[0, 0, 2] > 0.7


def test_tables_that_the_library_cannot_use_are_named():
    broken = bytearray(TABLES)
    at = bytes(broken).index(b"mft2")
    broken[at : at + 4] = b"????"
    made = conversion(ColourSpace(bytes(broken)), False, EngineColour.SRGB)
    with pytest.raises(Unsupported) as caught:
        made.to_engine(working((0.5, 0.5, 0.5, 1)))
    assert caught.value.params == {"what": "icc_profile"}
