from __future__ import annotations

import io

import numpy as np
from PIL import Image

from tests.support.images import make_exif
from velatura_backend.imaging.files.webp import is_lossless, is_webp

PICTURE = np.random.default_rng(1).integers(0, 256, (9, 9, 4), np.uint8)


def encoded(samples=PICTURE, **options) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(samples).save(buffer, "WEBP", **options)
    return buffer.getvalue()


def test_lossless_is_told_from_lossy():
    for samples in (PICTURE, PICTURE[..., :3]):
        for exif in (b"", make_exif()):
            assert is_lossless(encoded(samples, lossless=True, exif=exif))
            assert not is_lossless(encoded(samples, lossless=False, exif=exif))


def test_the_container_is_recognised():
    assert is_webp(encoded())
    assert not is_webp(b"RIFF\0\0\0\0WAVE")
    assert not is_lossless(encoded()[:14])
