"""What every host promises to tell of layers that were accepted from us."""

from __future__ import annotations

from tests.contracts.host_desk import CANVAS, SIZE, HostDesk, HostMaterial
from tests.plugin.desk import noise
from velatura_plugin.host.base import Document, LayerKind, Spot
from velatura_protocol.pixels import ColourSpace
from velatura_protocol.tasks import SampleSource


class ResultsContract(HostMaterial):
    def told_results(self, desk: HostDesk, document: Document) -> dict[str, bool]:
        return {each.name: each.is_result for each in desk.host.layers(document)}

    def test_what_is_accepted_is_a_result(self, desk: HostDesk) -> None:
        """Until it is undone; nothing else is one, and what is staged is none yet."""
        document = self.layered(desk)
        before = desk.host.layers(document)
        assert not any(each.is_result for each in before)
        desk.host.show_result(document, "job", self.result(), spot=Spot())
        assert desk.host.layers(document) == before
        desk.host.accept(document, "job", self.result(), spot=Spot(), document_key="key")
        new, *others = desk.host.layers(document)
        assert (new.name, new.is_result) == ("a layer", True)
        assert tuple(others) == before
        desk.activate(document, new.reference)
        assert desk.host.active_layer(document) == new
        assert desk.host.selected_layers(document) == (new,)
        desk.activate(document, before[0].reference)
        desk.host.accept(document, "two", self.result(9, "another"), spot=Spot(), document_key="")
        desk.undo(document)
        assert "another" not in self.told_results(desk, document)
        assert [each for each in desk.host.layers(document) if each.is_result] == [new]

    def test_a_group_of_variations_is_a_result(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        results = tuple(self.result(seed, name=f"layer {seed}") for seed in (7, 8))
        desk.host.accept_all(
            document, "job", "All of them", results, spot=Spot(), document_key="key"
        )
        told = self.told_results(desk, document)
        assert told.pop("All of them")
        assert told.pop("layer 7")
        assert told.pop("layer 8")
        assert list(told.values()) == [False]

    def test_a_group_that_collects_is_a_result(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        spot = Spot(group="Retouch")
        for seed in (8, 9):
            desk.host.show_result(document, "job", self.result(seed), spot=spot)
            assert not any(each.name.startswith("[") for each in desk.host.layers(document))
            desk.host.accept(document, "job", self.result(seed), spot=spot, document_key="key")
            *ours, bottom = desk.host.layers(document)
            assert all(each.is_result for each in ours)
            assert not bottom.is_result
        assert desk.host.layers(document)[0].kind is LayerKind.GROUP

    def test_a_result_that_is_removed_leaves_the_others(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        for name in ("one", "two"):
            desk.host.accept(document, name, self.result(name=name), spot=Spot(), document_key="")
        gone = next(each for each in desk.host.layers(document) if each.name == "one")
        desk.remove(document, gone.reference)
        told = self.told_results(desk, document)
        assert told.pop("two")
        assert list(told.values()) == [False]

    def test_a_result_is_captured_with_what_is_below_it(self, desk: HostDesk) -> None:
        document = desk.open(noise(SIZE, self.formats[0]), ColourSpace())
        desk.host.accept(document, "job", self.result(), spot=Spot(), document_key="key")
        seen = bytes(desk.flatten(document).data)
        result = desk.host.layers(document)[0]
        below = desk.host.capture(document, SampleSource.BELOW, CANVAS, layer=result.reference)
        assert bytes(below.data) == seen
