"""TIFF: what the decoder does not tell, and the EXIF tags that the encoder does not write."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image

from velatura_protocol.errors import UnreadableFile, Unsupported

from .ifd import BrokenDirectory, Directory, read_directory, read_first_directory
from .model import TiffCompression

_BITS, _COMPRESSION, _PHOTOMETRIC, _EXTRA, _SAMPLE_FORMAT = 258, 259, 262, 338, 339
_EXIF, _GPS = 0x8769, 0x8825
_DESCRIPTIVE = (0x010E, 0x010F, 0x0110, 0x0112, 0x0131, 0x0132, 0x013B, 0x8298)
"""Description, make, model, orientation, software, date, artist, copyright."""

_COMPRESSIONS = {
    1: TiffCompression.NONE,
    5: TiffCompression.LZW,
}
_FOREIGN_MODELS = {5: "CMYK", 8: "Lab", 9: "Lab", 10: "Lab", 32803: "raw camera"}
_PALETTE = 3
_FLOAT = 3
_RESOLUTION = (282, 283, 296)
_NO_UNIT = 1
_PILLOW_PREFIX = len(b"Exif\0\0II*\0....")


@dataclass(frozen=True)
class TiffHeader:
    bits: int
    indexed: bool
    premultiplied: bool
    half_float: bool
    compression: TiffCompression
    has_resolution: bool


def read_header(data: bytes) -> TiffHeader:
    """:raises UnreadableFile: cut off or damaged: a tag that lies past the end would be dropped in
        silence by the decoder, the colour profile among them
    :raises Unsupported: a sample type that no document of ours has
    """
    try:
        directory = read_first_directory(data)
    except BrokenDirectory as error:
        raise UnreadableFile(reason="truncated or damaged") from error
    bits = (directory.integers(data, _BITS) or (1,))[0]
    kind = (directory.integers(data, _SAMPLE_FORMAT) or (1,))[0]
    if bits > 32 or kind not in (1, 4, _FLOAT) or (bits == 32 and kind != _FLOAT):
        raise Unsupported(what=f"TIFF files with {bits}-bit samples of this type")
    photometric = (directory.integers(data, _PHOTOMETRIC) or (1,))[0]
    if photometric in _FOREIGN_MODELS:
        raise Unsupported(what=f"{_FOREIGN_MODELS[photometric]} images")
    compression = (directory.integers(data, _COMPRESSION) or (1,))[0]
    return TiffHeader(
        bits,
        photometric == _PALETTE,
        directory.integers(data, _EXTRA)[:1] == (1,),
        kind == _FLOAT and bits == 16,
        # Whatever else it was (JPEG, zstd …), deflate loses nothing and every reader knows it.
        _COMPRESSIONS.get(compression, TiffCompression.DEFLATE),
        directory.find(_RESOLUTION[0]) is not None
        and directory.integers(data, _RESOLUTION[2])[:1] != (_NO_UNIT,),
    )


def read_exif(data: bytes) -> bytes:
    """The descriptive tags with the EXIF and GPS directories as an EXIF block; empty if none."""
    source = Image.Exif()
    source.load_from_fp(io.BytesIO(data))
    kept = Image.Exif()
    for tag in _DESCRIPTIVE:
        if tag in source:
            kept[tag] = source[tag]
    for pointer in (_EXIF, _GPS):
        nested = source.get_ifd(pointer)
        if nested:
            kept[pointer] = dict(nested)
    return kept.tobytes()[6:] if len(kept) else b""


def finish(encoded: bytes, exif: bytes, has_resolution: bool) -> bytes:
    """``encoded`` (little-endian, as written here) with the EXIF block's tags in its directory.

    A longer directory does not fit where the old one is, so a new one is appended and the header
    points to it. Tags that ``encoded`` has already stay as they are, except for the resolution
    that libvips makes up where none is known.
    """
    block = Image.Exif()
    block.load(exif)
    block.endian = "<"
    start = len(encoded) + len(encoded) % 2  # directories begin on a word
    # Pillow's prefix and header come first; its offsets are relative to the file, as they must be.
    appended = encoded + bytes(len(encoded) % 2) + block.tobytes(start)[_PILLOW_PREFIX:]
    base = _raw_entries(encoded, read_first_directory(encoded))
    if not has_resolution:
        base = {tag: raw for tag, raw in base.items() if tag not in _RESOLUTION}
    foreign = _raw_entries(appended, read_directory(appended, start))
    merged = sorted((foreign | base).items())
    appended += bytes(len(appended) % 2)
    directory = struct.pack("<H", len(merged)) + b"".join(raw for _, raw in merged) + bytes(4)
    return appended[:4] + struct.pack("<I", len(appended)) + appended[8:] + directory


def _raw_entries(data: bytes, directory: Directory) -> dict[int, bytes]:
    return {entry.tag: data[entry.at : entry.at + 12] for entry in directory.entries}
