"""The contract of all hosts, as far as a flat file can hold it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.contracts.host import PROVENANCE, SIZE, SPOT, HostContract, outside
from tests.plugin.desk import noise
from velatura_backend.imaging.arrays import to_pixels, view_samples
from velatura_backend.imaging.files import FileKind, ImageFile, read_image, write_image
from velatura_backend.imaging.files.model import TiffDetails
from velatura_cli.files_host import FilesHost
from velatura_cli.loop import MainLoop
from velatura_plugin.host.base import Document, LayerContent, PatchContent, ResultContent, Spot
from velatura_plugin.host.samples import crop
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import SampleSource


class FilesDesk:
    """Documents are TIFF files; what the user sees is the file that was accepted last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = MainLoop()
        self.host = FilesHost("files/1", self._loop.post)

    def open(self, pixels: Pixels, colour: ColourSpace) -> Document:
        path = self._folder / f"{len(list(self._folder.iterdir()))}.tif"
        write_image(path, ImageFile(view_samples(pixels), FileKind.TIFF, TiffDetails(), colour))
        self.host.destination = path.with_suffix(".out.tif")
        return self.host.open(path)

    def add_layer(self, document: Document, pixels: Pixels) -> None:
        raise NotImplementedError

    def activate_bottom(self, document: Document) -> None:
        raise NotImplementedError

    def activate(self, document: Document, reference: str) -> None:
        raise NotImplementedError

    def mark(self, document: Document, references: Sequence[str]) -> None:
        raise NotImplementedError

    def remove(self, document: Document, reference: str) -> None:
        raise NotImplementedError

    def resize(self, document: Document, region: Rect) -> None:
        raise NotImplementedError

    def select(self, document: Document, region: object, data: bytes | None) -> None:
        """Masks are files of their own."""

    def close(self, document: Document) -> None:
        self.host.close()

    def undo(self, document: Document) -> None:
        raise NotImplementedError

    def flatten(self, document: Document) -> Pixels:
        written = self.host.destination
        assert written is not None
        seen = read_image(written if written.exists() else Path(document.id))
        return to_pixels(seen.samples, seen.format)

    def fingerprint(self, document: Document) -> object:
        return {path.name: path.read_bytes() for path in self._folder.iterdir()}

    def own_layer_names(self, document: Document) -> Sequence[str]:
        raise NotImplementedError

    def provenance_of(self, document: Document, layer: str) -> Provenance | None:
        raise NotImplementedError

    def run_until(self, done: Callable[[], bool]) -> None:
        self._loop.run_until(done, timeout=60)


class TestFilesHost(HostContract):
    formats = tuple(
        PixelFormat(depth, layout)
        for depth in (Depth.U8, Depth.U16, Depth.F32)
        for layout in (Layout.RGB, Layout.RGBA, Layout.GREY, Layout.GREY_ALPHA)
    )

    @pytest.fixture
    def desk(self, tmp_path: Path) -> FilesDesk:
        return FilesDesk(tmp_path)

    # A file has no layers, no undo, no selection and no place for a key; a result is a new file,
    # beside the picture as it was read.
    test_a_selection_is_as_drawn = None
    test_each_sample_source = None
    test_accept_is_one_undo_step = None
    test_accept_without_showing_is_the_same = None
    test_the_new_layer_lies_above_the_captured_one = None
    test_the_key_and_the_provenance_are_stored = None
    test_an_accepted_layer_is_captured = None
    test_bounds_are_those_of_the_selection = None
    test_bounds_end_at_the_canvas = None
    test_layers_from_top_to_bottom = None
    test_the_active_layer = None
    test_selected_layers_are_the_active_one_or_those_marked = None
    test_what_is_staged_is_no_layer_of_the_users = None
    test_a_layer_is_named_by_its_reference = None
    test_a_part_of_a_mask_is_as_in_the_whole = None
    test_a_layer_that_is_not_active_is_captured = None
    test_a_layer_that_is_gone_cannot_be_captured = None
    test_a_result_goes_over_the_captured_layer = None
    test_without_the_captured_layer_it_goes_over_the_active_one = None
    test_what_is_staged_looks_like_what_is_accepted = None
    test_a_group_collects = None
    test_a_group_is_captured_with_what_is_below_it = None
    test_accept_all_is_one_group_and_one_undo_step = None
    test_a_canvas_resized_meanwhile_takes_what_fits = None
    test_a_preview_the_user_has_undone_is_no_harm = None
    test_growing_keeps_the_picture_in_its_place = None
    test_scaling_takes_the_whole_document_along = None
    test_several_layers_are_one_group_and_one_undo_step = None
    test_the_background_is_seen_where_the_subject_is_not = None
    test_several_staged_layers_look_like_what_is_accepted = None
    test_several_layers_are_collected_together = None
    test_all_variations_of_several_layers = None
    test_what_opens_by_itself_leaves_the_document_alone = None
    test_what_is_accepted_is_a_result = None
    test_a_group_of_variations_is_a_result = None
    test_a_group_that_collects_is_a_result = None
    test_a_result_that_is_removed_leaves_the_others = None
    test_a_result_is_captured_with_what_is_below_it = None

    def test_a_larger_picture_keeps_every_sample_of_the_old_one(
        self, desk: FilesDesk, form: PixelFormat
    ) -> None:
        pixels = noise(SIZE, form)
        document = desk.open(pixels, ColourSpace())
        grown, held = Rect(-3, -2, 30, 21), Rect(3, 2, SIZE.width, SIZE.height)
        made = noise(grown.size, form, 6)
        result = self.resizing(grown, made, outside(grown.size, held))
        desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
        after, canvas = desk.flatten(document), Rect.of_size(grown.size)
        assert after.size == grown.size
        assert crop(after, canvas, held) == bytes(pixels.data)
        for edge in (Rect(0, 0, 30, 2), Rect(26, 0, 4, 21)):
            assert crop(after, canvas, edge) == crop(made, canvas, edge)

    def test_accepting_leaves_the_picture_as_it_was_read(self, desk: FilesDesk) -> None:
        document = self.opened(desk)
        before = self.captured(desk, document, SampleSource.VISIBLE)
        desk.host.accept(document, "job", self.result(), spot=Spot(), document_key="key")
        assert self.captured(desk, document, SampleSource.VISIBLE) == before
        assert bytes(desk.flatten(document).data) != before

    def test_the_provenance_is_in_the_file(self, desk: FilesDesk) -> None:
        document = self.opened(desk)
        patch = PatchContent(SPOT, noise(SPOT.size, self.formats[0]))
        content = ResultContent((LayerContent("a layer", SPOT, (patch,)),), PROVENANCE)
        desk.host.accept(document, "job", content, spot=Spot(), document_key="key")
        assert desk.host.destination is not None
        xmp = read_image(desk.host.destination).metadata.xmp
        assert b"builtin_fill" in xmp
        assert b"<velatura:Seed>42<" in xmp
