"""What a user would do in GIMP, done by its own procedures and by keys."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.hosts.gimp.inside.pictures import drawable_bytes, fill, picture_format
from velatura_plugin.host.gimp.formats import SELECTION, mask_format
from velatura_plugin.host.gimp.gi_names import Gegl, Gimp, GLib
from velatura_plugin.host.gimp.listing import item_of
from velatura_plugin.host.gimp.tree import walked
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import ColourSpace, Depth, Pixels, Transfer

_PRECISIONS = {
    (Depth.U8, Transfer.ENCODED): Gimp.Precision.U8_NON_LINEAR,
    (Depth.U8, Transfer.LINEAR): Gimp.Precision.U8_LINEAR,
    (Depth.U16, Transfer.ENCODED): Gimp.Precision.U16_NON_LINEAR,
    (Depth.U16, Transfer.LINEAR): Gimp.Precision.U16_LINEAR,
    (Depth.F16, Transfer.ENCODED): Gimp.Precision.HALF_NON_LINEAR,
    (Depth.F16, Transfer.LINEAR): Gimp.Precision.HALF_LINEAR,
    (Depth.F32, Transfer.ENCODED): Gimp.Precision.FLOAT_NON_LINEAR,
    (Depth.F32, Transfer.LINEAR): Gimp.Precision.FLOAT_LINEAR,
}
_UNDO_SECONDS = 3.0
_TRIES = 2
_LOOK_SECONDS = 0.02
_MOST_DISPLAYS = 400


@dataclass(frozen=True)
class Window:
    image: Gimp.Image
    display: Gimp.Display


def open_picture(pixels: Pixels, colour: ColourSpace) -> Window:
    """With a window, and nothing to undo."""
    size = pixels.size
    base = Gimp.ImageBaseType.GRAY if pixels.format.layout.is_grey else Gimp.ImageBaseType.RGB
    precision = _PRECISIONS[pixels.format.depth, colour.transfer]
    image = Gimp.Image.new_with_precision(size.width, size.height, base, precision)
    image.undo_disable()
    if colour.icc:
        image.set_color_profile(Gimp.ColorProfile.new_from_icc_profile(colour.icc))
    add_layer(image, "Background", pixels)
    image.undo_enable()
    image.clean_all()
    return Window(image, Gimp.Display.new(image))


def add_layer(image: Gimp.Image, name: str, pixels: Pixels, left: int = 0, top: int = 0) -> None:
    is_grey = image.get_base_type() == Gimp.ImageBaseType.GRAY
    kind = Gimp.ImageType.GRAYA_IMAGE if is_grey else Gimp.ImageType.RGBA_IMAGE
    size = pixels.size
    layer = Gimp.Layer.new(image, name, size.width, size.height, kind, 100.0, Gimp.LayerMode.NORMAL)
    layer.set_offsets(left, top)
    fill(layer, pixels)
    image.insert_layer(layer, None, 0)


def select(image: Gimp.Image, region: Rect, data: bytes | None) -> None:
    if data is None:
        box = (region.x, region.y, region.width, region.height)
        image.select_rectangle(Gimp.ChannelOps.REPLACE, *box)
        return
    width, height = image.get_width(), image.get_height()
    channel = Gimp.Channel.new(image, "drawn", width, height, 50.0, Gegl.Color.new("black"))
    buffer = channel.get_buffer()
    form = mask_format(channel)
    buffer.set(Gegl.Rectangle.new(0, 0, width, height), form, bytes(width * height))
    place = Gegl.Rectangle.new(region.x, region.y, region.width, region.height)
    buffer.set(place, form, data)
    buffer.flush()
    image.insert_channel(channel, None, 0)
    image.select_item(Gimp.ChannelOps.REPLACE, channel)
    image.remove_channel(channel)


def seen(image: Gimp.Image) -> bytes:
    """All that is visible, by GIMP's own "new from visible"."""
    made = Gimp.Layer.new_from_visible(image, image, "seen")
    try:
        return drawable_bytes(made, picture_format(image))
    finally:
        made.delete()


def fingerprint(image: Gimp.Image) -> tuple[Any, ...]:
    """All of a picture that somebody else might have changed."""
    layers = [_layer_print(image, layer, depth) for layer, depth in walked(image)]
    selected = [each.get_id() for each in image.get_selected_layers()]
    size = (image.get_width(), image.get_height())
    selection = drawable_bytes(image.get_selection(), SELECTION)
    channels = [each.get_name() for each in image.get_channels()]
    return size, layers, selected, selection, channels, sorted(image.get_parasite_list())


def _layer_print(image: Gimp.Image, layer: Gimp.Layer, depth: int) -> object:
    mask = layer.get_mask()
    facts = (layer.get_id(), layer.get_name(), depth, layer.get_visible(), layer.get_opacity())
    place = layer.get_offsets()
    state = (layer.get_lock_content(), tuple(sorted(layer.get_parasite_list())))
    pixels = drawable_bytes(layer, picture_format(image))
    return facts, tuple(place), state, pixels, mask and drawable_bytes(mask, SELECTION)


def layer_of(image: Gimp.Image, reference: str) -> Gimp.Layer:
    found = item_of(image, reference)
    assert found is not None
    return found


def layer_names(image: Gimp.Image) -> Sequence[str]:
    """From bottom to top, groups left out."""
    return [layer.get_name() for layer, _ in reversed(list(walked(image)))]


def press(keys: str, window: Window) -> None:
    """In the picture's window. GIMP has no procedure that undoes."""
    window.display.present()
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "GIMP"], capture_output=True, text=True
    )
    window = found.stdout.split()[-1]
    subprocess.run(["xdotool", "windowfocus", "--sync", window], check=True, capture_output=True)
    subprocess.run(["xdotool", "key", "--clearmodifiers", keys], check=True)


def undo(window: Window) -> None:
    """Waits until the tree or the size is another, or until it is clear that nothing will be. No
    pixels are looked at meanwhile: what GIMP is just taking away has none. A key may be lost while
    a window is being shown, so there are two tries."""
    before = _shape(window.image)
    for _ in range(_TRIES):
        press("ctrl+z", window)
        if wait_for(lambda: _shape(window.image) != before, _UNDO_SECONDS):
            return


def _shape(image: Gimp.Image) -> object:
    size = (image.get_width(), image.get_height())
    return size, [layer.get_id() for layer, _ in walked(image)]


def wait_for(done: Callable[[], bool], seconds: float = _UNDO_SECONDS) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        spin()
        time.sleep(_LOOK_SECONDS)
    return True


def spin() -> None:
    """What has been posted to this process's main loop."""
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass


def close_all() -> None:
    """Those of new documents among them. GIMP lists no displays, but numbers them."""
    for number in range(1, _MOST_DISPLAYS):
        if Gimp.Display.id_is_valid(number):
            Gimp.Display.get_by_id(number).delete()
    for image in Gimp.get_images():
        image.delete()


def close(window: Window) -> None:
    """The picture goes with its only window."""
    if window.display.is_valid():
        window.display.delete()
    if window.image.is_valid():
        window.image.delete()
