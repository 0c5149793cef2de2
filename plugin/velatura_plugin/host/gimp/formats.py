# pyright: standard
"""Between GIMP's pixel formats and the protocol's.

babl names formats by a string, and finds one by it again with the picture's own colour space in the
name: pixels read so are the raw samples. Without the space in the name babl converts to sRGB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import UnsupportedWhat
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Transfer

from .gi_names import Babl, Gegl, Gimp

SELECTION = "Y u8"
"""Of selections and layer masks, whose values are labelled linear: any other name converts them."""
CHANNEL = "Y' u8"
"""Of saved channels of pictures in non-linear 8 bit, whose values are labelled encoded."""

_DEPTHS = {
    "u8": Depth.U8,
    "u16": Depth.U16,
    "half": Depth.F16,
    "float": Depth.F32,
    # Nothing on the wire is as wide. What is outside of a mask is GIMP's own and stays.
    "u32": Depth.F32,
    "double": Depth.F32,
}
_BABL_DEPTHS = {Depth.U8: "u8", Depth.U16: "u16", Depth.F16: "half", Depth.F32: "float"}
_COLOURS = {
    "linear": ("RGBA", "YA"),
    "non-linear": ("R'G'B'A", "Y'A"),
    "perceptual": ("R~G~B~A", "Y~A"),
}


@dataclass(frozen=True)
class ImageFormat:
    """How a picture's layers are read and written. ``babl``: the format's whole name."""

    pixels: PixelFormat
    babl: str


def format_of(image: Gimp.Image, layer: Gimp.Layer | None = None) -> ImageFormat:
    """In the picture's own depth, tone curve and colour space, always with alpha. Pictures with a
    palette are colours in 8 bit. ``layer``: one that was made for the picture, which may have no
    other.

    :raises Unsupported: a precision that no version of GIMP had when this was written
    """
    depth, curve = _precision(image)
    is_grey = image.get_base_type() == Gimp.ImageBaseType.GRAY
    encoding = f"{_COLOURS[curve][is_grey]} {_BABL_DEPTHS[depth]}"
    layout = Layout.GREY_ALPHA if is_grey else Layout.RGBA
    layers = image.get_layers() if layer is None else [layer]
    return ImageFormat(PixelFormat(depth, layout), _in_own_space(layers, encoding))


def colour_of(image: Gimp.Image) -> ColourSpace:
    """Without a profile of its own a picture is sRGB."""
    transfer = Transfer.LINEAR if curve_of(image) == "linear" else Transfer.ENCODED
    profile = image.get_color_profile()
    if profile is None and image.get_base_type() != Gimp.ImageBaseType.GRAY:
        return ColourSpace(transfer=transfer)
    effective = image.get_effective_color_profile()
    return ColourSpace(icc=bytes(effective.get_icc_profile()), transfer=transfer)


def curve_of(image: Gimp.Image) -> str:
    """``linear``, ``non-linear`` or ``perceptual``, in GIMP's words."""
    return _precision(image)[1]


def precision_of(image: Gimp.Image) -> tuple[Gimp.ImageBaseType, Gimp.Precision]:
    """For another picture that is to be like it: a palette is of the picture it was made for, whose
    colours are 8 bit."""
    base = image.get_base_type()
    if base == Gimp.ImageBaseType.INDEXED:
        return Gimp.ImageBaseType.RGB, Gimp.Precision.U8_NON_LINEAR
    return base, image.get_precision()


def _precision(image: Gimp.Image) -> tuple[Depth, str]:
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        return Depth.U8, "non-linear"
    nick = image.get_precision().value_nick
    depth, _, curve = nick.partition("-")
    if depth not in _DEPTHS or curve not in _COLOURS:
        raise Unsupported(what=UnsupportedWhat.PRECISION, precision=nick)
    return _DEPTHS[depth], curve


def _in_own_space(layers: Sequence[Gimp.Layer], encoding: str) -> str:
    """The name of ``encoding`` in the colour space of these; babl knows it from then on."""
    if not layers:
        return encoding
    space = Babl.format_get_space(layers[0].get_format())
    return Babl.get_name(Babl.format_with_space(encoding, space))


def mask_format(drawable: Gimp.Drawable) -> str:
    """Of a selection, a mask or a channel: the name by which its values are read as they are.
    GIMP labels those of channels encoded in pictures of non-linear 8 bit and linear in all others.
    """
    own = Babl.get_name(drawable.get_format())
    return CHANNEL if own.startswith("Y'") else SELECTION


def rectangle(region: Rect) -> Gegl.Rectangle:
    return Gegl.Rectangle.new(region.x, region.y, region.width, region.height)
