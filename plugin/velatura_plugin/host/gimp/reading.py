# pyright: standard
"""What is seen of a picture: all of it, up to a layer, or of a layer alone.

GIMP has no reading of a projection. Copies of the layers that are asked for, which share their
tiles with them, go into a picture that is no larger than the region, and GIMP draws that. Modes,
masks, groups and filters come out as in the picture itself, in a third of the time that merging a
copy of the whole picture takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from velatura_protocol.errors import HostFailed
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import Pixels

from .buffers import read
from .colouring import share_profile
from .formats import ImageFormat, precision_of
from .gi_names import Gimp
from .tree import hide_all_above, hide_all_beside, hide_shown_masks, lineage

_WHOLE = 100.0


@dataclass(frozen=True)
class View:
    """A picture without what is staged in it."""

    image: Gimp.Image
    form: ImageFormat
    staged: tuple[Gimp.Layer, ...]

    @property
    def canvas(self) -> Rect:
        return Rect(0, 0, self.image.get_width(), self.image.get_height())


def seen(view: View, region: Rect) -> Pixels:
    """Everything that is visible."""
    alone = _only_visible(view)
    if alone is not None:
        return _of_layer(view, alone, region)
    with _drawing(view, region, view.image.get_layers()) as drawing:
        return drawing.pixels()


def seen_below(view: View, layer: Gimp.Layer, region: Rect) -> Pixels:
    """Up to the layer and with it."""
    tops = view.image.get_layers()
    first = view.image.get_item_position(_top_of(layer))
    with _drawing(view, region, tops[first:]) as drawing:
        hide_all_above(drawing.image, drawing.copy_of(layer))
        return drawing.pixels()


def seen_alone(view: View, layer: Gimp.Layer, region: Rect) -> Pixels:
    """Whether it is visible or not, at full opacity, with its mask, its filters, and what lies in
    it; not with what the groups around it do to it, which they will do to its result, too."""
    if _is_plain(layer):
        return _of_layer(view, layer, region)
    with _drawing(view, region, [_top_of(layer)]) as drawing:
        own = drawing.copy_of(layer)
        hide_all_beside(drawing.image, own)
        for each in lineage(own):
            each.set_visible(True)
            each.set_opacity(_WHOLE)
            each.set_mode(Gimp.LayerMode.NORMAL)
            if each.get_id() != own.get_id():
                _strip(each)
        return drawing.pixels()


@dataclass(frozen=True)
class _Drawing:
    """A picture of a region. ``copies``: by the number of what each is a copy of."""

    view: View
    image: Gimp.Image
    region: Rect
    copies: dict[int, Gimp.Layer]

    def copy_of(self, layer: Gimp.Layer) -> Gimp.Layer:
        """By where it lies in its groups: copies have other numbers and names."""
        *inner, top = lineage(layer)
        found = self.copies[top.get_id()]
        for each in reversed(inner):
            found = found.get_children()[self.view.image.get_item_position(each)]
        return found

    def pixels(self) -> Pixels:
        hide_shown_masks(self.image)
        if not any(each.get_visible() for each in self.image.get_layers()):
            return _nothing(self.view.form, self.region)
        whole = Gimp.Layer.new_from_visible(self.image, self.image, "seen")
        try:
            return read(whole, Rect.of_size(self.region.size), self.view.form)
        finally:
            whole.delete()


@contextmanager
def _drawing(view: View, region: Rect, layers: Sequence[Gimp.Layer]) -> Iterator[_Drawing]:
    """Of these, from top to bottom, without what is staged. Gone afterwards."""
    source, staged = view.image, {each.get_id() for each in view.staged}
    image = Gimp.Image.new_with_precision(region.width, region.height, *precision_of(source))
    try:
        image.undo_disable()
        share_profile(source, image)
        copies: dict[int, Gimp.Layer] = {}
        for layer in reversed(layers):
            if layer.get_id() not in staged:
                copies[layer.get_id()] = _copied(layer, image, region)
        drawing = _Drawing(view, image, region, copies)
        for each in view.staged:
            if _top_of(each).get_id() in copies:
                drawing.copy_of(each).set_visible(False)
        yield drawing
    finally:
        image.delete()


def _copied(layer: Gimp.Layer, into: Gimp.Image, region: Rect) -> Gimp.Layer:
    """On top of what is there, where it lies in the region."""
    copy = Gimp.Layer.new_from_drawable(layer, into)
    if copy is None or not into.insert_layer(copy, None, 0):
        raise HostFailed(kind="layer not copied")
    copy.set_lock_position(False)
    _, left, top = layer.get_offsets()
    copy.set_offsets(left - region.x, top - region.y)
    return copy


def _top_of(layer: Gimp.Layer) -> Gimp.Layer:
    *_, top = lineage(layer)
    return top


def _strip(group: Gimp.Layer) -> None:
    for each in group.get_filters():
        each.delete()
    if group.get_mask() is not None:
        group.remove_mask(Gimp.MaskApplyMode.DISCARD)


def _of_layer(view: View, layer: Gimp.Layer, region: Rect) -> Pixels:
    _, left, top = layer.get_offsets()
    return read(layer, region.translated(-left, -top), view.form)


def _only_visible(view: View) -> Gimp.Layer | None:
    """The one layer that is seen, where it is seen as it is: most photographs have just that."""
    staged = {each.get_id() for each in view.staged}
    layers = [each for each in view.image.get_layers() if each.get_id() not in staged]
    visible = [each for each in layers if each.get_visible()]
    if len(visible) != 1 or not _is_plain(visible[0]):
        return None
    is_whole = visible[0].get_opacity() == _WHOLE
    is_normal = visible[0].get_mode().value_nick in ("normal", "normal-legacy")
    return visible[0] if is_whole and is_normal else None


def _is_plain(layer: Gimp.Layer) -> bool:
    """Its buffer is what it looks like."""
    is_masked = layer.get_mask() is not None and layer.get_apply_mask()
    return not layer.is_group() and not is_masked and not _is_filtered(layer)


def _is_filtered(layer: Gimp.Layer) -> bool:
    return any(each.get_visible() for each in layer.get_filters())


def _nothing(form: ImageFormat, region: Rect) -> Pixels:
    return Pixels(region.size, form.pixels, bytes(form.pixels.byte_count(region.size)))
