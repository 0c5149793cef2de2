from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.support.images import make_exif
from velatura_backend.imaging.files.jpeg import read_header
from velatura_protocol.errors import UnreadableFile

PICTURE = Image.fromarray(np.random.default_rng(1).integers(0, 256, (16, 16, 3), np.uint8))


def encoded(picture: Image.Image = PICTURE, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", **options)
    return buffer.getvalue()


@pytest.mark.parametrize("quality", [5, 61, 95])
def test_tables_are_those_that_another_reader_finds(quality):
    data = encoded(quality=quality)
    with Image.open(io.BytesIO(data)) as opened:
        tables = opened.quantization
    assert read_header(data)[0].quantisation == tuple(tuple(tables[i]) for i in sorted(tables))


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_tables_and_sampling_are_read(subsampling):
    details, stated = read_header(
        encoded(quality=70, subsampling=subsampling, progressive=True, comment=b"hello")
    )
    assert details.subsampling == subsampling
    assert [len(table) for table in details.quantisation] == [64, 64]
    assert details.progressive
    assert details.comment == b"hello"
    assert not stated


def test_grey_has_one_table():
    details, stated = read_header(encoded(PICTURE.convert("L"), dpi=(300, 300)))
    assert len(details.quantisation) == 1
    assert stated


def test_uncommon_sampling_gets_full_chroma():
    data = encoded(subsampling=1)
    frame = data.index(b"\xff\xc0")
    rotated = data[: frame + 11] + b"\x12" + data[frame + 12 :]
    assert data[frame + 11] == 0x21
    assert read_header(rotated)[0].subsampling == 0


def test_damaged_exif_does_no_harm():
    exif = b"Exif\0\0" + make_exif()[:30]
    assert read_header(encoded(exif=exif))[0].subsampling == 2


def test_a_cut_header_is_noticed():
    data = encoded()
    start = data.index(b"\xff\xda")
    for end in range(3, start):
        with pytest.raises(UnreadableFile):
            read_header(data[:end])
