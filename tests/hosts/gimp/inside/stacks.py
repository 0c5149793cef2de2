"""A result of several layers, by a model that takes pictures apart: a group of masked layers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.live import PREVIEW, Live, print_of
from tests.hosts.gimp.inside.live import live as lived
from tests.hosts.gimp.inside.pictures import drawable_bytes, picture_format
from tests.hosts.gimp.inside.sheets import Sheet, picture
from tests.hosts.stacked import (
    COUNT,
    ENGINE,
    GROUP,
    PAINTING_SECONDS,
    PROMPT,
    REQUEST,
    SEED,
    SELECTED,
    SIZE,
    STEPS,
    Shown,
    furthest,
    laid,
    layer_names,
    outside,
    samples,
    selection,
    variations,
    whole_mask,
)
from tests.hosts.stacked import picture as drawn
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import LayerKind, PatchContent
from velatura_plugin.host.gimp.adapter import GimpHost
from velatura_plugin.host.gimp.formats import SELECTION
from velatura_plugin.host.gimp.gi_names import Gimp, Gio
from velatura_plugin.host.gimp.tree import walked
from velatura_plugin.host.samples import Raster
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat, Pixels

ROUNDED = 1.5
"""Of 255: each layer over the next is rounded."""
FORMS = [PixelFormat(depth, Layout.RGBA) for depth in (Depth.U8, Depth.U16)]
CANVAS = Rect.of_size(SIZE)


@pytest.fixture
def live() -> Iterator[Live]:
    yield from lived()


def opened(host: GimpHost, form: PixelFormat = FORMS[0]) -> Sheet:
    sheet = picture(host, drawn(form))
    hands.select(sheet.image, SELECTED, bytes(selection().data))
    return sheet


def painted(live: Live, sheet: Sheet, request: GenerateRequest) -> str:
    job = live.start(sheet, request)
    live.finished(job, PAINTING_SECONDS)
    return job


def seen(sheet: Sheet, form: PixelFormat) -> Pixels:
    return Pixels(SIZE, form, hands.seen(sheet.image))


def shown(sheet: Sheet, form: PixelFormat) -> list[Shown]:
    """The layers of the group, from bottom to top, each with its mask, on all of the picture."""
    inside = [layer for layer, depth in walked(sheet.image) if depth == 1]
    return [_shown(sheet.image, layer, form) for layer in reversed(inside)]


def _shown(image: Gimp.Image, layer: Gimp.Layer, form: PixelFormat) -> Shown:
    _, left, top = layer.get_offsets()
    place = Rect(left, top, layer.get_width(), layer.get_height())
    mask = layer.get_mask()
    assert mask is not None
    raw = drawable_bytes(layer, picture_format(image)), drawable_bytes(mask, SELECTION)
    rasters: list[bytes] = []
    for data, its in zip(raw, (form, MASK_FORMAT), strict=True):
        raster = Raster.transparent(CANVAS, its)
        raster.lay(PatchContent(place, Pixels(place.size, its, data)))
        rasters.append(bytes(raster.data))
    return Shown(Pixels(SIZE, form, rasters[0]), rasters[1])


@pytest.mark.parametrize("form", FORMS, ids=["u8", "u16"])
def test_a_group_of_masked_layers(live: Live, form: PixelFormat) -> None:
    sheet = opened(live.host, form)
    before, untouched = seen(sheet, form), print_of(sheet)
    job = painted(live, sheet, REQUEST)
    assert live.names(sheet)[-1].startswith(PREVIEW)
    staged = seen(sheet, form)
    live.controller.accept(job)
    _check_layers(live, sheet)
    layers = shown(sheet, form)
    _check_masks(layers)
    after = seen(sheet, form)
    assert after == staged
    assert outside(after) == outside(before)
    assert furthest(samples(after), laid(before, layers)) <= ROUNDED
    as_file = [float(each) for each in Path(os.environ["VELATURA_DRIVE_AS_FILE"]).read_bytes()]
    assert furthest(samples(after), as_file) <= ROUNDED
    _check_saved(sheet, form)
    sheet.undo()
    assert print_of(sheet)[1] == untouched[1]
    assert print_of(sheet)[0][:5] == untouched[0][:5], "all but what names the document"
    assert seen(sheet, form) == before


def _check_layers(live: Live, sheet: Sheet) -> None:
    group, *inside, last = live.host.layers(sheet.document)
    assert (group.name, group.kind, group.depth) == (GROUP, LayerKind.GROUP, 0)
    assert [each.name for each in inside] == layer_names()
    for each in (group, *inside):
        assert (each.opacity, each.blend) == (1.0, "normal")
        assert each.is_visible
        assert not each.is_locked
        assert each.is_result
    assert {(each.depth, each.kind) for each in inside} == {(1, LayerKind.PAINT)}
    assert live.host.active_layer(sheet.document) == last


def _check_masks(layers: list[Shown]) -> None:
    assert len(layers) == COUNT
    selected = whole_mask()
    for each in layers:
        held = [value for value, wanted in zip(each.mask, selected, strict=True) if not wanted]
        assert not any(held), "it shows beside the selection"
        assert len(set(each.mask)) > 10, "how much of it shows differs from place to place"
    assert len({each.mask for each in layers}) == COUNT
    assert len({bytes(each.pixels.data) for each in layers}) == COUNT


def _check_saved(sheet: Sheet, form: PixelFormat) -> None:
    """GIMP's own file, opened again."""
    path = Path(os.environ["HOME"], "stack.xcf")
    file = Gio.File.new_for_path(str(path))
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, sheet.image, file, None)
    again = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    try:
        assert hands.layer_names(again) == hands.layer_names(sheet.image)
        assert Pixels(SIZE, form, hands.seen(again)) == seen(sheet, form)
    finally:
        again.delete()


