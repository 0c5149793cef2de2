"""Layers wherever they lie, in groups, locked and hidden: what is captured of them, and that a
result leaves them alone."""

from __future__ import annotations

import pytest

from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.sheets import (
    CANVAS,
    RGBA8,
    SIZE,
    SPOT,
    Sheet,
    add,
    add_group,
    add_mask,
    kept,
    noise,
    over,
    picture,
    ramp,
)
from velatura_plugin.host.gimp.adapter import GimpHost
from velatura_plugin.host.gimp.gi_names import Gegl, Gimp
from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import SampleSource

BELOW, VISIBLE, LAYER = SampleSource.BELOW, SampleSource.VISIBLE, SampleSource.LAYER
INNER = Rect(3, 2, 11, 9)


# -- where layers lie ------------------------------------------------------------------------------

_PLACES = {
    "larger": Rect(-5, -4, 34, 26),
    "smaller": Rect(6, 5, 4, 3),
    "over-the-edge": Rect(-3, 10, 12, 20),
    "beside": Rect(40, 3, 5, 5),
}


@pytest.mark.parametrize("place", _PLACES.values(), ids=_PLACES)
def test_a_layer_of_another_size(sheet: Sheet, place: Rect) -> None:
    base, upper = noise(SIZE, RGBA8, 1), noise(place.size, RGBA8, 2)
    add(sheet, upper, place.x, place.y)
    assert sheet.captured(LAYER) == over((place, upper))
    assert sheet.captured(BELOW) == over((CANVAS, base), (place, upper))
    assert sheet.captured(VISIBLE) == over((CANVAS, base), (place, upper))
    kept(sheet, sheet.accept)


@pytest.mark.parametrize("place", _PLACES.values(), ids=_PLACES)
def test_a_lone_layer_of_another_size(host: GimpHost, place: Rect) -> None:
    sheet = picture(host)
    upper = noise(place.size, RGBA8, 2)
    add(sheet, upper, place.x, place.y)
    sheet.image.remove_layer(sheet.image.get_layers()[-1])
    for source in (LAYER, BELOW, VISIBLE):
        assert sheet.captured(source) == over((place, upper))


