"""Layer masks, channels, selections: what is captured, and that a result leaves them alone."""

from __future__ import annotations

import pytest

from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.pictures import drawable_bytes
from tests.hosts.gimp.inside.sheets import (
    CANVAS,
    RGBA8,
    SIZE,
    SPOT,
    Sheet,
    add,
    add_mask,
    kept,
    noise,
    over,
    ramp,
)
from velatura_plugin.host.base import LayerKind
from velatura_plugin.host.gimp.gi_names import Gegl, Gimp
from velatura_plugin.host.samples import crop
from velatura_protocol.errors import Unsupported
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import Pixels
from velatura_protocol.tasks import SampleSource

BELOW, VISIBLE, LAYER = SampleSource.BELOW, SampleSource.VISIBLE, SampleSource.LAYER
INNER = Rect(3, 2, 11, 9)


# -- masks, channels, selections -------------------------------------------------------------------


def masked(pixels: Pixels, mask: bytes) -> bytes:
    data = bytearray(pixels.data)
    data[3::4] = mask
    return bytes(data)


def test_a_layer_mask_is_part_of_the_layer(sheet: Sheet) -> None:
    pixels, mask = noise(SIZE, RGBA8, 2), ramp(SIZE.area)
    layer = add(sheet, pixels)
    add_mask(layer, mask)
    assert _where_it_shows(sheet.captured(LAYER)) == _where_it_shows(masked(pixels, mask))
    assert sheet.captured(VISIBLE) == sheet.seen()
    kept(sheet, sheet.accept)


def _where_it_shows(data: bytes) -> bytes:
    """Colours under alpha 0 are nobody's."""
    rows = (data[at : at + 4] for at in range(0, len(data), 4))
    return b"".join(each if each[3] else bytes(4) for each in rows)


def test_a_mask_that_is_not_applied(sheet: Sheet) -> None:
    pixels = noise(SIZE, RGBA8, 2)
    layer = add(sheet, pixels)
    add_mask(layer, ramp(SIZE.area))
    layer.set_apply_mask(False)
    for source in (LAYER, BELOW, VISIBLE):
        assert sheet.captured(source) == bytes(pixels.data)
    kept(sheet, sheet.accept)


def test_a_mask_that_is_shown(sheet: Sheet) -> None:
    """Looking at a mask is no part of the picture."""
    pixels, mask = noise(SIZE, RGBA8, 2), ramp(SIZE.area)
    layer = add(sheet, pixels)
    add_mask(layer, mask)
    hidden = {source: sheet.captured(source) for source in (LAYER, BELOW, VISIBLE)}
    layer.set_show_mask(True)
    assert {source: sheet.captured(source) for source in hidden} == hidden
    kept(sheet, sheet.accept)


def test_a_mask_that_is_being_edited(sheet: Sheet) -> None:
    """The layer is what it is about; it is still the mask that is edited afterwards."""
    pixels, mask = noise(SIZE, RGBA8, 2), ramp(SIZE.area)
    layer = add(sheet, pixels)
    add_mask(layer, mask)
    layer.set_edit_mask(True)
    assert [each.is_layer_mask() for each in sheet.image.get_selected_drawables()] == [True]
    assert _where_it_shows(sheet.captured(LAYER)) == _where_it_shows(masked(pixels, mask))
    kept(sheet, sheet.accept)
    assert [each.is_layer_mask() for each in sheet.image.get_selected_drawables()] == [True]


def test_an_active_channel(sheet: Sheet) -> None:
    """No layer is selected then: it is about the topmost, and the channel stays the active one."""
    channel = _channel(sheet, ramp(SIZE.area))
    sheet.image.set_selected_channels([channel])
    assert sheet.image.get_selected_layers() == []
    assert sheet.captured(VISIBLE) == bytes(noise(SIZE, RGBA8, 1).data)
    kept(sheet, sheet.accept)
    assert [each.get_id() for each in sheet.image.get_selected_channels()] == [channel.get_id()]


def _channel(sheet: Sheet, data: bytes) -> Gimp.Channel:
    red = Gegl.Color.new("red")
    made = Gimp.Channel.new(sheet.image, "saved", SIZE.width, SIZE.height, 50.0, red)
    whole = Gegl.Rectangle.new(0, 0, SIZE.width, SIZE.height)
    buffer = made.get_buffer()
    buffer.set(whole, "Y' u8", data)
    buffer.flush()
    sheet.image.insert_channel(made, None, 0)
    return made


