"""What every host promises of results: where they go, what they leave alone, how to undo them."""

from __future__ import annotations

import pytest

from tests.contracts.host_desk import (
    CANVAS,
    PROVENANCE,
    SIZE,
    SPOT,
    HostDesk,
    HostMaterial,
    outside,
)
from tests.plugin.desk import noise
from velatura_plugin.host.base import (
    LayerContent,
    LayerKind,
    PatchContent,
    ResultContent,
    Spot,
)
from velatura_plugin.host.samples import crop
from velatura_protocol.errors import BadInput
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, ColourSpace, PixelFormat, Pixels
from velatura_protocol.tasks import SampleSource


class AcceptingContract(HostMaterial):
    # -- accept

    def test_accept_is_one_undo_step(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.select(document, SPOT, None)
        before = bytes(desk.flatten(document).data)
        names = list(desk.own_layer_names(document))
        desk.host.show_result(document, "job", self.result(), spot=Spot())
        desk.host.accept(document, "job", self.result(), spot=Spot(), document_key="key")
        assert list(desk.own_layer_names(document)) == [*names, "a layer"]
        assert bytes(desk.flatten(document).data) != before
        desk.undo(document)
        assert list(desk.own_layer_names(document)) == names
        assert bytes(desk.flatten(document).data) == before

    def test_accept_without_showing_is_the_same(self, desk: HostDesk) -> None:
        one, other = self.opened(desk), self.opened(desk)
        desk.host.show_preview(one, "job", self.frame(), spot=Spot())
        desk.host.show_result(one, "job", self.result(), spot=Spot())
        desk.host.accept(one, "job", self.result(), spot=Spot(), document_key="key")
        desk.host.accept(other, "job", self.result(), spot=Spot(), document_key="key")
        assert bytes(desk.flatten(one).data) == bytes(desk.flatten(other).data)
        assert list(desk.own_layer_names(one)) == list(desk.own_layer_names(other))

    def test_the_new_layer_lies_above_the_captured_one(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.add_layer(document, noise(SIZE, self.formats[0], 5))
        bottom, top = desk.own_layer_names(document)
        desk.activate_bottom(document)
        desk.host.accept(document, "job", self.result(), spot=Spot(), document_key="key")
        assert list(desk.own_layer_names(document)) == [bottom, "a layer", top]

    def test_a_result_goes_over_the_captured_layer(self, desk: HostDesk) -> None:
        """Though the user has activated another one meanwhile, which stays active."""
        document = self.layered(desk)
        top, bottom = desk.host.layers(document)
        spot = Spot(bottom.reference)
        desk.host.show_preview(document, "job", self.frame(), spot=spot)
        desk.host.show_result(document, "job", self.result(), spot=spot)
        assert desk.host.active_layer(document) == top
        desk.host.accept(document, "job", self.result(), spot=spot, document_key="key")
        names = [bottom.name, "a layer", top.name]
        assert list(desk.own_layer_names(document)) == names
        assert desk.host.active_layer(document) == top

    def test_without_the_captured_layer_it_goes_over_the_active_one(self, desk: HostDesk) -> None:
        document = self.layered(desk)
        top, bottom = desk.host.layers(document)
        spot = Spot(top.reference)
        desk.remove(document, top.reference)
        desk.host.show_result(document, "job", self.result(), spot=spot)
        desk.host.accept(document, "job", self.result(), spot=spot, document_key="key")
        assert list(desk.own_layer_names(document)) == [bottom.name, "a layer"]

    def test_what_is_staged_looks_like_what_is_accepted(self, desk: HostDesk) -> None:
        document = self.layered(desk)
        spot = Spot(desk.host.layers(document)[-1].reference, group="Retouch")
        for seed in (8, 9):
            desk.host.show_result(document, "job", self.result(seed), spot=spot)
            staged = bytes(desk.flatten(document).data)
            desk.host.accept(document, "job", self.result(seed), spot=spot, document_key="key")
            assert bytes(desk.flatten(document).data) == staged

    def test_a_group_collects(self, desk: HostDesk) -> None:
        """It is made over the captured layer by the first, in the same undo step."""
        document = self.layered(desk)
        top, bottom = desk.host.layers(document)
        spot = Spot(bottom.reference, group="Retouch")
        seen = [bytes(desk.flatten(document).data)]
        for seed in (8, 9):
            desk.host.show_result(document, "job", self.result(seed), spot=spot)
            desk.host.accept(document, "job", self.result(seed), spot=spot, document_key="key")
            seen.append(bytes(desk.flatten(document).data))
        first, group, *inside, last = desk.host.layers(document)
        assert (first, last) == (top, bottom)
        assert (group.name, group.kind, group.depth) == ("Retouch", LayerKind.GROUP, 0)
        assert [(self.plain(each.name), each.depth) for each in inside] == [("a layer", 1)] * 2
        assert all(each.is_visible and not each.is_locked for each in (group, *inside))
        assert desk.host.active_layer(document) == top
        desk.undo(document)
        assert bytes(desk.flatten(document).data) == seen[1]
        desk.undo(document)
        assert desk.host.layers(document) == (top, bottom)
        assert bytes(desk.flatten(document).data) == seen[0]

    def test_a_group_is_captured_with_what_is_below_it(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        spot = Spot(group="Retouch")
        desk.host.accept(document, "job", self.result(), spot=spot, document_key="key")
        seen = bytes(desk.flatten(document).data)
        (group,) = (each for each in desk.host.layers(document) if each.kind is LayerKind.GROUP)
        captured = desk.host.capture(document, SampleSource.BELOW, CANVAS, layer=group.reference)
        assert bytes(captured.data) == seen

    def test_accept_all_is_one_group_and_one_undo_step(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.select(document, SPOT, None)
        before = desk.host.layers(document)
        shown = bytes(desk.flatten(document).data)
        results = tuple(self.result(seed, name=f"layer {seed}") for seed in (7, 8, 9))
        desk.host.show_result(document, "job", results[0], spot=Spot())
        seen = bytes(desk.flatten(document).data)
        desk.host.show_result(document, "job", results[1], spot=Spot())
        desk.host.accept_all(
            document, "job", "All of them", results, spot=Spot(), document_key="key"
        )
        group, *inside, bottom = desk.host.layers(document)
        assert (bottom,) == before
        assert (group.name, group.kind, group.depth) == ("All of them", LayerKind.GROUP, 0)
        assert {each.name: each.is_visible for each in inside} == {
            "layer 7": True,
            "layer 8": False,
            "layer 9": False,
        }
        assert {each.depth for each in inside} == {1}
        assert bytes(desk.flatten(document).data) == seen
        assert desk.host.active_layer(document) == bottom
        assert desk.host.document_key(document) == "key"
        assert all(desk.provenance_of(document, each.name) == PROVENANCE for each in inside)
        desk.undo(document)
        assert desk.host.layers(document) == before
        assert bytes(desk.flatten(document).data) == shown

    def test_a_canvas_resized_meanwhile_takes_what_fits(self, desk: HostDesk) -> None:
        """The document's description is as old as the job."""
        document = self.opened(desk)
        desk.resize(document, Rect(0, 0, SPOT.x + 3, SIZE.height))
        before = bytes(desk.flatten(document).data)
        desk.host.show_result(document, "job", self.result(), spot=Spot())
        desk.host.accept(document, "job", self.result(), spot=Spot(), document_key="key")
        assert list(desk.own_layer_names(document))[1:] == ["a layer"]
        assert bytes(desk.flatten(document).data) != before
        desk.undo(document)
        assert bytes(desk.flatten(document).data) == before

    def test_growing_keeps_the_picture_in_its_place(
        self, desk: HostDesk, form: PixelFormat
    ) -> None:
        """Each old sample is what it was, and each new one is the result's."""
        pixels = noise(SIZE, form)
        document = desk.open(pixels, ColourSpace())
        before = bytes(desk.flatten(document).data)
        grown = Rect(-3, -2, SIZE.width + 5, SIZE.height + 4)
        held = Rect(3, 2, SIZE.width, SIZE.height)
        made = self.maskable(grown.size, form, 6)
        result = self.resizing(grown, made, outside(grown.size, held))
        desk.host.show_result(document, "job", result, spot=Spot())
        assert bytes(desk.flatten(document).data) == before, "nothing is seen of it before"
        desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
        active = desk.host.active_document()
        assert active is not None
        assert (active.id, active.size) == (document.id, grown.size)
        after, canvas = desk.flatten(active), Rect.of_size(grown.size)
        assert self.alike(crop(after, canvas, held), before, form)
        for edge in (Rect(0, 0, grown.width, 2), Rect(0, 0, 3, grown.height)):
            assert self.alike(crop(after, canvas, edge), crop(made, canvas, edge), form)
        assert desk.provenance_of(active, "a layer") == PROVENANCE
        self.undo_to(desk, SIZE)
        assert bytes(desk.flatten(document).data) == before

    def test_scaling_takes_the_whole_document_along(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        made = noise(Size(2 * SIZE.width, 2 * SIZE.height), self.formats[0], 6)
        result = self.resizing(CANVAS, made, None, scale=2.0)
        desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
        active = desk.host.active_document()
        assert active is not None
        assert active.size == made.size
        assert bytes(desk.flatten(active).data) == bytes(made.data)
        self.undo_to(desk, SIZE)

    def test_a_preview_the_user_has_undone_is_no_harm(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        before = self.told(desk, document)
        desk.host.show_result(document, "job", self.result(), spot=Spot())
        desk.undo(document)
        assert self.told(desk, document) == before
        desk.host.clear(document, "job")
        desk.host.show_result(document, "job", self.result(), spot=Spot())
        desk.host.accept(document, "job", self.result(), spot=Spot(), document_key="key")
        assert desk.host.layers(document)[0].name == "a layer"

    def test_the_key_and_the_provenance_are_stored(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        assert desk.host.document_key(document) == ""
        desk.host.accept(document, "job", self.result(), spot=Spot(), document_key="key")
        assert desk.host.document_key(document) == "key"
        assert desk.provenance_of(document, "a layer") == PROVENANCE

    def test_the_mask_is_applied_once(self, desk: HostDesk) -> None:
        """Black over white: what is seen is 255 minus the mask, not its square."""
        form = self.formats[0]
        white = Pixels(SIZE, form, b"\xff" * form.byte_count(SIZE))
        document = desk.open(white, ColourSpace())
        data = bytearray(form.byte_count(SPOT.size))
        channels = form.layout.channels
        if form.layout.has_alpha:
            data[channels - 1 :: channels] = b"\xff" * SPOT.area
        mask = bytes((number * 6) % 256 for number in range(SPOT.area))
        patch = PatchContent(
            SPOT, Pixels(SPOT.size, form, data), Pixels(SPOT.size, MASK_FORMAT, mask)
        )
        layer = LayerContent("a layer", SPOT, (patch,))
        result = ResultContent((layer,), PROVENANCE)
        desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
        seen = crop(desk.flatten(document), CANVAS, SPOT)
        assert all(
            abs(seen[number * channels] - (255 - value)) <= 1 for number, value in enumerate(mask)
        )

    def test_outside_the_mask_nothing_changes(self, desk: HostDesk, form: PixelFormat) -> None:
        pixels = noise(SIZE, form)
        document = desk.open(pixels, ColourSpace())
        before = bytes(desk.flatten(document).data)
        mask = bytes(255 if number % 3 == 0 else 0 for number in range(SPOT.area))
        patch = PatchContent(SPOT, noise(SPOT.size, form, 7), Pixels(SPOT.size, MASK_FORMAT, mask))
        layer = LayerContent("a layer", SPOT, (patch,))
        desk.host.accept(
            document, "job", ResultContent((layer,), PROVENANCE), spot=Spot(), document_key="key"
        )
        after = bytes(desk.flatten(document).data)
        size = form.pixel_bytes
        for index in range(SIZE.area):
            x, y = index % SIZE.width, index // SIZE.width
            inside = SPOT.contains(Rect(x, y, 1, 1))
            if not inside or not mask[(y - SPOT.y) * SPOT.width + x - SPOT.x]:
                here = slice(index * size, (index + 1) * size)
                assert self.alike(after[here], before[here], form), (x, y)

    def test_an_accepted_layer_is_captured(self, desk: HostDesk) -> None:
        """So that a second removal sees the first."""
        document = self.opened(desk)
        desk.host.accept(document, "job", self.result(), spot=Spot(), document_key="key")
        visible = self.captured(desk, document, SampleSource.VISIBLE)
        assert visible == bytes(desk.flatten(document).data)

    def test_a_closed_document_is_refused(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.close(document)
        with pytest.raises(BadInput):
            desk.host.accept(document, "job", self.result(), spot=Spot(), document_key="key")
