# pyright: standard
"""What is seen of a picture: all of it, up to a layer, or of a layer alone.

GIMP has no reading of a projection. A copy of the picture is cropped to the region and its visible
layers are merged: tiles are shared until they are written, so that 1024² of 12 megapixels take some
30 ms, and modes, masks, groups and filters come out as GIMP draws them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import Pixels

from .buffers import read
from .formats import ImageFormat
from .gi_names import Gimp
from .tree import at_path, hide_all_above, hide_all_beside, lineage, path_of

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
    return _merged(view, region, lambda copy: None)


def seen_below(view: View, layer: Gimp.Layer, region: Rect) -> Pixels:
    """Up to the layer and with it."""
    path = path_of(view.image, layer)
    return _merged(view, region, lambda copy: hide_all_above(copy, at_path(copy, path)))


def seen_alone(view: View, layer: Gimp.Layer, region: Rect) -> Pixels:
    """Whether it is visible or not, at full opacity, with its mask, its filters, and what lies in
    it."""
    if _is_plain(layer):
        return _of_layer(view, layer, region)
    path = path_of(view.image, layer)

    def show_alone(copy: Gimp.Image) -> None:
        own = at_path(copy, path)
        hide_all_beside(copy, own)
        for each in lineage(own):
            each.set_visible(True)
            each.set_opacity(_WHOLE)
            each.set_mode(Gimp.LayerMode.NORMAL)

    return _merged(view, region, show_alone)


def _merged(view: View, region: Rect, prepare: Callable[[Gimp.Image], None]) -> Pixels:
    with _copied(view.image) as copy:
        # By where they are in the tree, which removing one of them changes.
        staged = [at_path(copy, path_of(view.image, each)) for each in view.staged]
        prepare(copy)
        for layer in staged:
            copy.remove_layer(layer)
        copy.crop(region.width, region.height, region.x, region.y)
        if not any(each.get_visible() for each in copy.get_layers()):
            return _nothing(view.form, region)
        whole = copy.merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE)
        _, left, top = whole.get_offsets()
        return read(whole, Rect(-left, -top, region.width, region.height), view.form)


@contextmanager
def _copied(image: Gimp.Image) -> Iterator[Gimp.Image]:
    """Gone afterwards."""
    copy = image.duplicate()
    try:
        copy.undo_disable()
        yield copy
    finally:
        copy.delete()


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
    return not layer.is_group() and layer.get_mask() is None and not layer.get_filters()


def _nothing(form: ImageFormat, region: Rect) -> Pixels:
    return Pixels(region.size, form.pixels, bytes(form.pixels.byte_count(region.size)))
