from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from velatura_backend.imaging.files.jpeg import read_header
from velatura_protocol.errors import UnreadableFile

PICTURE = Image.fromarray(np.random.default_rng(1).integers(0, 256, (16, 16, 3), np.uint8))


def encoded(picture: Image.Image = PICTURE, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", **options)
    return buffer.getvalue()


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


def test_no_header_at_all():
    with pytest.raises(UnreadableFile):
        read_header(b"\xff\xd8\xff")
