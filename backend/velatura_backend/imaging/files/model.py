"""An image file as a document: pixels, colour space, metadata, and how it was stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from velatura_protocol.errors import Unsupported
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import ColourSpace, Layout, PixelFormat

from ..arrays import Samples, depth_of, size_of
from .exif import with_size


class FileKind(Enum):
    PNG = "PNG"
    TIFF = "TIFF"
    JPEG = "JPEG"
    WEBP = "WebP"

    @classmethod
    def of_path(cls, path: Path) -> FileKind:
        """The kind that the suffix names.

        :raises Unsupported: it names none of ours
        """
        suffix = path.suffix.lower()
        for kind, suffixes in _SUFFIXES.items():
            if suffix in suffixes:
                return kind
        raise Unsupported(what=f"{suffix or 'suffixless'} files (use .png .tif .jpg or .webp)")


_SUFFIXES = {
    FileKind.PNG: (".png",),
    FileKind.TIFF: (".tif", ".tiff"),
    FileKind.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    FileKind.WEBP: (".webp",),
}


class FileNote(Enum):
    """What reading or writing changed; the value is the sentence to show."""

    INDEXED = "indexed colours are written as full colours"
    FEW_BITS = "samples of fewer than 8 bits are written with 8"
    HALF_FLOAT = "half float samples are written as 32-bit float"
    PREMULTIPLIED = "premultiplied alpha is written as straight alpha"
    LOSSY = "this format is lossy: the whole picture was encoded again, once"
    QUANTISED = "samples were rounded to the 8 or 16 bits this format holds"
    CLIPPED = "samples outside the range of this format were clipped"
    ENCODED = "linear light was encoded with the sRGB curve"
    CONVERTED = "this format has no grey: the picture was converted to sRGB"
    METADATA_LEFT_OUT = "EXIF or XMP that is damaged or too long for this format was left out"
    FLATTENED = "this format has no alpha: transparent pixels were laid over white"


class TiffCompression(Enum):
    NONE = "none"
    LZW = "lzw"
    DEFLATE = "deflate"


@dataclass(frozen=True)
class PngDetails:
    """``chunks``: (type, data) of the ancillary chunks that are kept as they are, in order; among
    them gAMA, cHRM, sRGB, iCCP, cICP, pHYs, eXIf and texts. gAMA, cHRM and cICP are carried along
    but not interpreted: without an ICC profile the samples are taken for sRGB."""

    chunks: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True)
class TiffDetails:
    """``is_alpha_stated`` False: the file has one channel more than its colours and does not say
    that it is alpha. Photoshop keeps saved selections so; programs differ in what they take it for.
    It is worked on as alpha, and written without such a claim."""

    compression: TiffCompression = TiffCompression.DEFLATE
    is_alpha_stated: bool = True


@dataclass(frozen=True)
class JpegDetails:
    """``quantisation``: the source's tables of 64, in natural order; none = quality 95.
    ``subsampling``: 0 = 4:4:4, 1 = 4:2:2, 2 = 4:2:0."""

    quantisation: tuple[tuple[int, ...], ...] = ()
    subsampling: int = 0
    progressive: bool = False
    comment: bytes = b""


@dataclass(frozen=True)
class WebpDetails:
    lossless: bool = True


Details = PngDetails | TiffDetails | JpegDetails | WebpDetails


@dataclass(frozen=True)
class Metadata:
    """``exif`` is a TIFF structure without the ``Exif\\0\\0`` prefix; ``dpi`` horizontal, vertical;
    ``orientation`` is EXIF's 1..8: how the *stored* pixels have to be turned to be seen upright.
    ``least_xmp`` is written where there is no room for ``xmp``."""

    exif: bytes = b""
    xmp: bytes = b""
    dpi: tuple[float, float] | None = None
    orientation: int = 1
    least_xmp: bytes = b""


@dataclass(frozen=True)
class ImageFile:
    """``samples``: (height, width, channels) as seen, upright; grey, grey-alpha, RGB or RGBA; maybe
    read-only. Writing in the same kind turns the pixels back and keeps the orientation tag."""

    samples: Samples
    kind: FileKind
    details: Details
    colour: ColourSpace = ColourSpace()
    metadata: Metadata = Metadata()
    notes: tuple[FileNote, ...] = ()

    @property
    def size(self) -> Size:
        return size_of(self.samples)

    @property
    def format(self) -> PixelFormat:
        return PixelFormat(depth_of(self.samples), layout_of(self.samples))

    def with_samples(self, samples: Samples) -> ImageFile:
        """Of another size, its metadata say so too."""
        changed = replace(self, samples=samples)
        if changed.size == self.size:
            return changed
        size, is_turned = changed.size, self.metadata.orientation >= 5
        stored = (size.height, size.width) if is_turned else (size.width, size.height)
        exif = with_size(self.metadata.exif, *stored)
        return replace(changed, metadata=replace(self.metadata, exif=exif))

    def with_xmp(self, xmp: bytes, least: bytes = b"") -> ImageFile:
        return replace(self, metadata=replace(self.metadata, xmp=xmp, least_xmp=least))


def layout_of(samples: Samples) -> Layout:
    """The layout that files have for this number of channels."""
    return (Layout.GREY, Layout.GREY_ALPHA, Layout.RGB, Layout.RGBA)[samples.shape[2] - 1]
