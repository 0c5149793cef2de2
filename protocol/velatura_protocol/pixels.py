"""Raw pixels as hosts hold them: depth, channel order, colour space, bytes.

Samples are little-endian, rows run top to bottom without padding, alpha is straight, and the colour
under alpha 0 is kept. Nothing here converts anything: the backend's ``imaging`` alone does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .geometry import Size


class Depth(Enum):
    """One sample. Integers span their whole range; floats have 1.0 as display white."""

    U8 = "u8"
    U16 = "u16"
    F16 = "f16"
    F32 = "f32"

    @property
    def sample_bytes(self) -> int:
        return {"u8": 1, "u16": 2, "f16": 2, "f32": 4}[self.value]


class Layout(Enum):
    """Order of the channels within a pixel. Krita's integer documents are BGRA."""

    GREY = "g"
    GREY_ALPHA = "ga"
    RGB = "rgb"
    RGBA = "rgba"
    BGR = "bgr"
    BGRA = "bgra"

    @property
    def channels(self) -> int:
        return len(self.value)

    @property
    def has_alpha(self) -> bool:
        return self.value.endswith("a")

    @property
    def is_grey(self) -> bool:
        return self.value.startswith("g")


class Transfer(Enum):
    """How sample values relate to light.

    ``ENCODED`` follows the profile's tone curve (or sRGB's without a profile). ``LINEAR`` is
    proportional to light; the profile, where there is one, has a linear curve too (Krita's float
    and 16-bit defaults), so the flag tells engines that work on encoded values to encode first.
    """

    ENCODED = "encoded"
    LINEAR = "linear"


@dataclass(frozen=True)
class PixelFormat:
    depth: Depth
    layout: Layout

    @property
    def pixel_bytes(self) -> int:
        return self.depth.sample_bytes * self.layout.channels

    def byte_count(self, size: Size) -> int:
        return size.area * self.pixel_bytes


MASK_FORMAT = PixelFormat(Depth.U8, Layout.GREY)
"""Selections are 8 bit in every host; 255 = edit."""


@dataclass(frozen=True)
class ColourSpace:
    """The document's colour space: ICC bytes as the host holds them, and the transfer.

    Without a profile (``icc == b""``) RGB means sRGB and grey means sRGB's curve.
    """

    icc: bytes = b""
    transfer: Transfer = Transfer.ENCODED


@dataclass(frozen=True)
class Pixels:
    """A block of pixels. ``data`` is any C-contiguous buffer of exactly the right length.

    :raises ValueError: the buffer's length does not match size and format
    """

    size: Size
    format: PixelFormat
    data: bytes | bytearray | memoryview

    def __post_init__(self) -> None:
        expected = self.format.byte_count(self.size)
        actual = memoryview(self.data).nbytes
        if actual != expected:
            raise ValueError(
                f"{self.size} pixels of {self.format.depth.value} {self.format.layout.value} "
                f"need {expected} bytes, not {actual}"
            )
