from __future__ import annotations

import io

import numpy as np
import pytest
import pyvips
from PIL import Image

from tests.support.images import make_exif, read_exif
from tests.support.tiffs import make_tiff
from velatura_backend.imaging.files import read_image, write_image
from velatura_backend.imaging.files.ifd import read_first_directory
from velatura_backend.imaging.files.model import TiffCompression
from velatura_backend.imaging.files.tiff import finish, read_header
from velatura_backend.imaging.files.tiff import read_exif as read_tiff_exif
from velatura_protocol.errors import UnreadableFile, Unsupported

PICTURE = np.arange(4 * 5 * 3, dtype=np.uint16).reshape(4, 5, 3)
PLAIN = make_tiff(PICTURE)


def test_what_the_header_says():
    plain = read_header(PLAIN)
    assert (plain.bits, plain.indexed, plain.premultiplied, plain.half_float) == (
        16, False, False, False,
    )  # fmt: skip
    assert plain.compression is TiffCompression.NONE
    assert not plain.has_resolution
    assert read_header(make_tiff(np.zeros((2, 2, 4), np.uint8), extra=(1,))).premultiplied
    assert read_header(make_tiff(np.zeros((2, 2, 3), np.float16))).half_float


@pytest.mark.parametrize(
    ("name", "kept"),
    [("lzw", "lzw"), ("deflate", "deflate"), ("packbits", "deflate"), ("jpeg", "deflate")],
)
def test_compression_is_repeated_unless_it_loses(name, kept):
    encoded = pyvips.Image.black(8, 8, bands=3).tiffsave_buffer(compression=name)
    assert read_header(bytes(encoded)).compression.value == kept


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (make_tiff(np.zeros((2, 2, 3), np.float64)), "TIFF files with 64-bit samples of this type"),
        (make_tiff(np.zeros((2, 2, 3), np.uint32)), "TIFF files with 32-bit samples of this type"),
        (make_tiff(np.zeros((2, 2, 3), np.int16)), "TIFF files with 16-bit samples of this type"),
        (make_tiff(np.zeros((2, 2, 4), np.uint8), photometric=5), "CMYK images"),
        (make_tiff(np.zeros((2, 2, 3), np.uint8), photometric=8), "Lab images"),
    ],
)
def test_what_no_document_can_hold_is_named(data, what):
    with pytest.raises(Unsupported) as caught:
        read_header(data)
    assert caught.value.params == {"what": what}


def test_a_tag_past_the_end_is_noticed():
    """Its value would be dropped in silence by the decoder; it might be the colour profile."""
    with pytest.raises(UnreadableFile):
        read_header(make_tiff(PICTURE, tags={34675: (1, 2, 3)})[:-20])


@pytest.mark.parametrize("has_resolution", [True, False])
def test_exif_is_written_into_a_file_that_stays_readable(has_resolution):
    encoded = bytes(
        pyvips.Image.new_from_array(PICTURE).copy(xres=10, yres=10).tiffsave_buffer(resunit="inch")
    )
    finished = finish(encoded, make_exif(3, "the pier"), has_resolution)
    assert np.array_equal(pyvips.Image.new_from_buffer(finished, "").numpy(), PICTURE)
    first, exif, gps = read_exif(read_tiff_exif(finished))
    assert first[0x010E] == "the pier"
    assert exif[0x829A] == (1, 60)
    assert gps[2] == (48.0, 12.0, 30.0)
    tags = [entry.tag for entry in read_first_directory(finished).entries]
    assert tags == sorted(tags)
    assert (282 in tags) is has_resolution


def test_the_encoders_own_tags_win():
    encoded = bytes(pyvips.Image.new_from_array(PICTURE).tiffsave_buffer())
    finished = finish(encoded, make_exif(3), True)
    directory = read_first_directory(finished)
    assert directory.integers(finished, 274) == (1,)


def test_exif_of_another_writer_is_read():
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif.load(make_exif(6, "by another"))
    Image.new("RGB", (3, 3)).save(buffer, "TIFF", exif=exif)
    first, nested, _ = read_exif(read_tiff_exif(buffer.getvalue()))
    assert first[0x010E] == "by another"
    assert first[0x0112] == 6
    assert nested[0x829A] == (1, 60)


def test_a_file_without_exif_has_none():
    assert read_tiff_exif(PLAIN) == b""


@pytest.mark.parametrize(
    ("extra", "stated"), [((2,), (2,)), ((1,), (2,)), ((0,), (0,)), ((), (0,))]
)
@pytest.mark.parametrize("channels", [2, 4])
def test_a_channel_that_was_not_called_alpha_is_not_called_so(tmp_path, extra, stated, channels):
    """It may be a selection saved with the picture: as alpha it would hide the rest of it."""
    samples = np.arange(6 * channels, dtype=np.uint16).reshape(2, 3, channels)
    source, out = tmp_path / "in.tif", tmp_path / "out.tif"
    source.write_bytes(make_tiff(samples, 2 if channels == 4 else 1, extra))
    image = read_image(source)
    write_image(out, image)
    data = out.read_bytes()
    assert read_first_directory(data).integers(data, 338) == stated
    assert np.array_equal(read_image(out).samples, image.samples)
