"""Image files in: libvips decodes, strictly; nothing half-read ever becomes a document."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from velatura_protocol.errors import MaskMismatch, TooLarge, UnreadableFile, Unsupported
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import ColourSpace, Transfer

from .. import colour
from ..arrays import Samples
from . import exif as exif_block
from . import jpeg, png, tiff, webp
from .ifd import BrokenDirectory
from .model import (
    Details,
    FileKind,
    FileNote,
    ImageFile,
    Metadata,
    TiffDetails,
    WebpDetails,
)
from .orientation import to_upright

MAX_PIXELS = 1 << 28
"""268 million: width × height, whatever the shape."""

_MODES = frozenset(("b-w", "grey16", "srgb", "rgb", "rgb16", "scrgb", "multiband"))
_DEPTHS = frozenset(("uchar", "ushort", "float"))
_MILLIMETRES_PER_INCH = 25.4
_SIGNATURE_BYTES = 12


def read_image(path: Path, max_pixels: int = MAX_PIXELS) -> ImageFile:
    """A PNG, TIFF, JPEG or WebP file as a document, upright, in its own depth.

    Float without a profile is linear light with sRGB's primaries (libvips's and most renderers'
    convention); everything else without a profile is sRGB. Pixels are checked against
    ``max_pixels`` before any is decoded.

    :raises UnreadableFile: missing, empty, not an image, truncated or damaged (``reason``)
    :raises Unsupported: CMYK, Lab, animated, several pages, other kinds and sample types (``what``)
    :raises TooLarge: more pixels than ``max_pixels``
    """
    kind, data = _read_bytes(path)
    header = _read_header(kind, data)
    notes = set(header.notes)
    try:
        image = pyvips.Image.new_from_buffer(data, "", access="sequential", fail_on="error")
        _check(image, kind, max_pixels)
        stored = np.asarray(image.numpy())
    except (pyvips.Error, UnicodeDecodeError) as error:  # messages may quote the file
        raise UnreadableFile(reason="truncated or damaged") from error
    samples = stored.reshape(image.height, image.width, image.bands)
    metadata = _read_metadata(image, kind, data, header.has_resolution, notes)
    return ImageFile(
        to_upright(samples, metadata.orientation),
        kind,
        header.details,
        _read_colour(image, samples),
        metadata,
        tuple(note for note in FileNote if note in notes),
    )


def align_mask(mask: Samples, mask_size: Size, image: ImageFile) -> Samples:
    """A mask file's samples in the document's upright orientation.

    A mask drawn on the upright picture fits as it is; one made by a program that ignores the
    orientation tag has the stored size, and is turned like the picture.

    :raises MaskMismatch: it has neither size
    """
    if mask_size == image.size:
        return mask
    if image.metadata.orientation >= 5 and mask_size == Size(image.size.height, image.size.width):
        return to_upright(mask, image.metadata.orientation)
    raise MaskMismatch(
        mask_width=mask_size.width,
        mask_height=mask_size.height,
        width=image.size.width,
        height=image.size.height,
    )


def _read_bytes(path: Path) -> tuple[FileKind, bytes]:
    """Read whole only if it begins like an image: a device such as /dev/zero never ends."""
    try:
        with path.open("rb") as file:
            beginning = file.peek(_SIGNATURE_BYTES)
            if not beginning:
                raise UnreadableFile(reason="the file is empty")
            return _sniff(beginning), file.read()
    except OSError as error:
        raise UnreadableFile(reason=(error.strerror or "failed").lower()) from error


def _sniff(data: bytes) -> FileKind:
    if data.startswith(png.SIGNATURE):
        return FileKind.PNG
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return FileKind.TIFF
    if data.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if webp.is_webp(data):
        return FileKind.WEBP
    if data.startswith((b"GIF87a", b"GIF89a")):
        raise Unsupported(what="GIF files")
    raise UnreadableFile(reason="not a PNG, TIFF, JPEG or WebP image")


@dataclass(frozen=True)
class _Header:
    """What the decoder does not tell of a file."""

    details: Details
    has_resolution: bool = False
    notes: tuple[FileNote, ...] = ()


def _read_header(kind: FileKind, data: bytes) -> _Header:
    if kind is FileKind.PNG:
        found = png.read_header(data)
        notes = _storage_notes(found.bits, found.indexed)
        return _Header(found.details, found.has_resolution, notes)
    if kind is FileKind.TIFF:
        tags = tiff.read_header(data)
        notes = _storage_notes(tags.bits, tags.indexed)
        notes += (FileNote.HALF_FLOAT,) * tags.half_float
        notes += (FileNote.PREMULTIPLIED,) * tags.premultiplied
        details = TiffDetails(tags.compression, tags.is_alpha_stated)
        return _Header(details, tags.has_resolution, notes)
    if kind is FileKind.JPEG:
        settings, stated = jpeg.read_header(data)
        return _Header(settings, stated)
    return _Header(WebpDetails(webp.is_lossless(data)))


def _storage_notes(bits: int, indexed: bool) -> tuple[FileNote, ...]:
    if indexed:
        return (FileNote.INDEXED,)
    return (FileNote.FEW_BITS,) if bits < 8 else ()


def _check(image: pyvips.Image, kind: FileKind, max_pixels: int) -> None:
    if _field(image, "n-pages", 1) > 1:
        several = "several pages" if kind is FileKind.TIFF else "animation"
        raise Unsupported(what=f"{kind.value} files with {several}")
    if image.width * image.height > max_pixels:
        raise TooLarge(pixels=image.width * image.height, limit=max_pixels)
    mode = str(image.interpretation)
    if mode not in _MODES:
        raise Unsupported(what=f"{mode.upper()} images")
    if image.format not in _DEPTHS:
        raise Unsupported(what=f"{kind.value} files with {image.format} samples")
    if image.bands > 4:
        raise Unsupported(what=f"images with {image.bands} channels")


def _field(image: pyvips.Image, name: str, default: int) -> int:
    if not image.get_typeof(name):
        return default
    value: Any = image.get(name)
    return int(value)


def _blob(image: pyvips.Image, name: str) -> bytes:
    if not image.get_typeof(name):
        return b""
    value: Any = image.get(name)
    return bytes(value)


def _read_metadata(
    image: pyvips.Image,
    kind: FileKind,
    data: bytes,
    has_resolution: bool,
    notes: set[FileNote],
) -> Metadata:
    found = _tiff_exif(data, notes) if kind is FileKind.TIFF else _blob(image, "exif-data")
    exif = exif_block.without_thumbnail(exif_block.without_prefix(found))
    orientation = _field(image, "orientation", 1)
    return Metadata(
        exif,
        _blob(image, "xmp-data").rstrip(b"\0"),
        _read_dpi(image, has_resolution),
        orientation if 1 <= orientation <= 8 else 1,
    )


def _tiff_exif(data: bytes, notes: set[FileNote]) -> bytes:
    try:
        return tiff.read_exif(data)
    except BrokenDirectory:
        notes.add(FileNote.METADATA_LEFT_OUT)
        return b""


def _read_dpi(image: pyvips.Image, stated: bool) -> tuple[float, float] | None:
    """None where the file says nothing: libvips reports 1 pixel per millimetre, or 72 dpi, then."""
    if not stated or image.xres <= 0.0 or image.yres <= 0.0:
        return None
    return image.xres * _MILLIMETRES_PER_INCH, image.yres * _MILLIMETRES_PER_INCH


def _read_colour(image: pyvips.Image, samples: Samples) -> ColourSpace:
    icc = _blob(image, "icc-profile-data")
    linear = colour.is_linear(icc) if icc else samples.dtype.kind == "f"
    return ColourSpace(icc, Transfer.LINEAR if linear else Transfer.ENCODED)
