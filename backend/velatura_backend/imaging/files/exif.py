"""The EXIF block: orientation, size, and the thumbnail that would show what was just removed."""

from __future__ import annotations

import struct

from .ifd import BrokenDirectory, Directory, read_directory, read_first_directory

_PREFIX = b"Exif\0\0"
_ORIENTATION = 0x0112
_EXIF_AT, _WIDTH, _HEIGHT = 0x8769, 0xA002, 0xA003
_SIZE_CODES = {3: "H", 4: "I"}
_THUMBNAIL_AT, _THUMBNAIL_BYTES = 0x0201, 0x0202


def without_prefix(blob: bytes) -> bytes:
    """The TIFF structure alone: JPEG and some WebP and PNG writers put ``Exif\\0\\0`` before it."""
    return blob[len(_PREFIX) :] if blob.startswith(_PREFIX) else blob


def orientation_of(exif: bytes) -> int:
    """1..8; 1 if there is none or the block is broken (readers everywhere ignore it then)."""
    try:
        found = read_first_directory(exif).integers(exif, _ORIENTATION)
    except BrokenDirectory:
        return 1
    return found[0] if found and 1 <= found[0] <= 8 else 1


def with_orientation(exif: bytes, orientation: int) -> bytes:
    """The block with its orientation tag, if it has one, set; everything else as it was."""
    try:
        directory = read_first_directory(exif)
    except BrokenDirectory:
        return exif
    entry = directory.find(_ORIENTATION)
    if entry is None or entry.type != 3:
        return exif
    patched = bytearray(exif)
    struct.pack_into(f"{directory.order}H", patched, entry.start, orientation)
    return bytes(patched)


def with_size(exif: bytes, width: int, height: int) -> bytes:
    """The block with what it says of the stored picture's size, if it says anything, set."""
    try:
        first = read_first_directory(exif)
        inner = first.integers(exif, _EXIF_AT)
        directory = read_directory(exif, inner[0]) if inner else None
    except BrokenDirectory:
        return exif
    if directory is None:
        return exif
    patched = bytearray(exif)
    for tag, value in ((_WIDTH, width), (_HEIGHT, height)):
        entry = directory.find(tag)
        code = _SIZE_CODES.get(entry.type) if entry is not None and entry.count == 1 else None
        if entry is not None and code is not None and value < 1 << 8 * struct.calcsize(code):
            struct.pack_into(f"{first.order}{code}", patched, entry.start, value)
    return bytes(patched)


def without_thumbnail(exif: bytes) -> bytes:
    """The block with its embedded thumbnail unlinked and blanked.

    A thumbnail is a small copy of the picture before the edit: it would give away what the user
    has just taken out, and file managers would go on showing it.
    """
    try:
        first = read_first_directory(exif)
        if first.big or not first.next:
            return exif
        thumbnail = read_directory(exif, first.next)
    except BrokenDirectory:
        return exif
    patched = bytearray(exif)
    struct.pack_into(f"{first.order}I", patched, first.next_at, 0)
    _blank(patched, exif, thumbnail)
    return bytes(patched)


def _blank(patched: bytearray, exif: bytes, thumbnail: Directory) -> None:
    start = thumbnail.integers(exif, _THUMBNAIL_AT)
    length = thumbnail.integers(exif, _THUMBNAIL_BYTES)
    if start and length:
        end = min(start[0] + length[0], len(patched))
        patched[start[0] : end] = bytes(max(0, end - start[0]))
