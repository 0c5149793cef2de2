"""What a user can hand in that cannot be worked on, or only just: the message, and the document as
it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import krita
import pytest

from tests.hosts.krita.inside.gui import Gui
from tests.hosts.krita.inside.live import SELECTED, SIZE, Live
from tests.hosts.krita.inside.live import live as lived
from tests.hosts.krita.inside.pictures import BGRA8, textured
from velatura_plugin.host.krita.qt import QByteArray
from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import SampleSource

Make = Callable[[krita.Document], krita.Node]


@pytest.fixture
def live(gui: Gui) -> Iterator[Live]:
    yield from lived(gui)


@pytest.fixture
def document(live: Live) -> krita.Document:
    return live.open(textured(SIZE, BGRA8))


def refused(live: Live, document: krita.Document, message: str) -> None:
    before = live.print_of(document)
    live.act("velatura_remove")
    assert not live.jobs
    assert message in live.notice, live.notice
    assert live.print_of(document) == before


def test_no_document(live: Live) -> None:
    live.act("velatura_remove")
    assert not live.jobs
    assert live.notice == "No picture is open. Open one first."
    live.works()


def test_nothing_selected(live: Live, document: krita.Document) -> None:
    refused(live, document, "Select something first.")
    live.select(document)
    live.remove()


def test_a_selection_of_nothing(live: Live, document: krita.Document) -> None:
    live.gui.call(lambda: document.setSelection(krita.Selection()))
    refused(live, document, "Select something first.")


def test_a_selection_without_weight(live: Live, document: krita.Document) -> None:
    live.hands.select(document, SELECTED, bytes(SELECTED.area))
    refused(live, document, "Select something first.")


def test_a_selection_outside_of_the_canvas(live: Live, document: krita.Document) -> None:
    live.select(document, Rect(SIZE.width + 20, 10, 30, 30))
    refused(live, document, "Select something first.")


@pytest.mark.parametrize(
    ("model", "depth", "name"), [("CMYKA", "U8", "CMYK"), ("LABA", "U16", "L*a*b*")]
)
def test_another_colour_model(live: Live, model: str, depth: str, name: str) -> None:
    document = live.gui.call(lambda: _created(model, depth))
    live.wait(lambda: live.hands.is_ready(document))
    live.select(document)
    refused(live, document, f"this picture is {name}")
    assert "convert a copy" in live.notice
    live.works()


def _created(model: str, depth: str) -> krita.Document:
    application = krita.Krita.instance()
    document = application.createDocument(SIZE.width, SIZE.height, "other", model, depth, "", 72.0)
    application.activeWindow().addView(document)
    return document


def test_an_indexed_file_is_opened_as_colours(live: Live, tmp_path_factory) -> None:
    """Krita has no indexed documents: what it opens can be worked on."""
    path = tmp_path_factory.mktemp("indexed") / "indexed.png"
    path.write_bytes(_indexed_png())
    document = live.gui.call(lambda: _opened(str(path)))
    live.wait(lambda: live.hands.is_ready(document))
    live.select(document, Rect(10, 10, 12, 12))
    live.remove()
    live.act("velatura_accept")
    assert len(live.names(document)) == 2


def _opened(path: str) -> krita.Document:
    application = krita.Krita.instance()
    document = application.openDocument(path)
    application.activeWindow().addView(document)
    return document


def _indexed_png() -> bytes:
    """64 × 64, two colours (PNG specification, 11.2)."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + bytes((x // 8 + y // 8) % 2 for x in range(64)) for y in range(64))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", bytes((200, 40, 40, 40, 40, 200))),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        )
    )


# -- layers that are not plain ones ----------------------------------------------------------------


def locked(document: krita.Document) -> krita.Node:
    node = document.topLevelNodes()[0]
    node.setLocked(True)
    return node


def hidden(document: krita.Document) -> krita.Node:
    node = document.createNode("hidden", "paintlayer")
    node.setPixelData(QByteArray(b"\x80" * SIZE.area * 4), 0, 0, SIZE.width, SIZE.height)
    document.rootNode().addChildNode(node, None)
    node.setVisible(False)
    return node


def group(document: krita.Document) -> krita.Node:
    node = document.createGroupLayer("group")
    document.rootNode().addChildNode(node, None)
    inner = document.createNode("inner", "paintlayer")
    inner.setPixelData(QByteArray(b"\x80" * 20 * 20 * 4), 10, 10, 20, 20)
    node.addChildNode(inner, None)
    return node


def vector(document: krita.Document) -> krita.Node:
    node = document.createVectorLayer("vector")
    document.rootNode().addChildNode(node, None)
    return node


def fill(document: krita.Document) -> krita.Node:
    selection = krita.Selection()
    selection.select(0, 0, SIZE.width, 20, 255)
    node = document.createFillLayer("fill", "color", krita.InfoObject(), selection)
    document.rootNode().addChildNode(node, None)
    return node


def file(document: krita.Document) -> krita.Node:
    node = document.createFileLayer("file", "/nowhere/picture.png", "None")
    document.rootNode().addChildNode(node, None)
    return node


def empty(document: krita.Document) -> krita.Node:
    node = document.createNode("retouch", "paintlayer")
    document.rootNode().addChildNode(node, None)
    return node


def off_canvas(document: krita.Document) -> krita.Node:
    node = empty(document)
    node.setPixelData(QByteArray(b"\x80" * 20 * 20 * 4), SIZE.width + 5, 5, 20, 20)
    return node


def masked(document: krita.Document) -> krita.Node:
    node = document.topLevelNodes()[0]
    selection = krita.Selection()
    selection.select(0, 0, SIZE.width, SIZE.height, 200)
    mask = document.createTransparencyMask("mask")
    mask.setSelection(selection)
    node.addChildNode(mask, None)
    return node.childNodes()[0]


@pytest.mark.parametrize("source", [SampleSource.BELOW, SampleSource.LAYER, SampleSource.VISIBLE])
@pytest.mark.parametrize(
    "make", [locked, hidden, group, vector, fill, file, empty, off_canvas, masked]
)
def test_a_layer_of_another_kind_is_captured(
    live: Live, document: krita.Document, make: Make, source: SampleSource
) -> None:
    """In whatever it shows; never an error, never a change."""
    node = live.gui.call(lambda: make(document))
    live.gui.settle(0.1)
    live.hands.activate(document, node)
    live.gui.settle(0.1)
    before = live.print_of(document)
    active = live.host.active_document()
    captured = live.host.capture(active, source, SELECTED)
    assert captured.size == SELECTED.size
    assert live.print_of(document) == before


@pytest.mark.parametrize("make", [locked, hidden, group, vector, fill, file, empty, masked])
def test_something_is_removed_over_it(live: Live, document: krita.Document, make: Make) -> None:
    node = live.gui.call(lambda: make(document))
    live.gui.settle(0.1)
    live.hands.activate(document, node)
    live.select(document)
    before = live.print_of(document)
    live.remove()
    live.act("velatura_discard")
    assert live.print_of(document) == before
    count = len(live.names(document))
    live.remove()
    live.act("velatura_accept")
    assert len(live.names(document)) == count + 1
    live.undo()
    assert len(live.names(document)) == count
