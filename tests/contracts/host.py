"""What every host promises. A subclass brings a desk: the host, and hands to work it with.

Asked of the memory host here, and of the adapters inside real editors by their own suites.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Protocol

import pytest

from tests.plugin.desk import noise
from velatura_plugin.host.base import (
    Document,
    Host,
    LayerContent,
    LayerInfo,
    LayerKind,
    PatchContent,
    PreviewFrame,
    ResultContent,
    Spot,
)
from velatura_plugin.host.samples import crop
from velatura_protocol.errors import BadInput, NotFound
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Placement
from velatura_protocol.pixels import MASK_FORMAT, ColourSpace, PixelFormat, Pixels, Transfer
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Intent, Operation, SampleSource

SIZE = Size(23, 17)
CANVAS = Rect.of_size(SIZE)
SPOT = Rect(5, 4, 7, 6)
PROVENANCE = Provenance(
    Operation.FILL,
    "builtin_fill",
    "1",
    "velatura/0.1.0",
    42,
    "2026-01-01T00:00:00Z",
    "algorithmicMedia",
    Intent.REMOVE,
)


def outside(size: Size, held: Rect) -> Pixels:
    """The mask of all but ``held``."""
    rows = range(size.height)
    data = bytes(
        0 if held.contains(Rect(x, y, 1, 1)) else 255 for y in rows for x in range(size.width)
    )
    return Pixels(size, MASK_FORMAT, data)


class HostDesk(Protocol):
    """Hands for a host under test."""

    host: Host

    def open(self, pixels: Pixels, colour: ColourSpace) -> Document:
        """A document of one layer, active."""
        ...

    def add_layer(self, document: Document, pixels: Pixels) -> None:
        """On top, of the canvas's size; becomes the active layer."""
        ...

    def activate_bottom(self, document: Document) -> None: ...

    def activate(self, document: Document, reference: str) -> None:
        """A layer, and nothing else is marked in the layer list."""
        ...

    def mark(self, document: Document, references: Sequence[str]) -> None:
        """In the layer list; the last one is the active one."""
        ...

    def remove(self, document: Document, reference: str) -> None:
        """As the user removes a layer; another one becomes active."""
        ...

    def resize(self, document: Document, region: Rect) -> None:
        """The canvas becomes ``region``, in coordinates of the canvas before."""
        ...

    def select(self, document: Document, region: Rect, data: bytes | None) -> None: ...

    def close(self, document: Document) -> None: ...

    def undo(self, document: Document) -> None: ...

    def flatten(self, document: Document) -> Pixels:
        """What the user sees."""
        ...

    def fingerprint(self, document: Document) -> object:
        """Tree, names, pixels, masks, selection, active layer, annotations: all that discard must
        leave alone. Equal where they are."""
        ...

    def own_layer_names(self, document: Document) -> Sequence[str]:
        """From bottom to top, without previews."""
        ...

    def provenance_of(self, document: Document, layer: str) -> Provenance | None: ...

    def run_until(self, done: Callable[[], bool]) -> None:
        """Lets the UI thread work until ``done``."""
        ...


