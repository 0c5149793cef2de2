from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, JpegImagePlugin

from tests.support.images import (
    IDENTITY_TAG,
    gamma_tag,
    grey_profile,
    make_exif,
    make_mask,
    mask_kinds,
    matrix_profile,
    random_samples,
    read_exif,
    seeds,
    sizes,
)
from velatura_backend.imaging.colour import srgb_encode
from velatura_backend.imaging.composite import composite
from velatura_backend.imaging.files import (
    FileKind,
    FileNote,
    ImageFile,
    Metadata,
    read_image,
    write_image,
)
from velatura_backend.imaging.files.model import (
    PngDetails,
    TiffCompression,
    TiffDetails,
    WebpDetails,
)
from velatura_protocol.errors import TooLarge, Unsupported, UnwritableFile
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import ColourSpace, Depth, Layout, Transfer

P3 = matrix_profile(gamma_tag(2.2))
GREY = grey_profile(gamma_tag(2.2))
PLAIN_LAYOUTS = (Layout.GREY, Layout.GREY_ALPHA, Layout.RGB, Layout.RGBA)

EXACT = [
    *((FileKind.PNG, depth, layout) for depth in (Depth.U8, Depth.U16) for layout in PLAIN_LAYOUTS),
    *(
        (FileKind.TIFF, depth, layout)
        for depth in (Depth.U8, Depth.U16, Depth.F32)
        for layout in PLAIN_LAYOUTS
    ),
    (FileKind.WEBP, Depth.U8, Layout.RGB),
    (FileKind.WEBP, Depth.U8, Layout.RGBA),
]
SUFFIX = {
    FileKind.PNG: ".png",
    FileKind.TIFF: ".tif",
    FileKind.JPEG: ".jpg",
    FileKind.WEBP: ".webp",
}


def picture(samples, kind=FileKind.PNG, icc=b"", **metadata) -> ImageFile:
    details = {
        FileKind.PNG: PngDetails(),
        FileKind.TIFF: TiffDetails(),
        FileKind.WEBP: WebpDetails(),
    }[kind]
    return ImageFile(samples, kind, details, ColourSpace(icc), Metadata(**metadata))


def rewritten(image: ImageFile, path: Path) -> ImageFile:
    write_image(path, image)
    return read_image(path)


quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quick
@given(seeds, sizes, st.sampled_from(EXACT), st.sampled_from(["none", "p3"]), mask_kinds)
def test_edited_files_keep_format_and_every_sample_outside_the_mask(
    tmp_path, seed, size, form, profile, kind
):
    file_kind, depth, layout = form
    icc = b"" if profile == "none" else (GREY if layout.is_grey else P3)
    path = tmp_path / f"picture{SUFFIX[file_kind]}"
    samples = random_samples(seed, size, depth, layout)
    write_image(path, replace(picture(samples, icc=icc), kind=FileKind.JPEG))
    first = read_image(path)
    assert first.kind is file_kind
    assert first.format.depth is depth
    # WebP has no way to say "alpha, but opaque everywhere"; nothing else may differ.
    assert first.format.layout is layout or (samples[..., -1] == 255).all()
    assert np.array_equal(first.samples, samples[..., : first.samples.shape[2]])

    mask = make_mask(kind, seed, size)
    result = random_samples(seed ^ 1, size, depth, first.format.layout)
    edited = composite(first.samples, Rect.of_size(size), result, mask)
    second = rewritten(first.with_samples(edited), path)
    assert second.format.depth is depth
    assert second.colour.icc == icc
    kept = second.samples.shape[2]
    assert second.samples[mask == 0].tobytes() == first.samples[mask == 0][:, :kept].tobytes()
    assert np.array_equal(second.samples, edited[..., :kept])


@pytest.mark.parametrize(
    ("kind", "depth"),
    [
        (FileKind.PNG, Depth.U8),
        (FileKind.PNG, Depth.U16),
        (FileKind.TIFF, Depth.U16),
        (FileKind.TIFF, Depth.F32),
        (FileKind.WEBP, Depth.U8),
    ],
)
def test_twenty_edits_through_files(tmp_path, kind, depth):
    size, path = Size(40, 30), tmp_path / f"picture{SUFFIX[kind]}"
    samples = random_samples(1, size, depth, Layout.RGBA)
    metadata = {"exif": make_exif(6), "orientation": 6, "dpi": (300.0, 300.0)}
    image = rewritten(picture(samples, kind, P3, **metadata), path)
    touched = np.zeros((size.height, size.width), bool)
    for edit in range(20):
        region = Rect(edit, edit // 2, 9, 7)
        mask = make_mask("soft", edit, region.size)
        result = random_samples(edit, region.size, depth, Layout.RGBA)
        image = rewritten(image.with_samples(composite(image.samples, region, result, mask)), path)
        touched[region.y : region.bottom, region.x : region.right] |= mask > 0
    assert image.samples[~touched].tobytes() == samples[~touched].tobytes()
    assert image.format.depth is depth
    assert image.colour.icc == P3
    assert image.metadata.orientation == 6
    if kind is not FileKind.WEBP:
        assert image.metadata.dpi == pytest.approx((300.0, 300.0), rel=1e-3)
    first, exif, gps = read_exif(image.metadata.exif)
    assert (first[0x010E], exif[0x829A], gps[1]) == ("a tourist", (1, 60), "N")
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name]


