"""TIFF: what the decoder does not tell, and the EXIF tags that the encoder does not write."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from velatura_protocol.errors import UnreadableFile, Unsupported

from .ifd import BrokenDirectory, read_directory, read_first_directory
from .model import TiffCompression
from .tag_tree import TagTree, encode, read_tree, to_block

_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _EXTRA, _SAMPLE_FORMAT = 258, 259, 262, 277, 338, 339
_DESCRIPTIVE = (0x010E, 0x010F, 0x0110, 0x0112, 0x0131, 0x0132, 0x013B, 0x8298)
"""Description, make, model, orientation, software, date, artist, copyright."""

_COMPRESSIONS = {
    1: TiffCompression.NONE,
    5: TiffCompression.LZW,
}
_FOREIGN_MODELS = {5: "CMYK", 8: "Lab", 9: "Lab", 10: "Lab", 32803: "raw camera"}
_PALETTE = 3
_ONE_CHANNEL = (0, 1, _PALETTE)
_PREMULTIPLIED, _STRAIGHT = 1, 2
_FLOAT = 3
_RESOLUTION = (282, 283, 296)
_NO_UNIT = 1


@dataclass(frozen=True)
class TiffHeader:
    bits: int
    indexed: bool
    premultiplied: bool
    is_alpha_stated: bool
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
    channels = (directory.integers(data, _SAMPLES) or (1,))[0]
    extra = (directory.integers(data, _EXTRA) or (0,))[0]
    return TiffHeader(
        bits,
        photometric == _PALETTE,
        extra == _PREMULTIPLIED,
        extra in (_PREMULTIPLIED, _STRAIGHT)
        or channels == (1 if photometric in _ONE_CHANNEL else 3),
        kind == _FLOAT and bits == 16,
        # Whatever else it was (JPEG, zstd …), deflate loses nothing and every reader knows it.
        _COMPRESSIONS.get(compression, TiffCompression.DEFLATE),
        directory.find(_RESOLUTION[0]) is not None
        and directory.integers(data, _RESOLUTION[2])[:1] != (_NO_UNIT,),
    )


def read_exif(data: bytes) -> bytes:
    """The descriptive tags with the EXIF and GPS directories as an EXIF block; empty if none.

    :raises BrokenDirectory: a directory reaches past the end
    """
    tree = read_tree(data).only(_DESCRIPTIVE)
    return to_block(tree) if tree else b""


def without_alpha_claim(encoded: bytes) -> bytes:
    """``encoded`` (little-endian, as written here) with its extra channel called unspecified."""
    entry = read_first_directory(encoded).find(_EXTRA)
    if entry is None:
        return encoded
    return encoded[: entry.start] + bytes(2) + encoded[entry.start + 2 :]


def finish(encoded: bytes, exif: bytes, has_resolution: bool) -> bytes:
    """``encoded`` (little-endian, as written here) with the EXIF block's tags in its directory.

    A longer directory does not fit where the old one is, so a new one is appended and the header
    points to it. Tags that ``encoded`` has already stay as they are, except for the resolution
    that libvips makes up where none is known.

    :raises BrokenDirectory: the EXIF block is damaged
    """
    added = read_tree(exif) if exif else TagTree()
    start = len(encoded) + len(encoded) % 2
    base = read_first_directory(encoded)
    ours = {entry.tag: encoded[entry.at : entry.at + 12] for entry in base.entries}
    if not has_resolution:
        ours = {tag: raw for tag, raw in ours.items() if tag not in _RESOLUTION}
    appended = encoded.ljust(start, b"\0") + encode(added.without(ours), start)
    foreign = read_directory(appended, start)
    merged = ours | {entry.tag: appended[entry.at : entry.at + 12] for entry in foreign.entries}
    appended += bytes(len(appended) % 2)
    raw = b"".join(merged[tag] for tag in sorted(merged))
    directory = struct.pack("<H", len(merged)) + raw + bytes(4)
    return appended[:4] + struct.pack("<I", len(appended)) + appended[8:] + directory