class HostContract(ABC):
    formats: Sequence[PixelFormat]

    @pytest.fixture
    @abstractmethod
    def desk(self) -> HostDesk: ...

    @pytest.fixture
    def form(self, request: pytest.FixtureRequest) -> PixelFormat:
        return request.param

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "form" in metafunc.fixturenames:
            names = [f"{each.depth.value}-{each.layout.value}" for each in self.formats]
            metafunc.parametrize("form", self.formats, ids=names, indirect=True)

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

    # -- show and clear

    def test_what_is_cleared_leaves_no_trace(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.select(document, SPOT, None)
        before = desk.fingerprint(document)
        desk.host.show_preview(document, "job", self.frame(), spot=Spot())
        desk.host.show_preview(document, "job", self.frame(seed=9), spot=Spot())
        desk.host.show_result(document, "job", self.result(), spot=Spot())
        desk.host.show_result(document, "job", self.result(seed=8), spot=Spot())
        desk.host.clear(document, "job")
        assert desk.fingerprint(document) == before
        desk.host.clear(document, "job")
        assert desk.fingerprint(document) == before

    def test_a_result_takes_the_place_of_the_one_before(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.host.show_result(document, "job", self.result(seed=8), spot=Spot())
        desk.host.show_result(document, "job", self.result(seed=9), spot=Spot())
        seen = bytes(desk.flatten(document).data)
        desk.host.clear(document, "job")
        desk.host.show_result(document, "job", self.result(seed=9), spot=Spot())
        assert bytes(desk.flatten(document).data) == seen

    def test_jobs_are_cleared_one_by_one(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.host.show_result(document, "one", self.result(seed=8), spot=Spot())
        alone = desk.fingerprint(document)
        desk.host.show_result(document, "two", self.result(seed=9), spot=Spot())
        desk.host.clear(document, "two")
        assert desk.fingerprint(document) == alone

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
        assert [(each.name, each.depth) for each in inside] == [("a layer", 1)] * 2
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
        made = noise(grown.size, form, 6)
        result = self.resizing(grown, made, outside(grown.size, held))
        desk.host.show_result(document, "job", result, spot=Spot())
        assert bytes(desk.flatten(document).data) == before, "nothing is seen of it before"
        desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
        active = desk.host.active_document()
        assert active is not None
        assert (active.id, active.size) == (document.id, grown.size)
        after, canvas = desk.flatten(active), Rect.of_size(grown.size)
        assert crop(after, canvas, held) == before
        for edge in (Rect(0, 0, grown.width, 2), Rect(0, 0, 3, grown.height)):
            assert crop(after, canvas, edge) == crop(made, canvas, edge)
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
                assert after[here] == before[here], (x, y)

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

    # -- threads

    def test_actions_posted_from_threads_run_in_order_on_one_thread(self, desk: HostDesk) -> None:
        ran: list[int] = []
        threads: set[int] = set()

        def post() -> None:
            for number in range(20):
                desk.host.post(lambda number=number: note(number))

        def note(number: int) -> None:
            ran.append(number)
            threads.add(threading.get_ident())

        poster = threading.Thread(target=post)
        poster.start()
        desk.run_until(lambda: len(ran) == 20)
        poster.join()
        assert ran == list(range(20))
        assert threads == {threading.get_ident()}

    def undo_to(self, desk: HostDesk, size: Size) -> None:
        """One step, or two where the editor needs them to change a canvas's size."""
        for _ in range(2):
            active = desk.host.active_document()
            assert active is not None
            if active.size == size:
                return
            desk.undo(active)
        active = desk.host.active_document()
        assert active is not None
        assert active.size == size

    # -- material

    def resizing(
        self, region: Rect, pixels: Pixels, mask: Pixels | None, scale: float = 1.0
    ) -> ResultContent:
        patch = PatchContent(region, pixels, mask)
        placement = Placement.RESIZE_DOCUMENT
        layer = LayerContent("a layer", region, (patch,), scale, placement=placement)
        return ResultContent((layer,), PROVENANCE)

    def opened(self, desk: HostDesk) -> Document:
        return desk.open(noise(SIZE, self.formats[0]), ColourSpace())

    def layered(self, desk: HostDesk) -> Document:
        """Two layers, the upper one active."""
        document = self.opened(desk)
        desk.add_layer(document, noise(SIZE, self.formats[0], 5))
        return document

    def told(
        self, desk: HostDesk, document: Document
    ) -> tuple[tuple[LayerInfo, ...], LayerInfo | None, tuple[LayerInfo, ...]]:
        """All that the host tells of the layers."""
        host = desk.host
        return host.layers(document), host.active_layer(document), host.selected_layers(document)

    def captured(self, desk: HostDesk, document: Document, source: SampleSource) -> bytes:
        return bytes(desk.host.capture(document, source, CANVAS).data)

    def frame(self, seed: int = 3) -> PreviewFrame:
        return PreviewFrame(SPOT, noise(SPOT.size, self.formats[0], seed))

    def result(self, seed: int = 4, name: str = "a layer") -> ResultContent:
        mask = Pixels(SPOT.size, MASK_FORMAT, b"\xff" * SPOT.area)
        patch = PatchContent(SPOT, noise(SPOT.size, self.formats[0], seed), mask)
        return ResultContent((LayerContent(name, SPOT, (patch,)),), PROVENANCE)