@pytest.mark.parametrize("kind", [FileKind.PNG, FileKind.TIFF])
def test_a_16_bit_gradient_under_a_mask_keeps_its_levels(tmp_path, kind):
    ramp = np.linspace(20000, 26000, 4000).astype(np.uint16).reshape(40, 100, 1).repeat(3, 2)
    mask = np.full((40, 100), 200, np.uint8)
    flat = composite(np.zeros_like(ramp), Rect(0, 0, 100, 40), ramp, mask)
    image = rewritten(picture(flat, kind), tmp_path / f"a{SUFFIX[kind]}")
    assert len(np.unique(image.samples)) > 3000


@pytest.mark.parametrize("source", list(FileKind))
@pytest.mark.parametrize("target", list(FileKind))
def test_metadata_survive_from_every_kind_to_every_kind(tmp_path, source, target):
    rgb = np.random.default_rng(1).integers(0, 256, (8, 12, 3), np.uint8)
    first = tmp_path / f"first{SUFFIX[source]}"
    write_image(
        first,
        picture(
            rgb, icc=P3, exif=make_exif(6), xmp=b"<x:a xmlns:x='y'/>", orientation=6, dpi=(150, 150)
        ),
    )
    # A file of another kind is stored upright, and says so.
    turned = source is target is FileKind.PNG
    image = rewritten(read_image(first), tmp_path / f"second{SUFFIX[target]}")
    assert image.size == Size(12, 8)
    assert image.metadata.orientation == (6 if turned else 1)
    assert image.metadata.xmp == b"<x:a xmlns:x='y'/>"
    assert image.colour.icc == P3
    first_tags, exif, gps = read_exif(image.metadata.exif)
    assert first_tags[0x010E] == "a tourist"
    assert exif[0x829A] == (1, 60)
    assert gps[2] == (48.0, 12.0, 30.0)


def test_a_jpeg_is_encoded_with_its_own_tables(tmp_path):
    rgb = np.mgrid[0:64, 0:64, 0:3].sum(0).astype(np.uint8)
    source, out = tmp_path / "a.jpg", tmp_path / "b.jpg"
    Image.fromarray(rgb).save(source, quality=61, subsampling=1, progressive=True, comment=b"hi")
    notes = write_image(out, read_image(source))
    assert notes == (FileNote.LOSSY,)
    with Image.open(source) as before, Image.open(out) as after:
        assert after.quantization == before.quantization
        assert JpegImagePlugin.get_sampling(after) == 1
        assert after.info["progressive"]
        assert after.info["comment"] == b"hi"
        difference = np.abs(np.asarray(before, int) - np.asarray(after, int))
    assert np.median(difference) <= 2


def test_a_grey_jpeg_stays_grey(tmp_path):
    source = tmp_path / "a.jpg"
    Image.fromarray(np.full((16, 16), 90, np.uint8)).save(source, quality=50)
    image = rewritten(read_image(source), tmp_path / "b.jpg")
    assert image.format.layout is Layout.GREY
    assert np.abs(image.samples.astype(int) - 90).max() <= 1


def test_a_lossy_webp_says_so(tmp_path):
    source = tmp_path / "a.webp"
    Image.new("RGBA", (16, 16), (10, 20, 30, 99)).save(source, quality=70)
    assert write_image(tmp_path / "b.webp", read_image(source)) == (FileNote.LOSSY,)
    assert write_image(tmp_path / "b.png", read_image(source)) == ()


@pytest.mark.parametrize("compression", list(TiffCompression))
@pytest.mark.parametrize("depth", [Depth.U16, Depth.F32])
def test_tiff_compression_is_repeated(tmp_path, compression, depth):
    samples = random_samples(1, Size(9, 9), depth, Layout.RGB)
    image = replace(picture(samples, FileKind.TIFF), details=TiffDetails(compression))
    back = rewritten(image, tmp_path / "a.tif")
    assert back.details == TiffDetails(compression)
    assert np.array_equal(back.samples, samples)


def test_png_chunks_are_kept_and_carried(tmp_path):
    chunks = ((b"gAMA", b"\0\0\xb1\x8f"), (b"tEXt", b"Title\0a day out"))
    image = replace(picture(np.zeros((2, 2, 3), np.uint8)), details=PngDetails(chunks))
    assert rewritten(image, tmp_path / "a.png").details == PngDetails(chunks)


def test_depths_that_do_not_fit_are_rounded_and_said(tmp_path):
    deep = random_samples(1, Size(8, 8), Depth.U16, Layout.RGB)
    assert write_image(tmp_path / "a.webp", picture(deep)) == (FileNote.QUANTISED,)
    stored = read_image(tmp_path / "a.webp").samples
    assert np.array_equal(stored, np.rint(deep / 257.0))
    assert write_image(tmp_path / "a.jpg", picture(deep)) == (FileNote.LOSSY, FileNote.QUANTISED)


