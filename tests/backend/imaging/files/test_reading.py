from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from tests.support.images import (
    IDENTITY_TAG,
    THUMBNAIL,
    exif_with_thumbnail,
    gamma_tag,
    make_exif,
    matrix_profile,
    png_bytes,
)
from tests.support.picture_files import DEEP, RGB, pillow, raw_png
from tests.support.tiffs import make_tiff
from velatura_backend.imaging.files import FileNote, align_mask, read_image
from velatura_protocol.errors import MaskMismatch
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Transfer


@pytest.fixture
def store(tmp_path: Path):
    def store(data: bytes, name: str = "picture") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return store


def test_the_suffix_does_not_matter_the_content_does(store):
    assert np.array_equal(read_image(store(png_bytes(RGB), "a.jpg")).samples, RGB)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize(("channels", "photometric"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_tiffs_of_every_shape(store, order, dtype, channels, photometric):
    wanted = np.random.default_rng(3).uniform(0, 200, (5, 7, channels)).astype(dtype)
    extra = (2,) if channels in (2, 4) else ()
    image = read_image(store(make_tiff(wanted, photometric, extra, order)))
    assert image.samples.dtype == wanted.dtype.newbyteorder("<")
    assert np.array_equal(image.samples, wanted)
    assert image.format.layout.has_alpha == bool(extra)
    assert image.notes == ()


def test_16_bit_png(store):
    picture = pyvips.Image.new_from_array(DEEP).copy(interpretation="rgb16")
    image = read_image(store(bytes(picture.pngsave_buffer())))
    assert image.format == PixelFormat(Depth.U16, Layout.RGBA)
    assert np.array_equal(image.samples, DEEP)


def test_half_float_is_read_exactly_and_said(store):
    half = np.random.default_rng(3).normal(size=(5, 7, 3)).astype(np.float16)
    image = read_image(store(make_tiff(half)))
    assert image.format.depth is Depth.F32
    assert np.array_equal(image.samples, half)
    assert image.notes == (FileNote.HALF_FLOAT,)


def test_premultiplied_alpha_is_said(store):
    samples = np.full((4, 4, 4), (60, 50, 40, 128), np.uint8)
    image = read_image(store(make_tiff(samples, extra=(1,))))
    assert image.notes == (FileNote.PREMULTIPLIED,)
    assert image.samples[0, 0].tolist() == pytest.approx([120, 100, 80, 128], abs=1)


def test_indexed_colours_become_full_colours(store):
    indexed = Image.fromarray(RGB).quantize(16)
    image = read_image(store(pillow(indexed, "PNG")))
    assert image.notes == (FileNote.INDEXED,)
    assert np.array_equal(image.samples, np.asarray(indexed.convert("RGB")))


def test_few_bits_become_eight(store):
    two_bits = raw_png(4, 1, 2, 0, b"\0" + bytes([0b00011011]))
    image = read_image(store(two_bits))
    assert image.samples[0, :, 0].tolist() == [0, 85, 170, 255]
    assert image.notes == (FileNote.FEW_BITS,)
    one_bit = read_image(store(pillow(Image.fromarray(RGB[..., 0] > 99), "PNG")))
    assert set(np.unique(one_bit.samples)) == {0, 255}


def test_a_transparent_colour_becomes_alpha(store):
    key = tuple(int(value) for value in RGB[0, 0])
    image = read_image(store(png_bytes(RGB, transparency=key)))
    assert image.format.layout is Layout.RGBA
    assert image.samples[0, 0, 3] == 0


def test_profiles_exif_xmp_and_resolution_come_along(store):
    icc, exif = matrix_profile(gamma_tag(2.2)), make_exif(1)
    picture = Image.fromarray(RGB)
    for kind in ("PNG", "JPEG", "WEBP", "TIFF"):
        options = {} if kind in ("WEBP", "PNG") else {"dpi": (300, 150)}
        if kind != "TIFF":
            options["exif"] = b"Exif\0\0" + exif
        if kind == "WEBP":
            options["lossless"] = True
        if kind in ("JPEG", "WEBP"):
            options["xmp"] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
        image = read_image(store(pillow(picture, kind, icc_profile=icc, **options)))
        assert image.colour.icc == icc, kind
        assert image.colour.transfer is Transfer.ENCODED
        assert image.metadata.exif == options.get("exif", b"")[6:], kind
        assert image.metadata.xmp == options.get("xmp", b""), kind
        dpi = options.get("dpi")
        assert image.metadata.dpi == (pytest.approx(dpi, rel=1e-3) if dpi else None), kind


def test_linear_light_is_recognised(store):
    light = np.zeros((2, 2, 3), np.float32)
    assert read_image(store(make_tiff(light))).colour.transfer is Transfer.LINEAR
    linear = png_bytes(RGB, icc_profile=matrix_profile(IDENTITY_TAG))
    assert read_image(store(linear)).colour.transfer is Transfer.LINEAR
    assert read_image(store(png_bytes(RGB))).colour.transfer is Transfer.ENCODED


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_upright(store, orientation):
    data = png_bytes(RGB, exif=b"Exif\0\0" + make_exif(orientation))
    image = read_image(store(data))
    assert image.metadata.orientation == orientation
    assert image.size == (Size(16, 12) if orientation < 5 else Size(12, 16))
    tiff = read_image(store(make_tiff(RGB, tags={274: (orientation,)})))
    assert np.array_equal(tiff.samples, image.samples)


def test_a_mask_fits_as_seen_or_as_stored(store):
    image = read_image(store(png_bytes(RGB, exif=b"Exif\0\0" + make_exif(6))))
    as_seen = np.random.default_rng(1).integers(0, 256, (16, 12, 1), np.uint8)
    assert np.array_equal(align_mask(as_seen, Size(12, 16), image), as_seen)
    as_stored = RGB[..., :1]
    turned = align_mask(as_stored, Size(16, 12), image)
    assert np.array_equal(turned, image.samples[..., :1])
    with pytest.raises(MaskMismatch) as caught:
        align_mask(as_stored, Size(16, 13), image)
    assert caught.value.params == {
        "mask_width": 16, "mask_height": 13, "width": 12, "height": 16,
    }  # fmt: skip


def test_one_pixel(store):
    image = read_image(store(png_bytes(RGB[:1, :1])))
    assert image.size == Size(1, 1)
    assert np.array_equal(image.samples, RGB[:1, :1])


def test_a_file_rewritten_in_place_is_read_anew(store):
    first = read_image(store(png_bytes(RGB)))
    second = read_image(store(png_bytes(255 - RGB)))
    assert np.array_equal(first.samples, 255 - second.samples)


def test_damaged_exif_in_a_tiff_is_left_out_and_said(store):
    data = make_tiff(RGB, tags={0x8769: (10_000_000,)})
    image = read_image(store(data))
    assert np.array_equal(image.samples, RGB)
    assert image.metadata.exif == b""
    assert image.notes == (FileNote.METADATA_LEFT_OUT,)


def test_an_embedded_thumbnail_is_not_taken_over(store):
    data = pillow(Image.fromarray(RGB), "JPEG", exif=b"Exif\0\0" + exif_with_thumbnail())
    assert THUMBNAIL in data
    assert THUMBNAIL not in read_image(store(data)).metadata.exif
