"""Blend modes, filters, text, vectors, links: what is captured is what GIMP shows."""

from __future__ import annotations

import pytest

from tests.hosts.gimp.inside.sheets import (
    CANVAS,
    RGBA8,
    SIZE,
    SPOT,
    Sheet,
    add,
    add_blur,
    add_group,
    kept,
    noise,
    over,
    picture,
)
from velatura_plugin.host.base import LayerKind
from velatura_plugin.host.gimp.gi_names import Gimp
from velatura_plugin.host.samples import crop
from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import SampleSource

BELOW, VISIBLE, LAYER = SampleSource.BELOW, SampleSource.VISIBLE, SampleSource.LAYER
INNER = Rect(3, 2, 11, 9)


# -- how layers are laid over each other -----------------------------------------------------------

_MODES = ("MULTIPLY", "SCREEN", "OVERLAY", "HSL_COLOR", "LUMINANCE", "ADDITION", "ERASE")


@pytest.mark.parametrize("name", _MODES)
def test_blend_modes_and_opacities(sheet: Sheet, name: str) -> None:
    """What is seen is as GIMP shows it, a layer alone as its own samples."""
    pixels = noise(INNER.size, RGBA8, 2)
    mode = getattr(Gimp.LayerMode, name)
    layer = add(sheet, pixels, INNER.x, INNER.y, mode=mode, opacity=60.0)
    assert sheet.captured(VISIBLE) == sheet.seen()
    assert sheet.captured(BELOW, SPOT) == sheet.seen(SPOT)
    assert sheet.captured(LAYER) == over((INNER, pixels))
    (described,) = (
        each for each in sheet.host.layers(sheet.document) if each.reference == str(layer.get_id())
    )
    assert described.blend == mode.value_nick
    assert described.opacity == pytest.approx(0.6)
    kept(sheet, sheet.accept)


# -- filters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", [CANVAS, SPOT], ids=["whole", "spot"])
def test_filters_are_captured_as_they_look(sheet: Sheet, region: Rect) -> None:
    """Near the region's edge too: what a blur takes from beyond it is there."""
    (base,) = sheet.image.get_layers()
    add_blur(base)
    plain = noise(SIZE, RGBA8, 1)
    assert sheet.captured(VISIBLE, region) == sheet.seen(region)
    assert sheet.captured(LAYER, region) == sheet.seen(region)
    assert sheet.captured(VISIBLE, region) != crop(plain, CANVAS, region)
    kept(sheet, sheet.accept)


@pytest.mark.parametrize("region", [CANVAS, SPOT], ids=["whole", "spot"])
def test_a_filter_among_several_layers(sheet: Sheet, region: Rect) -> None:
    (base,) = sheet.image.get_layers()
    layer = add(sheet, noise(INNER.size, RGBA8, 2), INNER.x, INNER.y)
    add_blur(layer)
    assert sheet.captured(VISIBLE, region) == sheet.seen(region)
    assert sheet.captured(BELOW, region) == sheet.seen(region)
    base.set_visible(False)
    alone = sheet.seen(region)
    base.set_visible(True)
    assert sheet.captured(LAYER, region) == alone
    kept(sheet, sheet.accept)


def test_a_filter_that_is_off(sheet: Sheet) -> None:
    (base,) = sheet.image.get_layers()
    add_blur(base).set_visible(False)
    assert sheet.captured(VISIBLE) == bytes(noise(SIZE, RGBA8, 1).data)


def test_a_filter_of_a_group_is_not_the_layers(sheet: Sheet) -> None:
    group = add_group(sheet, "group")
    pixels = noise(SIZE, RGBA8, 2)
    layer = add(sheet, pixels, into=group)
    add_blur(group)
    sheet.activate(layer)
    assert sheet.captured(LAYER) == bytes(pixels.data)
    assert sheet.captured(VISIBLE) == sheet.seen()
    kept(sheet, sheet.accept)


# -- text, vectors, links --------------------------------------------------------------------------


def test_a_text_layer(sheet: Sheet) -> None:
    """Captured as it looks, and still text."""
    font, unit = Gimp.context_get_font(), Gimp.Unit.pixel()
    layer = Gimp.TextLayer.new(sheet.image, "Va", font, 14.0, unit)
    sheet.image.insert_layer(layer, None, 0)
    sheet.activate(layer)
    info = sheet.host.active_layer(sheet.document)
    assert info is not None
    assert info.kind is LayerKind.VECTOR
    assert any(sheet.captured(LAYER)[3::4])
    assert sheet.captured(BELOW) == sheet.seen()
    kept(sheet, sheet.accept)
    assert layer.is_text_layer()
    assert layer.get_text() == "Va"


@pytest.mark.skipif(not hasattr(Gimp, "VectorLayer"), reason="GIMP before 3.2")
def test_a_vector_layer(sheet: Sheet) -> None:
    path = Gimp.Path.new(sheet.image, "path")
    sheet.image.insert_path(path, None, 0)
    path.bezier_stroke_new_moveto(3.0, 3.0)
    stroke = path.bezier_stroke_new_moveto(4.0, 3.0)
    path.bezier_stroke_lineto(stroke, 18.0, 4.0)
    path.bezier_stroke_lineto(stroke, 9.0, 14.0)
    path.stroke_close(stroke)
    layer = Gimp.VectorLayer.new(sheet.image, path)
    sheet.image.insert_layer(layer, None, 0)
    layer.refresh()
    sheet.activate(layer)
    info = sheet.host.active_layer(sheet.document)
    assert info is not None
    assert info.kind is LayerKind.VECTOR
    assert any(sheet.captured(LAYER)[3::4])
    assert sheet.captured(BELOW) == sheet.seen()
    kept(sheet, sheet.accept)
    assert layer.is_vector_layer()


@pytest.mark.skipif(not hasattr(Gimp, "LinkLayer"), reason="GIMP before 3.2")
def test_a_link_layer(sheet: Sheet, tmp_path_factory: pytest.TempPathFactory) -> None:
    from velatura_plugin.host.gimp.gi_names import Gio

    path = tmp_path_factory.mktemp("linked") / "linked.png"
    other = picture(sheet.host, noise(INNER.size, RGBA8, 5))
    file = Gio.File.new_for_path(str(path))
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, other.image, file, None)
    layer = Gimp.LinkLayer.new(sheet.image, file)
    sheet.image.insert_layer(layer, None, 0)
    sheet.activate(layer)
    info = sheet.host.active_layer(sheet.document)
    assert info is not None
    assert info.kind is LayerKind.OTHER
    wanted = over((Rect.of_size(INNER.size), noise(INNER.size, RGBA8, 5)))
    assert sheet.captured(LAYER) == wanted
    kept(sheet, sheet.accept)
    assert layer.is_link_layer()
