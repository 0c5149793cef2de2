from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.support.images import THUMBNAIL, exif_with_thumbnail, make_exif, read_exif
from velatura_backend.imaging.files.exif import (
    orientation_of,
    with_orientation,
    with_size,
    without_prefix,
    without_thumbnail,
)


def test_the_prefix_is_taken_off_once():
    exif = make_exif()
    assert without_prefix(b"Exif\0\0" + exif) == exif
    assert without_prefix(exif) == exif


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_read_and_set(orientation):
    exif = make_exif(orientation)
    assert orientation_of(exif) == orientation
    upright = with_orientation(exif, 1)
    assert orientation_of(upright) == 1
    assert read_exif(upright)[1:] == read_exif(exif)[1:]
    assert len(upright) == len(exif)


@pytest.mark.parametrize("exif", [b"", b"rubbish", make_exif()[:12], make_exif(9), make_exif(0)])
def test_without_a_usable_orientation_pixels_are_upright(exif):
    assert orientation_of(exif) == 1
    assert orientation_of(with_orientation(exif, 1)) == 1


def test_the_thumbnail_goes_and_the_rest_stays():
    exif = exif_with_thumbnail()
    assert THUMBNAIL in exif
    cleaned = without_thumbnail(exif)
    assert THUMBNAIL not in cleaned
    assert read_exif(cleaned) == read_exif(exif)
    assert without_thumbnail(cleaned) == cleaned
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "JPEG", exif=b"Exif\0\0" + cleaned)
    assert Image.open(buffer).getexif().get_ifd(1) == {}


@pytest.mark.parametrize("exif", [b"", b"rubbish", make_exif(), make_exif()[:20]])
def test_where_there_is_no_thumbnail_nothing_changes(exif):
    assert without_thumbnail(exif) == exif


def exif_of_size(width: int, height: int) -> bytes:
    block = Image.Exif()
    block[0x010F] = "Velatura Test Camera"
    inner = block.get_ifd(0x8769)
    inner[0xA002], inner[0xA003] = width, height
    return without_prefix(block.tobytes())


@pytest.mark.parametrize(("before", "after"), [((600, 400), (700, 480)), ((70000, 4), (70001, 5))])
def test_the_size_is_set_where_it_is_told(before, after):
    changed = Image.Exif()
    changed.load(b"Exif\0\0" + with_size(exif_of_size(*before), *after))
    inner = changed.get_ifd(0x8769)
    assert (inner[0xA002], inner[0xA003]) == after
    assert changed[0x010F] == "Velatura Test Camera"


@pytest.mark.parametrize("exif", [b"", b"nonsense", make_exif()])
def test_where_no_size_is_told_nothing_changes(exif):
    assert with_size(exif, 3, 4) == exif


def test_a_size_that_has_no_room_is_left_alone():
    exif = exif_of_size(600, 400)
    assert with_size(exif, 70000, 400) == exif