def test_a_channel_that_is_shown_is_no_part_of_the_picture(sheet: Sheet) -> None:
    _channel(sheet, ramp(SIZE.area)).set_visible(True)
    add(sheet, noise(SPOT.size, RGBA8, 2), SPOT.x, SPOT.y, opacity=50.0)
    shown = sheet.captured(VISIBLE)
    sheet.image.get_channels()[0].set_visible(False)
    assert sheet.captured(VISIBLE) == shown


def test_roles_from_channels_and_layers(sheet: Sheet) -> None:
    """Samples as they are; as masks, a channel's values and a layer's luminance."""
    channel = _channel(sheet, ramp(SIZE.area))
    pixels = noise(INNER.size, RGBA8, 2)
    layer = add(sheet, pixels, INNER.x, INNER.y)
    host, document = sheet.host, sheet.document
    kinds = {each.name: each.kind for each in host.layers(document)}
    assert kinds["saved"] is LayerKind.CHANNEL
    found = host.role_content(document, str(channel.get_id()))
    assert (found.region, bytes(found.pixels.data)) == (CANVAS, ramp(SIZE.area))
    mask = host.mask_content(document, str(channel.get_id()))
    assert bytes(mask.pixels.data) == ramp(SIZE.area)
    content = host.role_content(document, str(layer.get_id()))
    assert bytes(content.pixels.data) == over((INNER, pixels))
    luminance = host.mask_content(document, str(layer.get_id()))
    inside = crop(luminance.pixels, luminance.region, INNER)
    outside = bytes(luminance.pixels.data)
    assert any(inside)
    assert sum(map(bool, outside)) == sum(map(bool, inside))


def test_a_feathered_selection(sheet: Sheet) -> None:
    """Each value is the one that GIMP keeps."""
    sheet.image.select_ellipse(Gimp.ChannelOps.REPLACE, 4, 3, 14, 11)
    Gimp.Selection.feather(sheet.image, 4.0)
    found = sheet.host.selection(sheet.document)
    assert found is not None
    own = drawable_bytes(sheet.image.get_selection(), "Y u8")
    wanted = crop(Pixels(SIZE, found.pixels.format, own), CANVAS, found.region)
    assert bytes(found.pixels.data) == wanted
    assert len(set(wanted)) > 20
    assert sum(map(bool, own)) == sum(map(bool, wanted)), "nothing is selected beside it"


@pytest.mark.parametrize(
    "precision",
    [
        Gimp.Precision.U8_NON_LINEAR,
        Gimp.Precision.U8_LINEAR,
        Gimp.Precision.U8_PERCEPTUAL,
        Gimp.Precision.U16_NON_LINEAR,
        Gimp.Precision.U16_LINEAR,
        Gimp.Precision.HALF_NON_LINEAR,
        Gimp.Precision.FLOAT_LINEAR,
        Gimp.Precision.FLOAT_NON_LINEAR,
    ],
    ids=lambda each: each.value_nick,
)
def test_a_saved_selection_is_what_was_selected(sheet: Sheet, precision: Gimp.Precision) -> None:
    """GIMP labels the values of channels otherwise in 8 bit than in all other pictures."""
    if sheet.image.get_precision() != precision:
        sheet.image.convert_precision(precision)
    sheet.image.select_ellipse(Gimp.ChannelOps.REPLACE, 4, 3, 14, 11)
    Gimp.Selection.feather(sheet.image, 4.0)
    channel = Gimp.Selection.save(sheet.image)
    found = sheet.host.selection(sheet.document)
    assert found is not None
    saved = sheet.host.mask_content(sheet.document, str(channel.get_id()), within=found.region)
    assert bytes(saved.pixels.data) == bytes(found.pixels.data)


# -- floating selections ---------------------------------------------------------------------------


def test_a_floating_selection(sheet: Sheet) -> None:
    """Neither a layer nor a part of one: it has to be put down first. What was asked for before
    goes below it."""
    image = sheet.image
    hands.select(image, SPOT, None)
    floating = Gimp.Selection.float(image, image.get_selected_layers(), 3, 2)
    assert floating.is_floating_sel()
    before = sheet.prints()
    for source in (LAYER, BELOW, VISIBLE):
        with pytest.raises(Unsupported, match="floating_selection"):
            sheet.captured(source)
    assert sheet.prints() == before
    sheet.accept()
    assert [each.get_name() for each in image.get_layers()][1:2] == ["a result"]
    assert floating.is_floating_sel()
