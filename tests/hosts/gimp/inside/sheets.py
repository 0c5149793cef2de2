"""Pictures of every kind, made by GIMP's own procedures, and what is to be captured of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.contracts.host_desk import CANVAS, PROVENANCE, SIZE, SPOT
from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.pictures import drawable_bytes, fill
from tests.plugin.desk import RGBA8, noise
from velatura_plugin.host.base import Document, LayerContent, PatchContent, ResultContent, Spot
from velatura_plugin.host.gimp.adapter import GimpHost
from velatura_plugin.host.gimp.formats import SELECTION
from velatura_plugin.host.gimp.gi_names import Gegl, Gimp
from velatura_plugin.host.gimp.tree import walked
from velatura_plugin.host.samples import Raster, crop
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import MASK_FORMAT, ColourSpace, PixelFormat, Pixels
from velatura_protocol.tasks import SampleSource

__all__ = ["CANVAS", "RGBA8", "SIZE", "SPOT", "Sheet", "noise", "over", "picture"]


@dataclass(frozen=True)
class Sheet:
    """A picture that the host looks at. ``window``: for keys."""

    host: GimpHost
    window: hands.Window

    @property
    def image(self) -> Gimp.Image:
        return self.window.image

    @property
    def document(self) -> Document:
        self.host.images.bring_to_front(self.image)
        found = self.host.active_document()
        assert found is not None
        return found

    def activate(self, *layers: Gimp.Layer) -> None:
        self.image.set_selected_layers(list(layers))

    def captured(self, source: SampleSource, region: Rect = CANVAS) -> bytes:
        found = self.host.capture(self.document, source, region)
        assert found.size == region.size
        return bytes(found.data)

    def seen(self, region: Rect = CANVAS) -> bytes:
        """By GIMP's own "new from visible", of all of it."""
        form = self.document.format
        whole = Rect(0, 0, self.image.get_width(), self.image.get_height())
        return crop(Pixels(whole.size, form, hands.seen(self.image)), whole, region)

    def accept(self, region: Rect = SPOT, mask: bytes | None = None, seed: int = 7) -> Gimp.Layer:
        """Noise through ``mask``, all of it without one; the layer that it has become."""
        before = {layer.get_id() for layer, _ in walked(self.image)}
        shown = Pixels(region.size, MASK_FORMAT, mask) if mask is not None else None
        patch = PatchContent(region, noise(region.size, self.document.format, seed), shown)
        result = ResultContent((LayerContent("a result", region, (patch,)),), PROVENANCE)
        active = self.host.active_layer(self.document)
        spot = Spot(active.reference if active else "")
        self.host.accept(self.document, "job", result, spot=spot, document_key="key")
        (made,) = (each for each, _ in walked(self.image) if each.get_id() not in before)
        return made

    def prints(self) -> dict[int, object]:
        """Of every layer, in its own format: what nothing may change."""
        return {layer.get_id(): _print_of(layer) for layer, _ in walked(self.image)}

    def undo(self) -> None:
        hands.undo(self.window)


def picture(
    host: GimpHost,
    pixels: Pixels | None = None,
    colour: ColourSpace | None = None,
) -> Sheet:
    """Of one layer, opaque noise where nothing else is said."""
    window = hands.open_picture(pixels or noise(SIZE, RGBA8, 1), colour or ColourSpace())
    return Sheet(host, window)


def add(
    sheet: Sheet,
    pixels: Pixels,
    left: int = 0,
    top: int = 0,
    *,
    name: str = "layer",
    into: Gimp.GroupLayer | None = None,
    mode: Gimp.LayerMode = Gimp.LayerMode.NORMAL,
    opacity: float = 100.0,
) -> Gimp.Layer:
    """On top of what it goes into, and active."""
    is_grey = sheet.image.get_base_type() == Gimp.ImageBaseType.GRAY
    kind = Gimp.ImageType.GRAYA_IMAGE if is_grey else Gimp.ImageType.RGBA_IMAGE
    size = pixels.size
    layer = Gimp.Layer.new(sheet.image, name, size.width, size.height, kind, opacity, mode)
    layer.set_offsets(left, top)
    fill(layer, pixels)
    sheet.image.insert_layer(layer, into, 0)
    return layer


def add_group(sheet: Sheet, name: str, into: Gimp.GroupLayer | None = None) -> Gimp.GroupLayer:
    group = Gimp.GroupLayer.new(sheet.image, name)
    sheet.image.insert_layer(group, into, 0)
    return group


def add_mask(layer: Gimp.Layer, data: bytes) -> Gimp.LayerMask:
    """In white what shows; of the layer's size."""
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    whole = Gegl.Rectangle.new(0, 0, mask.get_width(), mask.get_height())
    buffer = mask.get_buffer()
    buffer.set(whole, SELECTION, data)
    buffer.flush()
    mask.update(0, 0, mask.get_width(), mask.get_height())
    return mask


def add_blur(layer: Gimp.Layer, radius: float = 3.0) -> Gimp.DrawableFilter:
    """That stays one, and is seen."""
    blur = Gimp.DrawableFilter.new(layer, "gegl:gaussian-blur", "blur")
    config = blur.get_config()
    config.set_property("std-dev-x", radius)
    config.set_property("std-dev-y", radius)
    blur.update()
    layer.append_filter(blur)
    return blur


def over(*patches: tuple[Rect, Pixels], form: PixelFormat = RGBA8) -> bytes:
    """The canvas with these on it, from bottom to top."""
    raster = Raster.transparent(CANVAS, form)
    for region, pixels in patches:
        raster.lay(PatchContent(region, pixels))
    return bytes(raster.data)


def kept(sheet: Sheet, action: Callable[[], object]) -> None:
    """Every layer that was there is what it was, the selected ones are selected."""
    before, selected = sheet.prints(), _selected(sheet)
    action()
    after = sheet.prints()
    assert {each: after[each] for each in before} == before
    assert _selected(sheet) == selected


def _selected(sheet: Sheet) -> object:
    image = sheet.image
    channels = [each.get_id() for each in image.get_selected_channels()]
    return {each.get_id() for each in image.get_selected_layers()}, channels


def ramp(count: int) -> bytes:
    """Values of all kinds, for a mask."""
    return bytes((11 * number) % 256 for number in range(count))


def _print_of(layer: Gimp.Layer) -> object:
    mask = layer.get_mask()
    parent = layer.get_parent()
    return (
        layer.get_name(),
        tuple(layer.get_offsets()),
        parent.get_id() if parent is not None else None,
        (layer.get_visible(), layer.get_opacity(), layer.get_mode().value_nick),
        (layer.get_lock_content(), layer.get_lock_position(), layer.get_lock_alpha()),
        (layer.get_apply_mask(), layer.get_edit_mask(), layer.get_show_mask()),
        # What a group looks like is what lies in it.
        None if layer.is_group() else drawable_bytes(layer),
        mask and drawable_bytes(mask),
        len(layer.get_filters()),
        tuple(sorted(layer.get_parasite_list())),
    )
