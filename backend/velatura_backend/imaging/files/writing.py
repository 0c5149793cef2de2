"""Image files out: same kind, same depth, same settings as they came in, where the kind allows."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from PIL import Image

from velatura_protocol.engines import EngineColour
from velatura_protocol.errors import TooLarge, Unsupported
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Transfer

from .. import colour
from ..arrays import (
    Samples,
    depth_of,
    from_working,
    is_integer,
    quantise,
    to_working,
    white_of,
)
from ..icc import is_grey_profile
from . import exif as exif_block
from . import png, tiff
from .atomic import write_atomically
from .ifd import BrokenDirectory
from .model import (
    FileKind,
    FileNote,
    ImageFile,
    JpegDetails,
    PngDetails,
    TiffCompression,
    TiffDetails,
    WebpDetails,
)
from .orientation import to_stored

_MAX_SIDES = {FileKind.WEBP: 16383, FileKind.JPEG: 65500}
_CLASSIC_TIFF_BYTES = 4_000_000_000
_MILLIMETRES_PER_INCH = 25.4
_PNG_DEFLATE_LEVEL = 6
_TIFF_DEFLATE_LEVEL = 3  # 6 takes 1.7 times as long for 1 % less of a float picture
_ALL_PNG_FILTERS = 0xF8
_JPEG_QUALITY = 95
_JPEG_METADATA_BYTES = 65_000
_LOSSY_WEBP_QUALITY = 95
_LOSSLESS_WEBP_EFFORT = 20  # at the default of 80, 12 megapixels took 27 s in place of 3, for 1 %


def write_image(path: Path, image: ImageFile) -> tuple[FileNote, ...]:
    """Write ``image`` to ``path``, whole or not at all; the suffix names the kind.

    In the source's own kind everything is stored as it was: depth, orientation, compression, JPEG
    tables and sampling, PNG chunks. In another kind, pixels are stored upright, with the profile,
    EXIF and XMP, in the greatest depth the kind holds. Returns what had to be changed.

    :raises Unsupported: the suffix names no kind of ours, or it cannot hold so long a side
    :raises TooLarge: a TIFF over 4 GB
    :raises DiskFull, UnwritableFile: see :func:`~.atomic.write_atomically`
    """
    kind = FileKind.of_path(path)
    notes: set[FileNote] = set()
    _check_size(image, kind)
    fitted = _fit(image, kind, notes)
    stored = fitted.with_samples(
        np.ascontiguousarray(to_stored(fitted.samples, fitted.metadata.orientation))
    )
    encode = {
        FileKind.PNG: _encode_png,
        FileKind.TIFF: _encode_tiff,
        FileKind.JPEG: _encode_jpeg,
        FileKind.WEBP: _encode_webp,
    }[kind]
    write_atomically(path, encode(stored, notes))
    return tuple(note for note in FileNote if note in notes)


def _check_size(image: ImageFile, kind: FileKind) -> None:
    longer = max(image.size.width, image.size.height)
    if kind in _MAX_SIDES and longer > _MAX_SIDES[kind]:
        raise Unsupported(what=f"{kind.value} files longer than {_MAX_SIDES[kind]} pixels")
    if kind is FileKind.TIFF and image.samples.nbytes > _CLASSIC_TIFF_BYTES:
        pixel = image.samples.shape[2] * image.samples.itemsize
        raise TooLarge(pixels=image.size.area, limit=_CLASSIC_TIFF_BYTES // pixel)


def _fit(image: ImageFile, kind: FileKind, notes: set[FileNote]) -> ImageFile:
    """The image with the depth, channels and details that ``kind`` can hold."""
    samples = _fit_depth(image, kind, notes)
    if kind is FileKind.JPEG and samples.shape[2] in (2, 4):
        samples = _flatten(samples, notes)
    fitted = image.with_samples(samples)
    if kind is FileKind.WEBP and samples.shape[2] <= 2:
        fitted = _grey_to_rgb(fitted, notes)
    return fitted if kind is image.kind else _converted(fitted, kind)


def _grey_to_rgb(image: ImageFile, notes: set[FileNote]) -> ImageFile:
    """The same values three times; a grey profile, which no RGB file may carry, is converted."""
    samples = image.samples
    if not is_grey_profile(image.colour.icc):
        return image.with_samples(
            np.concatenate((samples[..., :1].repeat(3, axis=2), samples[..., 1:]), axis=2)
        )
    notes.add(FileNote.CONVERTED)
    layout = image.format.layout
    to_srgb = colour.conversion(image.colour, True, EngineColour.SRGB).to_engine
    rgb = PixelFormat(Depth.U8, Layout.RGBA if layout.has_alpha else Layout.RGB)
    shown = from_working(to_srgb(to_working(samples, layout)), rgb).samples
    return replace(image, samples=shown, colour=ColourSpace())


def _converted(image: ImageFile, kind: FileKind) -> ImageFile:
    upright = exif_block.with_orientation(image.metadata.exif, 1)
    metadata = replace(image.metadata, exif=upright, orientation=1)
    details = {
        FileKind.PNG: PngDetails(),
        FileKind.TIFF: TiffDetails(),
        FileKind.JPEG: JpegDetails(),
        FileKind.WEBP: WebpDetails(),
    }[kind]
    return replace(image, kind=kind, details=details, metadata=metadata)


def _fit_depth(image: ImageFile, kind: FileKind, notes: set[FileNote]) -> Samples:
    depth = depth_of(image.samples)
    if kind is FileKind.TIFF:
        return image.samples if depth is not Depth.F16 else image.samples.astype(np.float32)
    wanted = Depth.U8 if kind in (FileKind.JPEG, FileKind.WEBP) or depth is Depth.U8 else Depth.U16
    if depth is wanted:
        return image.samples
    notes.add(FileNote.QUANTISED)
    if is_integer(depth):
        values = image.samples / np.float32(white_of(depth))
    else:
        values = image.samples.astype(np.float32)
        if image.colour.transfer is Transfer.LINEAR and not image.colour.icc:
            # An integer file without a profile is read as sRGB, so that is what it has to hold.
            notes.add(FileNote.ENCODED)
            values = colour.encode_colour_channels(values)
    quantised = quantise(values, wanted)
    if quantised.clipped:
        notes.add(FileNote.CLIPPED)
    return quantised.samples


def _flatten(samples: Samples, notes: set[FileNote]) -> Samples:
    opaque = samples[..., :-1]
    alpha = samples[..., -1:]
    if (alpha == 255).all():
        return opaque
    notes.add(FileNote.FLATTENED)
    weight = alpha / np.float32(255.0)
    return np.rint(opaque * weight + 255.0 * (1.0 - weight)).astype(np.uint8)


def _encode_png(image: ImageFile, notes: set[FileNote]) -> bytes:
    encoded = bytes(
        _vips_image(image).pngsave_buffer(compression=_PNG_DEFLATE_LEVEL, filter=_ALL_PNG_FILTERS)
    )
    details = image.details if isinstance(image.details, PngDetails) else PngDetails()
    return png.with_chunks(encoded, details, image.colour.icc, image.metadata)


def _encode_tiff(image: ImageFile, notes: set[FileNote]) -> bytes:
    details = image.details if isinstance(image.details, TiffDetails) else TiffDetails()
    picture = _vips_image(image)
    metadata = image.metadata
    blobs: dict[str, Any] = {"icc-profile-data": image.colour.icc, "xmp-data": metadata.xmp}
    for name, blob in blobs.items():
        if blob:
            picture.set_type(pyvips.GValue.blob_type, name, blob)
    picture.set_type(pyvips.GValue.gint_type, "orientation", metadata.orientation)
    if metadata.dpi:
        horizontal, vertical = (each / _MILLIMETRES_PER_INCH for each in metadata.dpi)
        picture = picture.copy(xres=horizontal, yres=vertical)
    predictor = "float" if image.samples.dtype.kind == "f" else "horizontal"
    if details.compression is TiffCompression.NONE:
        predictor = "none"
    encoded = bytes(
        picture.tiffsave_buffer(
            compression=details.compression.value,
            level=_TIFF_DEFLATE_LEVEL,
            predictor=predictor,
            resunit="inch",
        )
    )
    if not details.is_alpha_stated:
        encoded = tiff.without_alpha_claim(encoded)
    has_resolution = metadata.dpi is not None
    try:
        return tiff.finish(encoded, metadata.exif, has_resolution)
    except BrokenDirectory:
        notes.add(FileNote.METADATA_LEFT_OUT)
        return tiff.finish(encoded, b"", has_resolution)


def _encode_jpeg(image: ImageFile, notes: set[FileNote]) -> bytes:
    notes.add(FileNote.LOSSY)
    details = image.details if isinstance(image.details, JpegDetails) else JpegDetails()
    options: dict[str, Any] = {"quality": _JPEG_QUALITY}
    if details.quantisation:
        options = {"qtables": [list(table) for table in details.quantisation]}
    if image.samples.shape[2] == 3:
        options["subsampling"] = details.subsampling
    if details.comment:
        options["comment"] = details.comment
    options |= {"progressive": details.progressive, "optimize": True}
    if image.metadata.dpi:
        options["dpi"] = tuple(round(each) for each in image.metadata.dpi)
    return _encode_with_pillow(_within_segments(image, notes), "JPEG", options)


def _within_segments(image: ImageFile, notes: set[FileNote]) -> ImageFile:
    """JPEG keeps EXIF and XMP in one segment of 64 KiB each."""
    metadata = image.metadata
    exif = metadata.exif if len(metadata.exif) <= _JPEG_METADATA_BYTES else b""
    xmp = metadata.xmp if len(metadata.xmp) <= _JPEG_METADATA_BYTES else metadata.least_xmp
    if (exif, xmp) != (metadata.exif, metadata.xmp):
        notes.add(FileNote.METADATA_LEFT_OUT)
    return replace(image, metadata=replace(metadata, exif=exif, xmp=xmp))


def _encode_webp(image: ImageFile, notes: set[FileNote]) -> bytes:
    if isinstance(image.details, WebpDetails) and not image.details.lossless:
        notes.add(FileNote.LOSSY)
        return _encode_with_pillow(image, "WEBP", {"quality": _LOSSY_WEBP_QUALITY, "exact": True})
    lossless = {"lossless": True, "exact": True, "quality": _LOSSLESS_WEBP_EFFORT}
    return _encode_with_pillow(image, "WEBP", lossless)


def _encode_with_pillow(image: ImageFile, name: str, options: dict[str, Any]) -> bytes:
    """8-bit kinds only: Pillow has no more bits, but passes EXIF and tables through as they are."""
    samples = image.samples[..., 0] if image.samples.shape[2] == 1 else image.samples
    metadata = image.metadata
    if image.colour.icc:
        options["icc_profile"] = image.colour.icc
    if metadata.exif:
        options["exif"] = b"Exif\0\0" + metadata.exif
    if metadata.xmp:
        options["xmp"] = metadata.xmp
    buffer = io.BytesIO()
    Image.fromarray(samples).save(buffer, name, **options)
    return buffer.getvalue()


def _vips_image(image: ImageFile) -> pyvips.Image:
    samples = image.samples
    names = {"u1": "uchar", "u2": "ushort", "f4": "float"}
    modes = {"u1": ("b-w", "srgb"), "u2": ("grey16", "rgb16"), "f4": ("b-w", "scrgb")}
    dtype = samples.dtype.str[1:]
    raw = pyvips.Image.new_from_memory(
        samples.reshape(-1).view(np.uint8).data,
        image.size.width,
        image.size.height,
        samples.shape[2],
        names[dtype],
    )
    return raw.copy(interpretation=modes[dtype][samples.shape[2] > 2])
