from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from velatura_backend.imaging.files import FileKind, ImageFile
from velatura_backend.imaging.files.exif import without_prefix
from velatura_backend.imaging.files.model import JpegDetails, Metadata, PngDetails, layout_of
from velatura_protocol.errors import Unsupported
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.png", FileKind.PNG),
        ("b.TIF", FileKind.TIFF),
        ("c.x.tiff", FileKind.TIFF),
        ("d.JPG", FileKind.JPEG),
        ("e.jpeg", FileKind.JPEG),
        ("f.webp", FileKind.WEBP),
    ],
)
def test_the_suffix_names_the_kind(name, kind):
    assert FileKind.of_path(Path("some.folder") / name) is kind


@pytest.mark.parametrize(("name", "shown"), [("a.gif", ".gif"), ("a", "suffixless")])
def test_other_suffixes_are_refused_with_advice(name, shown):
    with pytest.raises(Unsupported) as caught:
        FileKind.of_path(Path("x.png") / name)
    assert str(caught.value.params["what"]).startswith(shown)


def test_size_and_format_follow_from_the_samples():
    image = ImageFile(np.zeros((3, 5, 2), np.uint16), FileKind.PNG, PngDetails())
    assert image.size == Size(5, 3)
    assert image.format == PixelFormat(Depth.U16, Layout.GREY_ALPHA)
    assert image.with_samples(np.zeros((1, 1, 4), np.uint8)).format.layout is Layout.RGBA
    assert image.with_xmp(b"<x/>").metadata.xmp == b"<x/>"
    assert [layout_of(np.zeros((1, 1, n))).value for n in (1, 2, 3, 4)] == [
        "g",
        "ga",
        "rgb",
        "rgba",
    ]


@pytest.mark.parametrize(("orientation", "stored"), [(1, (50, 30)), (6, (30, 50))])
def test_another_size_is_told_in_the_metadata(orientation, stored):
    block = Image.Exif()
    inner = block.get_ifd(0x8769)
    inner[0xA002], inner[0xA003] = 40, 20
    metadata = Metadata(exif=without_prefix(block.tobytes()), orientation=orientation)
    image = ImageFile(
        np.zeros((20, 40, 3), np.uint8), FileKind.JPEG, JpegDetails(), metadata=metadata
    )
    assert image.with_samples(np.ones_like(image.samples)).metadata == metadata
    larger = Image.Exif()
    exif = image.with_samples(np.zeros((30, 50, 3), np.uint8)).metadata.exif
    larger.load(b"Exif\0\0" + exif)
    told = larger.get_ifd(0x8769)
    assert (told[0xA002], told[0xA003]) == stored
