"""What every host promises to tell of documents, selections, layers and pixels."""

from __future__ import annotations

import pytest

from tests.contracts.host_desk import (
    CANVAS,
    SIZE,
    SPOT,
    HostDesk,
    HostMaterial,
)
from tests.plugin.desk import noise
from velatura_plugin.capture.masks import cut
from velatura_plugin.host.base import (
    LayerKind,
    Spot,
)
from velatura_plugin.host.samples import crop
from velatura_protocol.errors import BadInput, NotFound
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import MASK_FORMAT, ColourSpace, PixelFormat, Transfer
from velatura_protocol.tasks import SampleSource


class LookingContract(HostMaterial):
    # -- looking

    def test_no_document_is_none(self, desk: HostDesk) -> None:
        assert desk.host.active_document() is None

    def test_it_says_who_it_is(self, desk: HostDesk) -> None:
        name, _, version = desk.host.name.partition("/")
        assert name
        assert version

    def test_the_active_document_is_described(self, desk: HostDesk, form: PixelFormat) -> None:
        colour = ColourSpace(transfer=Transfer.ENCODED)
        opened = desk.open(noise(SIZE, form), colour)
        active = desk.host.active_document()
        assert active is not None
        assert (active.id, active.size, active.format) == (opened.id, SIZE, form)

    def test_no_selection_is_none(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        assert desk.host.selection(document) is None

    def test_a_selection_is_as_drawn(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        drawn = bytes((7 * number) % 256 for number in range(SPOT.area))
        desk.select(document, SPOT, drawn)
        selection = desk.host.selection(document)
        assert selection is not None
        assert selection.pixels.format == MASK_FORMAT
        assert selection.region.contains(SPOT)
        assert crop(selection.pixels, selection.region, SPOT) == drawn

    def test_bounds_are_those_of_the_selection(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        assert desk.host.selection_bounds(document) is None
        desk.select(document, SPOT, None)
        assert desk.host.selection_bounds(document) == SPOT

    def test_bounds_end_at_the_canvas(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.select(document, Rect(-4, 10, 40, 30), None)
        bounds = desk.host.selection_bounds(document)
        selection = desk.host.selection(document)
        assert bounds is not None
        assert selection is not None
        assert bounds == selection.region.intersection(CANVAS) == Rect(0, 10, 23, 7)

    def test_deselect(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.select(document, SPOT, None)
        before = bytes(desk.flatten(document).data)
        desk.host.deselect(document)
        assert desk.host.selection(document) is None
        assert desk.host.selection_bounds(document) is None
        assert bytes(desk.flatten(document).data) == before
        desk.host.deselect(document)
        assert desk.host.selection(document) is None

    def test_nobody_draws_by_itself(self, desk: HostDesk) -> None:
        self.opened(desk)
        assert not desk.host.is_drawing()

    def test_a_message_leaves_the_document_alone(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        before = desk.fingerprint(document)
        desk.host.announce(document, "Done.")
        assert desk.fingerprint(document) == before

    # -- layers

    def test_layers_from_top_to_bottom(self, desk: HostDesk) -> None:
        document = self.layered(desk)
        layers = desk.host.layers(document)
        assert [each.name for each in layers] == list(reversed(desk.own_layer_names(document)))
        assert [each.depth for each in layers] == [0, 0]
        assert all(each.kind is LayerKind.PAINT and each.is_visible for each in layers)
        assert len({each.reference for each in layers}) == 2

    def test_the_active_layer(self, desk: HostDesk) -> None:
        document = self.layered(desk)
        top, bottom = desk.host.layers(document)
        assert desk.host.active_layer(document) == top
        desk.activate_bottom(document)
        assert desk.host.active_layer(document) == bottom
        desk.activate(document, top.reference)
        assert desk.host.active_layer(document) == top

    def test_selected_layers_are_the_active_one_or_those_marked(self, desk: HostDesk) -> None:
        document = self.layered(desk)
        top, bottom = desk.host.layers(document)
        assert desk.host.selected_layers(document) == (top,)
        desk.mark(document, [top.reference, bottom.reference])
        assert desk.host.selected_layers(document) == (bottom, top)
        desk.activate(document, bottom.reference)
        assert desk.host.selected_layers(document) == (bottom,)

    def test_what_is_staged_is_no_layer_of_the_users(self, desk: HostDesk) -> None:
        document = self.layered(desk)
        before = self.told(desk, document)
        desk.host.show_preview(document, "one", self.frame(), spot=Spot())
        assert self.told(desk, document) == before
        desk.host.show_result(document, "one", self.result(), spot=Spot())
        desk.host.show_result(document, "two", self.result(seed=9), spot=Spot())
        assert self.told(desk, document) == before

    def test_a_layer_is_named_by_its_reference(self, desk: HostDesk) -> None:
        document = self.layered(desk)
        top, bottom = desk.host.layers(document)
        upper = desk.host.role_content(document, top.reference)
        lower = desk.host.role_content(document, bottom.reference)
        assert upper.region == lower.region == CANVAS
        assert bytes(upper.pixels.data) != bytes(lower.pixels.data)

    def test_a_part_of_a_mask_is_as_in_the_whole(self, desk: HostDesk) -> None:
        document = self.layered(desk)
        reference = desk.host.layers(document)[0].reference
        whole = desk.host.mask_content(document, reference)
        for within in (SPOT, CANVAS.grown(5), Rect(20, 10, 40, 40), Rect(50, 50, 4, 4)):
            part = desk.host.mask_content(document, reference, within=within)
            wanted = within.intersection(CANVAS)
            assert cut(part, wanted) == cut(whole, wanted)

    # -- capture

    def test_capture_is_exact(self, desk: HostDesk, form: PixelFormat) -> None:
        pixels = noise(SIZE, form)
        document = desk.open(pixels, ColourSpace())
        for region in (CANVAS, SPOT, Rect(0, 0, 1, 1), Rect(22, 16, 1, 1)):
            captured = desk.host.capture(document, SampleSource.BELOW, region)
            assert (captured.size, captured.format) == (region.size, form)
            assert bytes(captured.data) == crop(pixels, CANVAS, region)

    def test_each_sample_source(self, desk: HostDesk) -> None:
        below, above = noise(SIZE, self.formats[0], 1), noise(SIZE, self.formats[0], 2)
        document = desk.open(below, ColourSpace())
        desk.add_layer(document, above)
        desk.activate_bottom(document)
        assert self.captured(desk, document, SampleSource.BELOW) == bytes(below.data)
        assert self.captured(desk, document, SampleSource.LAYER) == bytes(below.data)
        assert self.captured(desk, document, SampleSource.VISIBLE) == bytes(above.data)

    def test_a_layer_that_is_not_active_is_captured(self, desk: HostDesk) -> None:
        below, above = noise(SIZE, self.formats[0], 1), noise(SIZE, self.formats[0], 2)
        document = desk.open(below, ColourSpace())
        desk.add_layer(document, above)
        bottom = desk.host.layers(document)[-1].reference
        for source in (SampleSource.BELOW, SampleSource.LAYER):
            assert self.captured(desk, document, source) == bytes(above.data)
            captured = desk.host.capture(document, source, CANVAS, layer=bottom)
            assert bytes(captured.data) == bytes(below.data)
        assert self.captured(desk, document, SampleSource.VISIBLE) == bytes(above.data)

    def test_a_layer_that_is_gone_cannot_be_captured(self, desk: HostDesk) -> None:
        document = self.layered(desk)
        gone = desk.host.layers(document)[0].reference
        desk.remove(document, gone)
        with pytest.raises(NotFound):
            desk.host.capture(document, SampleSource.LAYER, CANVAS, layer=gone)

    def test_outside_the_canvas_is_refused(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        with pytest.raises(BadInput):
            desk.host.capture(document, SampleSource.BELOW, CANVAS.grown(1))

    @pytest.mark.parametrize("source", list(SampleSource))
    def test_previews_and_results_are_never_captured(
        self, desk: HostDesk, source: SampleSource
    ) -> None:
        document = self.opened(desk)
        before = self.captured(desk, document, source)
        desk.host.show_preview(document, "job", self.frame(), spot=Spot())
        assert self.captured(desk, document, source) == before
        desk.host.show_result(document, "job", self.result(), spot=Spot())
        assert self.captured(desk, document, source) == before
