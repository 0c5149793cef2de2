# pyright: standard
"""Layers from pixels. Filled before they are inserted: nobody can lock or delete them meanwhile."""

from __future__ import annotations

from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Pixels

from ..base import LayerContent, PatchContent
from .bands import bands
from .buffers import write, write_all
from .formats import SELECTION, ImageFormat, curve_of, format_of
from .gi_names import Gimp

_WHOLE = 100.0
_SPACES = {
    "linear": Gimp.LayerColorSpace.RGB_LINEAR,
    "non-linear": Gimp.LayerColorSpace.RGB_NON_LINEAR,
    "perceptual": Gimp.LayerColorSpace.RGB_PERCEPTUAL,
}
_TYPES = {
    Gimp.ImageBaseType.RGB: Gimp.ImageType.RGBA_IMAGE,
    Gimp.ImageBaseType.GRAY: Gimp.ImageType.GRAYA_IMAGE,
    Gimp.ImageBaseType.INDEXED: Gimp.ImageType.INDEXEDA_IMAGE,
}


def layer_of(image: Gimp.Image, content: LayerContent) -> Gimp.Layer:
    """As large as its region, with a mask unless all of it shows. Not in the picture yet."""
    layer = Gimp.Layer.new(
        image,
        content.name,
        content.region.width,
        content.region.height,
        _TYPES[image.get_base_type()],
        content.opacity * _WHOLE,
        mode_called(content.blend),
    )
    _mix_as_encoded(image, layer)
    form = format_of(image, layer)
    for patch in content.patches:
        _fill(layer, content.region, patch, form)
    layer.set_offsets(content.region.x, content.region.y)
    if not _shows_whole(content):
        layer.add_mask(_mask_of(layer, content))
    return layer


def group_called(image: Gimp.Image, name: str) -> Gimp.GroupLayer:
    group = Gimp.GroupLayer.new(image, name)
    _mix_as_encoded(image, group)
    return group


def _mix_as_encoded(image: Gimp.Image, layer: Gimp.Layer) -> None:
    """By itself GIMP mixes normal layers and groups in linear light, whatever the picture's own
    encoding is: the edge of a mask would not look as it did in the preview."""
    layer.set_composite_space(_SPACES[curve_of(image)])


def mode_called(nick: str) -> Gimp.LayerMode:
    """GIMP's own name of a mode; what it does not know (another host's) is normal."""
    name = nick.upper().replace("-", "_")
    return getattr(Gimp.LayerMode, name, Gimp.LayerMode.NORMAL)


def on_its_own(content: LayerContent) -> LayerContent:
    """With its corner at 0, 0 and its scale taken in: patches as large as their pixels."""
    patches = tuple(_own(each, content) for each in content.patches)
    size = content.region.size.scaled(content.scale)
    return LayerContent(
        content.name, Rect.of_size(size), patches, 1.0, content.blend, content.opacity
    )


def _own(patch: PatchContent, content: LayerContent) -> PatchContent:
    left = round((patch.region.x - content.region.x) * content.scale)
    top = round((patch.region.y - content.region.y) * content.scale)
    size = patch.pixels.size
    return PatchContent(Rect(left, top, size.width, size.height), patch.pixels, patch.mask)


def _fill(layer: Gimp.Layer, region: Rect, patch: PatchContent, form: ImageFormat) -> None:
    place = patch.region.translated(-region.x, -region.y)
    write(layer, place, patch.pixels, form.babl)


def _shows_whole(content: LayerContent) -> bool:
    """One patch over all of it that nothing hides a part of; what lies outside of patches is
    transparent without a mask, too."""
    return all(patch.mask is None for patch in content.patches)


def _mask_of(layer: Gimp.Layer, content: LayerContent) -> Gimp.LayerMask:
    mask = layer.create_mask(Gimp.AddMaskType.BLACK)
    written: list[Rect] = []
    for patch in content.patches:
        place = patch.region.translated(-content.region.x, -content.region.y)
        shown = patch.mask or _white(patch.region.size)
        is_black = all(place.intersection(each).is_empty for each in written)
        parts = bands(shown) if is_black else [(Rect.of_size(place.size), shown)]
        moved = ((part.translated(place.x, place.y), each) for part, each in parts)
        write_all(mask, moved, SELECTION)
        written.append(place)
    return mask


def _white(size: Size) -> Pixels:
    return Pixels(size, MASK_FORMAT, b"\xff" * size.area)
