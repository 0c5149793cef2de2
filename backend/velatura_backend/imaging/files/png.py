"""PNG's chunks: which are kept, and how a freshly encoded file gets them back.

PNG specification, third edition (W3C, 2025).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from velatura_protocol.errors import UnreadableFile, Unsupported

from .model import Metadata, PngDetails

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP_KEYWORD = b"XML:com.adobe.xmp\0"
_PER_METRE = b"\1"
# sBIT and bKGD speak of the old samples, tIME of the old file; the rest still holds.
_KEPT = frozenset(b"cICP gAMA cHRM sRGB iCCP mDCV cLLI pHYs eXIf tEXt zTXt iTXt".split())


@dataclass(frozen=True)
class PngHeader:
    bits: int
    indexed: bool
    details: PngDetails
    has_resolution: bool


def read_header(data: bytes) -> PngHeader:
    """What of a PNG the decoder does not tell.

    :raises Unsupported: animated
    :raises UnreadableFile: a chunk without a proper name
    """
    bits, colour_type = 8, 0
    kept: list[tuple[bytes, bytes]] = []
    for name, content in _chunks(data):
        if name == b"IHDR" and len(content) == 13:
            bits, colour_type = content[8], content[9]
        elif name == b"acTL":
            raise Unsupported(what="animated PNG files")
        elif name in _KEPT and not content.startswith(_XMP_KEYWORD):
            kept.append((name, content))
    stated = any(name == b"pHYs" and content[8:] == _PER_METRE for name, content in kept)
    return PngHeader(bits, colour_type == 3, PngDetails(tuple(kept)), stated)


def with_chunks(encoded: bytes, details: PngDetails, icc: bytes, metadata: Metadata) -> bytes:
    """``encoded`` with nothing but its pixels kept, and ``details`` and the metadata put in.

    Profile and resolution are written as they were found; the EXIF block may have changed.
    """
    chunks = [(name, content) for name, content in details.chunks if name != b"eXIf"]
    present = {name for name, _ in chunks}
    chunks += [chunk for chunk in _metadata_chunks(icc, metadata) if chunk[0] not in present]
    if metadata.xmp:
        chunks.append((b"iTXt", _XMP_KEYWORD + b"\0\0\0\0" + metadata.xmp))
    parts = [SIGNATURE]
    for name, content in _chunks(encoded):
        if name in (b"IHDR", b"PLTE", b"IDAT", b"IEND"):
            parts.append(_chunk(name, content))
        if name == b"IHDR":
            parts.extend(_chunk(kind, kept) for kind, kept in chunks)
    return b"".join(parts)


def _metadata_chunks(icc: bytes, metadata: Metadata) -> Iterator[tuple[bytes, bytes]]:
    if icc:
        yield b"iCCP", b"ICC profile\0\0" + zlib.compress(icc)
    if metadata.dpi:
        per_metre = (round(each / 0.0254) for each in metadata.dpi)
        yield b"pHYs", struct.pack(">IIB", *per_metre, 1)
    if metadata.exif:
        yield b"eXIf", metadata.exif


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Until the data end; whether they are complete is the decoder's business."""
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if not name.isalpha():
            # The decoder would put these bytes into a message, which must be text.
            raise UnreadableFile(reason="truncated or damaged")
        yield name, data[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I4s", len(content), name)
        + content
        + struct.pack(">I", zlib.crc32(content, zlib.crc32(name)))
    )