@pytest.mark.parametrize(
    ("base", "kind"),
    [
        (Gimp.ImageBaseType.RGB, Gimp.ImageType.RGB_IMAGE),
        (Gimp.ImageBaseType.GRAY, Gimp.ImageType.GRAY_IMAGE),
    ],
    ids=["colour", "grey"],
)
def test_a_background_without_alpha(host: GimpHost, base: object, kind: object) -> None:
    """It has none afterwards either."""
    image = Gimp.Image.new(SIZE.width, SIZE.height, base)
    layer = Gimp.Layer.new(image, "b", SIZE.width, SIZE.height, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    channels = 3 if base == Gimp.ImageBaseType.RGB else 1
    samples = ramp(SIZE.area * channels)
    whole = Gegl.Rectangle.new(0, 0, SIZE.width, SIZE.height)
    layer.get_buffer().set(whole, "R'G'B' u8" if channels == 3 else "Y' u8", samples)
    sheet = Sheet(host, hands.Window(image, Gimp.Display.new(image)))
    opaque = b"".join(
        samples[at : at + channels] + b"\xff" for at in range(0, len(samples), channels)
    )
    for source in (LAYER, BELOW, VISIBLE):
        assert sheet.captured(source) == opaque
    kept(sheet, sheet.accept)
    assert not layer.has_alpha()


# -- the tree --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Gimp.LayerMode.NORMAL, Gimp.LayerMode.PASS_THROUGH])
def test_an_active_group(sheet: Sheet, mode: object) -> None:
    base = noise(SIZE, RGBA8, 1)
    group = add_group(sheet, "group")
    group.set_mode(mode)
    one, other = noise(INNER.size, RGBA8, 2), noise(SPOT.size, RGBA8, 3)
    add(sheet, one, INNER.x, INNER.y, into=group)
    add(sheet, other, SPOT.x, SPOT.y, into=group)
    sheet.activate(group)
    inside = ((INNER, one), (SPOT, other))
    assert sheet.captured(LAYER) == over(*inside)
    assert sheet.captured(BELOW) == over((CANVAS, base), *inside)
    kept(sheet, lambda: _lies_above(sheet, group))


def test_a_layer_in_groups_in_groups(sheet: Sheet) -> None:
    """Alone it is what it is, whatever the groups do to it; the result goes into its group."""
    base = noise(SIZE, RGBA8, 1)
    outer = add_group(sheet, "outer")
    inner = add_group(sheet, "inner", outer)
    pixels, beside = noise(INNER.size, RGBA8, 2), noise(SPOT.size, RGBA8, 3)
    layer = add(sheet, pixels, INNER.x, INNER.y, into=inner)
    upper = add(sheet, beside, SPOT.x, SPOT.y, into=inner)
    sheet.activate(layer)
    assert sheet.captured(BELOW) == over((CANVAS, base), (INNER, pixels))
    assert sheet.captured(VISIBLE) == over((CANVAS, base), (INNER, pixels), (SPOT, beside))
    outer.set_opacity(40.0)
    inner.set_mode(Gimp.LayerMode.MULTIPLY)
    add_mask(outer, ramp(outer.get_width() * outer.get_height()))
    assert sheet.captured(LAYER) == over((INNER, pixels))
    assert sheet.captured(VISIBLE) == sheet.seen()
    kept(sheet, lambda: _lies_above(sheet, layer))
    order = [each.get_name() for each in inner.get_children()]
    assert order == [upper.get_name(), "a result", layer.get_name()]


def _lies_above(sheet: Sheet, layer: Gimp.Layer) -> None:
    made, position = sheet.accept(), sheet.image.get_item_position(layer)
    parents = [each.get_parent() and each.get_parent().get_id() for each in (made, layer)]
    assert parents[0] == parents[1]
    assert sheet.image.get_item_position(made) == position - 1


def test_an_empty_group(sheet: Sheet) -> None:
    sheet.activate(add_group(sheet, "nothing in it"))
    assert sheet.captured(LAYER) == bytes(RGBA8.byte_count(SIZE))
    assert sheet.captured(BELOW) == bytes(noise(SIZE, RGBA8, 1).data)
    kept(sheet, sheet.accept)


def test_several_selected_layers(sheet: Sheet) -> None:
    (base,) = sheet.image.get_layers()
    one = add(sheet, noise(INNER.size, RGBA8, 2), INNER.x, INNER.y, name="one")
    other = add(sheet, noise(SPOT.size, RGBA8, 3), SPOT.x, SPOT.y, name="other")
    sheet.activate(base, other)
    names = [each.name for each in sheet.host.selected_layers(sheet.document)]
    assert names == [base.get_name(), "other"]
    kept(sheet, sheet.accept)
    assert one.is_valid()


@pytest.mark.parametrize("lock", ["content", "position", "alpha", "visibility"])
def test_a_locked_layer(sheet: Sheet, lock: str) -> None:
    """Nothing is done to it: the result is a layer of its own."""
    pixels = noise(SIZE, RGBA8, 2)
    layer = add(sheet, pixels)
    getattr(layer, f"set_lock_{lock}")(True)
    for source in (LAYER, BELOW, VISIBLE):
        assert sheet.captured(source) == bytes(pixels.data)
    kept(sheet, sheet.accept)


@pytest.mark.parametrize("lock", ["content", "position"])
def test_a_layer_in_a_locked_group(sheet: Sheet, lock: str) -> None:
    group = add_group(sheet, "group")
    pixels = noise(SIZE, RGBA8, 2)
    layer = add(sheet, pixels, into=group)
    getattr(group, f"set_lock_{lock}")(True)
    sheet.activate(layer)
    assert sheet.captured(LAYER) == bytes(pixels.data)
    kept(sheet, sheet.accept)


def test_a_hidden_layer(sheet: Sheet) -> None:
    """Alone it is captured as if it were seen; of what is seen it is no part."""
    base, pixels = noise(SIZE, RGBA8, 1), noise(SIZE, RGBA8, 2)
    add(sheet, pixels).set_visible(False)
    assert sheet.captured(LAYER) == bytes(pixels.data)
    assert sheet.captured(BELOW) == bytes(base.data)
    assert sheet.captured(VISIBLE) == bytes(base.data)
    kept(sheet, sheet.accept)
