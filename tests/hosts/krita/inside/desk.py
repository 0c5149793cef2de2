"""The contract of all hosts, asked of the real Krita. Runs inside of it, beside its GUI thread."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import krita
import pytest

from tests.contracts.host import HostContract
from tests.hosts.krita.inside.gui import Gui, OnGui
from tests.hosts.krita.inside.hands import Hands
from tests.plugin.desk import noise
from velatura_plugin.host.base import Document, Spot
from velatura_plugin.host.krita.adapter import KritaHost
from velatura_plugin.host.krita.bench import Bench
from velatura_plugin.host.samples import pack
from velatura_plugin.ui.qt.compat import QApplication
from velatura_protocol.errors import UnreadableFile
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Pixels
from velatura_protocol.provenance import Provenance

PREVIEW = "[Preview]"
CLOSING_SECONDS = 0.5
"""After a change of a layer's name or opacity Krita 5.2.9 draws its layer list a moment later, and
crashes if the document has been closed by its interface until then. No hand is that quick."""
TELLING_SECONDS = 1.0
"""Krita tells its documents of changes a moment later."""


class KritaDesk:
    def __init__(self, gui: Gui) -> None:
        self._gui = gui
        self._host = gui.call(KritaHost)
        self.host = OnGui(self._host, gui)
        self.hands = OnGui(gui.call(Hands), gui)
        self._documents: dict[str, krita.Document] = {}

    def open(self, pixels: Pixels, colour: ColourSpace) -> Document:
        document = self.hands.open(pixels)
        self.run_until(lambda: self.hands.is_ready(document))
        active = self.host.active_document()
        assert active is not None
        self._documents[active.id] = document
        return active

    def add_layer(self, document: Document, pixels: Pixels) -> None:
        opened = self._documents[document.id]
        layer = self.hands.add_layer(opened, pixels)
        self._gui.settle()
        self.hands.activate(opened, layer)
        self._gui.settle()

    def activate_bottom(self, document: Document) -> None:
        self.hands.activate_bottom(self._documents[document.id])
        self._gui.settle()

    def activate(self, document: Document, reference: str) -> None:
        self.hands.activate_by_id(self._documents[document.id], reference)
        self._gui.settle()

    def mark(self, document: Document, references: Sequence[str]) -> None:
        assert len(references) == len(self.host.layers(document)), "Krita marks one or all of them"
        self.activate(document, references[-1])
        self.hands.mark_all(self._documents[document.id])
        self._gui.settle()

    def remove(self, document: Document, reference: str) -> None:
        self.hands.remove(self._documents[document.id], reference)
        self._gui.settle()

    def resize(self, document: Document, region: Rect) -> None:
        self.hands.resize(self._documents[document.id], region)
        self._gui.settle()

    def select(self, document: Document, region: Rect, data: bytes | None) -> None:
        self.hands.select(self._documents[document.id], region, data)
        self._gui.settle()

    def close(self, document: Document) -> None:
        self._gui.settle(CLOSING_SECONDS)
        self.hands.close(self._documents.pop(document.id))
        self._gui.settle()

    def close_all(self) -> None:
        self._documents.clear()
        self._gui.settle(CLOSING_SECONDS)
        self.hands.close_all()
        self._gui.settle()

    def undo(self, document: Document) -> None:
        self._bring_up(document)
        self.hands.undo()
        self._gui.settle()

    def redo(self, document: Document) -> None:
        self._bring_up(document)
        self.hands.redo()
        self._gui.settle()

    def bench(self, document: Document) -> Bench:
        """On the GUI thread only."""
        return self._host._colours.bench(self._documents[document.id])

    def _bring_up(self, document: Document) -> None:
        inside = self._documents[document.id]
        self.hands.bring_up(inside)
        self.run_until(lambda: self.hands.is_in_front(inside))

    def flatten(self, document: Document) -> Pixels:
        """Before the refresh, too: what is on the screen must not need one."""
        opened = self._documents[document.id]
        self._gui.settle()
        shown = self.hands.seen(opened, document.format)
        self.hands.refresh(opened)
        self._gui.settle()
        assert self.hands.seen(opened, document.format) == shown, "the canvas was out of date"
        return shown

    def fingerprint(self, document: Document) -> object:
        self._gui.settle()
        opened = self._documents[document.id]
        return self.hands.fingerprint(opened), bytes(self.flatten(document).data)

    def own_layer_names(self, document: Document) -> Sequence[str]:
        names = self.hands.layer_names(self._documents[document.id])
        return [each for each in names if not each.startswith(PREVIEW)]

    def provenance_of(self, document: Document, layer: str) -> Provenance | None:
        return self.hands.provenance(self._documents[document.id], layer)

    def run_until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not done():
            assert time.monotonic() < end, "waited 60 s in vain"
            self._gui.settle(0.01)


class TestKritaHost(HostContract):
    formats = (
        *(PixelFormat(depth, Layout.BGRA) for depth in (Depth.U8, Depth.U16)),
        *(PixelFormat(depth, Layout.RGBA) for depth in (Depth.F16, Depth.F32)),
        *(PixelFormat(depth, Layout.GREY_ALPHA) for depth in (Depth.U8, Depth.U16, Depth.F32)),
    )

    @pytest.fixture
    def desk(self, gui: Gui) -> Iterator[KritaDesk]:
        desk = KritaDesk(gui)
        yield desk
        desk.close_all()
        desk.host.close()

    def maskable(self, size: Size, form: PixelFormat, seed: int) -> Pixels:
        """Krita applies masks to 32 bit floats eight pixels at a time. Where those are not masked
        alike it cuts colours off at 1 and, with any alpha, rounds them anew; which eight, depends
        on where a tile lies in memory (5.2.9 and 6.0, without any plug-in). What is in the layer
        stays what it was, see ``test_a_float_layer_holds_what_it_was_given``."""
        if form.depth is not Depth.F32:
            return noise(size, form, seed)
        draw, channels = random.Random(seed), form.layout.channels
        values = [draw.random() for _ in range(size.area * channels)]
        values[channels - 1 :: channels] = [1.0] * size.area
        return Pixels(size, form, pack(values, form))

    def test_actions_posted_from_threads_run_in_order_on_one_thread(self, gui: Gui) -> None:
        """On Krita's own, which is not the one that tests run in."""
        host = gui.call(KritaHost)
        ran: list[tuple[int, int]] = []
        poster = threading.Thread(
            target=lambda: [
                host.post(lambda number=number: ran.append((number, threading.get_ident())))
                for number in range(20)
            ]
        )
        poster.start()
        poster.join()
        KritaDesk(gui).run_until(lambda: len(ran) == 20)
        assert ran == [(number, gui.thread) for number in range(20)]

    @pytest.mark.parametrize("suffix", ["png", "jpg", "kra"])
    def test_a_file_is_a_role(self, desk: KritaDesk, tmp_path: Path, suffix: str) -> None:
        """As it looks, in its own size; it is not opened for the user."""
        document = self.opened(desk)
        other = desk.open(noise(Size(20, 12), document.format, 5), ColourSpace())
        path = tmp_path / f"style.{suffix}"
        desk.hands.export(desk._documents[other.id], str(path))
        desk.close(other)
        before = desk.hands.open_files()
        found = desk.host.role_content(document, f"file:{path}")
        assert (found.region, found.pixels.size) == (Rect(0, 0, 20, 12), Size(20, 12))
        assert len(set(bytes(found.pixels.data))) > 2
        assert desk.hands.open_files() == before

    @pytest.mark.parametrize("content", [None, b"", b"no picture"])
    def test_a_file_that_is_no_picture(
        self, desk: KritaDesk, tmp_path: Path, content: bytes | None
    ) -> None:
        document, path = self.opened(desk), tmp_path / "style.png"
        if content is not None:
            path.write_bytes(content)
        before = desk.hands.open_files()
        with pytest.raises(UnreadableFile):
            desk.host.role_content(document, f"file:{path}")
        assert desk.hands.open_files() == before

    def test_nothing_of_ours_is_saved_by_krita_itself(self, desk: KritaDesk, gui: Gui) -> None:
        """It saves what was changed, and asks at its next start whether to recover that."""
        document = self.opened(desk)
        bench = gui.call(lambda: desk.bench(document))
        desk.host.show_result(document, "job", self.result(), spot=Spot())
        desk.host.show_result(document, "job", self.result(seed=8), spot=Spot())
        desk.host.accept(document, "job", self.result(seed=8), spot=Spot(), document_key="key")
        gui.settle(TELLING_SECONDS)
        desk.run_until(lambda: gui.call(lambda: bench.is_at_rest))
        gui.settle(TELLING_SECONDS)
        assert gui.call(lambda: bench.is_at_rest)

    def test_nothing_posted_runs_within_another(self, gui: Gui) -> None:
        """Though Krita's calls, here Qt's own, go through the event loop while they wait."""
        host = gui.call(KritaHost)
        ran: list[str] = []

        def wait() -> None:
            ran.append("began")
            QApplication.processEvents()
            ran.append("ended")

        gui.call(lambda: [host.post(wait), host.post(lambda: ran.append("next"))])
        KritaDesk(gui).run_until(lambda: len(ran) == 3)
        assert ran == ["began", "ended", "next"]

    def test_nothing_posted_runs_within_a_call_of_the_hosts(self, gui: Gui) -> None:
        """That a click has begun, which the poster knows nothing of."""
        host = gui.call(KritaHost)
        ran: list[str] = []

        def click() -> None:
            host.post(lambda: ran.append("posted"))
            with host.poster.held(), host.poster.held():
                QApplication.processEvents()
                ran.append("ended")

        gui.call(click)
        KritaDesk(gui).run_until(lambda: len(ran) == 2)
        assert ran == ["ended", "posted"]

    def test_an_error_in_what_was_posted_stays_with_us(self, gui: Gui) -> None:
        """Krita would open a modal window for it."""
        host = gui.call(KritaHost)
        ran: list[str] = []

        def post() -> None:
            host.post(lambda: [][0])
            host.post(lambda: ran.append("next"))
            QApplication.processEvents()

        gui.call(post)
        KritaDesk(gui).run_until(lambda: bool(ran))
        assert gui.call(QApplication.activeModalWidget) is None