def test_linear_light_without_a_profile_is_encoded_for_integer_files(tmp_path):
    light = np.array([[[0.2140411, 0.0, 4.0]]], np.float32)
    image = replace(picture(light, FileKind.TIFF), colour=ColourSpace(b"", Transfer.LINEAR))
    notes = write_image(tmp_path / "a.png", image)
    assert notes == (FileNote.QUANTISED, FileNote.CLIPPED, FileNote.ENCODED)
    stored = read_image(tmp_path / "a.png").samples[0, 0].tolist()
    assert stored == [round(float(srgb_encode(light)[0, 0, 0]) * 65535), 0, 65535]


def test_linear_light_with_a_profile_keeps_both(tmp_path):
    icc = matrix_profile(IDENTITY_TAG)
    light = np.full((1, 1, 3), 0.5, np.float32)
    image = replace(picture(light, FileKind.TIFF), colour=ColourSpace(icc, Transfer.LINEAR))
    assert write_image(tmp_path / "a.png", image) == (FileNote.QUANTISED,)
    back = read_image(tmp_path / "a.png")
    assert back.samples[0, 0, 0] == 32768
    assert back.colour == ColourSpace(icc, Transfer.LINEAR)


def test_half_float_samples_are_written_as_float(tmp_path):
    half = random_samples(1, Size(4, 4), Depth.F16, Layout.RGBA)
    assert np.array_equal(rewritten(picture(half), tmp_path / "a.tif").samples, half)


def test_transparency_in_a_jpeg_lies_over_white_and_is_said(tmp_path):
    samples = np.full((16, 16, 4), (200, 0, 0, 0), np.uint8)
    notes = write_image(tmp_path / "a.jpg", picture(samples))
    assert notes == (FileNote.LOSSY, FileNote.FLATTENED)
    assert read_image(tmp_path / "a.jpg").samples.min() >= 254
    samples[..., 3] = 255
    assert write_image(tmp_path / "a.jpg", picture(samples)) == (FileNote.LOSSY,)


def test_grey_in_webp(tmp_path):
    grey = np.array([[[0, 255], [128, 90]]], np.uint8)
    assert write_image(tmp_path / "a.webp", picture(grey)) == ()
    assert read_image(tmp_path / "a.webp").samples[0, 1].tolist() == [128, 128, 128, 90]
    notes = write_image(tmp_path / "a.webp", picture(grey, icc=GREY))
    assert notes == (FileNote.CONVERTED,)
    back = read_image(tmp_path / "a.webp")
    assert back.colour.icc == b""
    assert back.samples[0, 1].tolist() == pytest.approx([128, 128, 128, 90], abs=3)


def test_colour_under_alpha_zero_survives_in_webp(tmp_path):
    samples = np.full((8, 8, 4), (200, 100, 50, 0), np.uint8)
    samples[0, 0, 3] = 255
    assert np.array_equal(rewritten(picture(samples), tmp_path / "a.webp").samples, samples)


def test_metadata_too_long_for_jpeg_is_left_out_and_said(tmp_path):
    rgb = np.zeros((8, 8, 3), np.uint8)
    image = picture(rgb, exif=make_exif(), xmp=b"<x:a xmlns:x='y'>" + b" " * 70_000 + b"</x:a>")
    notes = write_image(tmp_path / "a.jpg", image)
    assert notes == (FileNote.LOSSY, FileNote.METADATA_LEFT_OUT)
    back = read_image(tmp_path / "a.jpg")
    assert back.metadata.xmp == b""
    assert back.metadata.exif == make_exif()


def test_sizes_that_a_kind_cannot_hold(tmp_path):
    wide = picture(np.zeros((1, 16384, 3), np.uint8))
    with pytest.raises(Unsupported):
        write_image(tmp_path / "a.webp", wide)
    with pytest.raises(Unsupported):
        write_image(tmp_path / "a.jpg", picture(np.zeros((1, 65501, 3), np.uint8)))
    endless = np.broadcast_to(np.zeros((1, 1, 4), np.float32), (20_000, 20_000, 4))
    with pytest.raises(TooLarge):
        write_image(tmp_path / "a.tif", picture(endless, FileKind.TIFF))
    assert list(tmp_path.iterdir()) == []


def test_errors_leave_nothing_behind(tmp_path):
    image = picture(np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(UnwritableFile):
        write_image(tmp_path / "missing" / "a.png", image)
    with pytest.raises(Unsupported):
        write_image(tmp_path / "a.bmp", image)
    assert list(tmp_path.iterdir()) == []


def test_a_resized_picture_is_turned_back_too(tmp_path):
    path = tmp_path / "a.png"
    image = rewritten(
        picture(np.zeros((6, 4, 3), np.uint8), exif=make_exif(6), orientation=6), path
    )
    larger = rewritten(image.with_samples(np.zeros((12, 8, 3), np.uint8)), path)
    assert larger.size == Size(8, 12)
    with Image.open(path) as stored:
        assert stored.size == (12, 8)