def test_variations_are_groups(live: Live) -> None:
    """One is looked at after the other; discarded they leave nothing, accepted all of them are one
    group and one undo step."""
    sheet, form = opened(live.host), FORMS[0]
    before, untouched = seen(sheet, form), print_of(sheet)
    job = painted(live, sheet, variations(2))
    first = seen(sheet, form)
    live.controller.step_variation(job, 1)
    second = seen(sheet, form)
    live.controller.step_variation(job, -1)
    assert seen(sheet, form) == first
    assert len({bytes(each.data) for each in (before, first, second)}) == 3
    assert outside(first) == outside(second) == outside(before)
    live.controller.accept_all(job)
    assert [depth for _, depth in walked(sheet.image)] == [0, *[1, *[2] * COUNT] * 2, 0]
    assert seen(sheet, form) == first
    sheet.undo()
    assert print_of(sheet)[1] == untouched[1]
    assert seen(sheet, form) == before


def test_discarded_they_leave_nothing(live: Live) -> None:
    sheet = opened(live.host)
    untouched = print_of(sheet)
    job = painted(live, sheet, REQUEST)
    assert print_of(sheet) != untouched
    live.controller.discard(job)
    assert print_of(sheet) == untouched


def test_a_procedure_of_gimps_returns_them() -> None:
    """As a script calls it: by the installed plug-in."""
    sheet = opened(GimpHost())
    try:
        before = seen(sheet, FORMS[0])
        procedure = Gimp.get_pdb().lookup_procedure("plug-in-velatura-fill")
        config = procedure.create_config()
        config.set_property("image", sheet.image)
        config.set_core_object_array("drawables", sheet.image.get_layers())
        parameters = json.dumps({"layers": COUNT, "steps": STEPS})
        given = {"prompt": PROMPT, "engine": ENGINE, "seed": SEED, "parameters": parameters}
        for name, value in given.items():
            config.set_property(name, value)
        result = procedure.run(config)
        assert result.index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
        made = [Gimp.Item.get_by_id(each).get_name() for each in json.loads(result.index(2))]
        assert sorted(made) == sorted([GROUP, *layer_names()])
        after = seen(sheet, FORMS[0])
        assert outside(after) == outside(before)
        assert after != before
        sheet.undo()
        assert seen(sheet, FORMS[0]) == before
    finally:
        hands.close_all()
