"""What every host promises of results of several layers: a background below what was cut out of it,
a table of colours in a document of its own."""

from __future__ import annotations

import pytest

from tests.contracts.host_desk import CANVAS, PROVENANCE, SPOT, HostDesk, HostMaterial
from tests.plugin.desk import noise
from velatura_plugin.host.base import LayerContent, LayerKind, PatchContent, ResultContent, Spot
from velatura_plugin.host.samples import Raster, crop, unpack
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import LayerPart, Placement
from velatura_protocol.pixels import MASK_FORMAT, Pixels

_TABLE = Size(8, 8)
_SHOWN = 3
"""Columns of the spot in which the main layer shows."""
_ROUNDED = 2
"""Of 255: each layer, and what is a group's."""


class PartsContract(HostMaterial):
    def cut_out(self, seed: int = 4) -> ResultContent:
        """What is cut out shows on the left of the spot, the background on all of it."""
        form = self.formats[0]
        shown = bytes(255 if number % SPOT.width < _SHOWN else 0 for number in range(SPOT.area))
        subject = PatchContent(
            SPOT, noise(SPOT.size, form, seed), Pixels(SPOT.size, MASK_FORMAT, shown)
        )
        behind = PatchContent(SPOT, noise(SPOT.size, form, seed + 100))
        layers = (
            LayerContent("what is behind", SPOT, (behind,), part=LayerPart.BACKGROUND),
            LayerContent("what is cut out", SPOT, (subject,)),
        )
        return ResultContent(layers, PROVENANCE, "Cut out")

    def with_table(self, result: ResultContent) -> ResultContent:
        region = Rect.of_size(_TABLE)
        table = LayerContent(
            "a table",
            region,
            (PatchContent(region, noise(_TABLE, self.formats[0], 6)),),
            placement=Placement.NEW_DOCUMENT,
            part=LayerPart.COLOUR_TABLE,
        )
        return ResultContent((*result.layers, table), result.provenance, result.name)

    def test_several_layers_are_one_group_and_one_undo_step(self, desk: HostDesk) -> None:
        document = self.layered(desk)
        top, bottom = desk.host.layers(document)
        before, spot = bytes(desk.flatten(document).data), Spot(bottom.reference)
        result = self.cut_out()
        desk.host.accept(document, "job", result, spot=spot, document_key="key")
        first, group, *inside, last = desk.host.layers(document)
        assert (first, last) == (top, bottom)
        assert (group.name, group.kind, group.is_result) == ("Cut out", LayerKind.GROUP, True)
        assert [each.name for each in inside] == ["what is cut out", "what is behind"]
        assert {each.depth for each in inside} == {1}
        assert not any(each.is_locked for each in (group, *inside))
        for each in (group, *inside):
            assert each.is_result, "also where it is taken out of the group"
            assert desk.provenance_of(document, each.name) == PROVENANCE
        assert desk.host.active_layer(document) == top
        desk.undo(document)
        assert desk.host.layers(document) == (top, bottom)
        assert bytes(desk.flatten(document).data) == before

    def test_the_background_is_seen_where_the_subject_is_not(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        result = self.cut_out()
        desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
        seen = desk.flatten(document)
        left = Rect(SPOT.x, SPOT.y, _SHOWN, SPOT.height)
        right = Rect(left.right, SPOT.y, SPOT.width - _SHOWN, SPOT.height)
        behind, subject = (layer.patches[0].pixels for layer in result.layers)
        assert crop(seen, CANVAS, left) == crop(subject, SPOT, left)
        assert crop(seen, CANVAS, right) == crop(behind, SPOT, right)

    @pytest.mark.parametrize("group", ["", "Retouch"], ids=["alone", "collected"])
    def test_what_shows_through_a_group_is_mixed_as_without_one(
        self, desk: HostDesk, group: str
    ) -> None:
        """Of layers that show by a part only: the law knows no groups."""
        document, form = self.opened(desk), self.formats[0]
        expected = Raster.transparent(CANVAS, form)
        expected.lay(PatchContent(CANVAS, desk.flatten(document)))
        layers: list[LayerContent] = []
        for number in range(2):
            shown = bytes((37 * each + 90 * number) % 256 for each in range(SPOT.area))
            mask = Pixels(SPOT.size, MASK_FORMAT, shown)
            patch = PatchContent(SPOT, noise(SPOT.size, form, 20 + number), mask)
            expected.lay(patch)
            layers.append(LayerContent(f"layer {number}", SPOT, (patch,)))
        result = ResultContent(tuple(layers), PROVENANCE)
        spot = Spot(group=group)
        desk.host.accept(document, "job", result, spot=spot, document_key="key")
        seen = unpack(bytes(desk.flatten(document).data), form)
        wanted = unpack(bytes(expected.data), form)
        off = max(abs(one - other) for one, other in zip(seen, wanted, strict=True))
        assert off <= _ROUNDED

    def test_several_staged_layers_look_like_what_is_accepted(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        untouched = desk.fingerprint(document)
        desk.host.show_result(document, "job", self.cut_out(8), spot=Spot())
        desk.host.clear(document, "job")
        assert desk.fingerprint(document) == untouched
        desk.host.show_result(document, "job", self.result(), spot=Spot())
        desk.host.show_result(document, "job", self.cut_out(9), spot=Spot())
        desk.host.show_result(document, "job", self.cut_out(), spot=Spot())
        staged = bytes(desk.flatten(document).data)
        assert len(desk.host.layers(document)) == 1, "what is staged is no layer of the user's"
        desk.host.accept(document, "job", self.cut_out(), spot=Spot(), document_key="key")
        assert bytes(desk.flatten(document).data) == staged
        assert len(desk.host.layers(document)) == 4

    def test_several_layers_are_collected_together(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        spot = Spot(group="Cut outs")
        for seed in (4, 5):
            desk.host.show_result(document, "job", self.cut_out(seed), spot=spot)
            result = self.cut_out(seed)
            desk.host.accept(document, "job", result, spot=spot, document_key="key")
        layers = desk.host.layers(document)
        told = [(each.depth, self.plain(each.name)) for each in layers][:-1]
        one = [(1, "Cut out"), (2, "what is cut out"), (2, "what is behind")]
        assert told == [(0, "Cut outs"), *one, *one]

    def test_all_variations_of_several_layers(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        results = (self.cut_out(4), self.cut_out(5))
        desk.host.accept_all(document, "job", "All", results, spot=Spot(), document_key="key")
        group, *inside, _ = desk.host.layers(document)
        assert (group.name, group.depth) == ("All", 0)
        top = [each for each in inside if each.depth == 1]
        told = [(self.plain(each.name), each.is_visible) for each in top]
        assert told == [("Cut out", True), ("Cut out", False)]
        assert [each.depth for each in inside].count(2) == 4

    def test_what_opens_by_itself_leaves_the_document_alone(self, desk: HostDesk) -> None:
        """The table is a document of its own, which does not come to the front."""
        document = self.opened(desk)
        before = desk.host.layers(document)
        shown = bytes(desk.flatten(document).data)
        result = self.with_table(self.result())
        desk.host.show_result(document, "job", result, spot=Spot())
        desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
        active = desk.host.active_document()
        assert active is not None
        assert (active.id, active.size) == (document.id, CANVAS.size)
        assert [each.name for each in desk.host.layers(document)] == ["a layer", before[0].name]
        desk.undo(document)
        assert desk.host.layers(document) == before
        assert bytes(desk.flatten(document).data) == shown
