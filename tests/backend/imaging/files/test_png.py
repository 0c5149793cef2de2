from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from tests.support.images import make_exif, png_bytes
from velatura_backend.imaging.files.model import Metadata, PngDetails
from velatura_backend.imaging.files.png import (
    SIGNATURE,
    read_header,
    with_chunks,
)
from velatura_protocol.errors import UnreadableFile, Unsupported

PICTURE = np.zeros((2, 3, 3), np.uint8)


def chunk(name: bytes, content: bytes) -> bytes:
    crc = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)


def inserted(*chunks: tuple[bytes, bytes]) -> bytes:
    plain = png_bytes(PICTURE)
    after_header = len(SIGNATURE) + 25
    return plain[:after_header] + b"".join(chunk(*c) for c in chunks) + plain[after_header:]


def names(data: bytes) -> list[bytes]:
    found, at = [], len(SIGNATURE)
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        (crc,) = struct.unpack_from(">I", data, at + 8 + length)
        assert crc == zlib.crc32(data[at + 4 : at + 8 + length])
        found.append(name)
        at += 12 + length
    return found


def test_what_still_holds_after_an_edit_is_kept_in_order():
    data = inserted(
        (b"gAMA", struct.pack(">I", 45455)),
        (b"cICP", bytes((9, 16, 0, 1))),
        (b"sBIT", bytes((5, 5, 5))),
        (b"tIME", bytes(7)),
        (b"tEXt", b"Title\0a day out"),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"),
    )
    kept = read_header(data).details.chunks
    assert [name for name, _ in kept] == [b"gAMA", b"cICP", b"tEXt"]
    written = with_chunks(png_bytes(PICTURE), PngDetails(kept), b"", Metadata(xmp=b"<new/>"))
    assert names(written) == [b"IHDR", b"gAMA", b"cICP", b"tEXt", b"iTXt", b"IDAT", b"IEND"]
    assert b"a day out" in written
    assert b"<new/>" in written


def test_an_exif_block_that_was_changed_replaces_the_old_one():
    data = inserted((b"eXIf", make_exif(6)))
    written = with_chunks(data, read_header(data).details, b"", Metadata(make_exif(1)))
    assert make_exif(1) in written
    assert make_exif(6) not in written


def test_chunks_for_a_picture_from_elsewhere():
    metadata = Metadata(exif=make_exif(), dpi=(300, 72))
    written = with_chunks(png_bytes(PICTURE), PngDetails(), b"profile", metadata)
    chunks = dict(read_header(written).details.chunks)
    assert chunks[b"pHYs"] == struct.pack(">IIB", 11811, 2835, 1)
    assert chunks[b"eXIf"] == make_exif()
    assert zlib.decompress(chunks[b"iCCP"].partition(b"\0\0")[2]) == b"profile"
    bare = with_chunks(written, PngDetails(), b"", Metadata())
    assert names(bare) == [b"IHDR", b"IDAT", b"IEND"]


def test_what_was_found_is_not_written_anew():
    found = PngDetails(((b"iCCP", b"Its name\0\0rest"), (b"pHYs", bytes(9))))
    written = with_chunks(png_bytes(PICTURE), found, b"profile", Metadata(dpi=(300, 300)))
    assert read_header(written).details == found


def test_what_the_header_says():
    assert read_header(png_bytes(PICTURE)).bits == 8
    assert not read_header(png_bytes(PICTURE)).has_resolution
    assert read_header(png_bytes(PICTURE, dpi=(300, 300))).has_resolution
    unitless = inserted((b"pHYs", struct.pack(">IIB", 4, 3, 0)))
    assert not read_header(unitless).has_resolution


def test_animations_are_refused():
    with pytest.raises(Unsupported) as caught:
        read_header(inserted((b"acTL", struct.pack(">II", 3, 0))))
    assert caught.value.params == {"what": "animated PNG files"}


def test_a_chunk_without_a_name_is_damage():
    with pytest.raises(UnreadableFile):
        read_header(inserted((b"\xffEXt", b"")))


def test_a_cut_header_is_left_to_the_decoder():
    data = png_bytes(PICTURE)
    for end in range(len(data)):
        read_header(data[:end])
