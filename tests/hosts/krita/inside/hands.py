"""What a user does in Krita, and looks at. Every call on the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

import krita
import pykrita

from velatura_plugin.host.krita.accepting import PROVENANCE
from velatura_plugin.host.krita.qt import QByteArray
from velatura_plugin.host.krita.tree import find
from velatura_protocol.codec import decode_value
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import PixelFormat, Pixels
from velatura_protocol.provenance import Provenance

if getattr(pykrita, "qt_major_version", lambda: 5)() == 6:
    from PyQt6.QtWidgets import QMdiArea
else:
    from PyQt5.QtWidgets import QMdiArea

SRGB = "sRGB-elle-V2-srgbtrc.icc"
GREY = "Gray-D50-elle-V2-srgbtrc.icc"


class Hands:
    def __init__(self) -> None:
        self.application = krita.Krita.instance()

    def open(self, pixels: Pixels, profile: str = "") -> krita.Document:
        form, size = pixels.format, pixels.size
        model = "GRAYA" if form.layout.is_grey else "RGBA"
        profile = profile or (GREY if form.layout.is_grey else SRGB)
        document = self.application.createDocument(
            size.width, size.height, "test", model, form.depth.value.upper(), profile, 72.0
        )
        # As a file's layer is: that of a new document is white wherever it has no pixels.
        (blank,) = document.topLevelNodes()
        layer = document.createNode(blank.name(), "paintlayer")
        fill(layer, pixels)
        document.rootNode().addChildNode(layer, None)
        blank.remove()
        document.refreshProjection()
        self.application.activeWindow().addView(document)
        return document

    def is_in_front(self, document: krita.Document) -> bool:
        return self.application.activeDocument() == document

    def is_ready(self, document: krita.Document) -> bool:
        """A view activates a layer some time after it was opened."""
        return document.activeNode() is not None

    def add_layer(self, document: krita.Document, pixels: Pixels) -> krita.Node:
        layer = document.createNode("above", "paintlayer")
        fill(layer, pixels)
        document.rootNode().addChildNode(layer, None)
        return layer

    def activate(self, document: krita.Document, node: krita.Node) -> None:
        document.setActiveNode(node)

    def activate_bottom(self, document: krita.Document) -> None:
        document.setActiveNode(document.topLevelNodes()[0])

    def activate_by_id(self, document: krita.Document, reference: str) -> None:
        self.activate(document, found(document, reference))

    def mark_all(self, document: krita.Document) -> None:
        """Krita's interface marks one layer only, its menu all of them."""
        self.application.action("select_all_layers").trigger()

    def remove(self, document: krita.Document, reference: str) -> None:
        found(document, reference).remove()

    def resize(self, document: krita.Document, region: Rect) -> None:
        document.resizeImage(region.x, region.y, region.width, region.height)

    def select(self, document: krita.Document, region: Rect, data: bytes | None) -> None:
        selection = krita.Selection()
        drawn = QByteArray(data or b"\xff" * region.area)
        selection.setPixelData(drawn, region.x, region.y, region.width, region.height)
        document.setSelection(selection)

    def close(self, document: krita.Document) -> None:
        document.setModified(False)
        document.close()

    def export(self, document: krita.Document, path: str) -> None:
        document.waitForDone()
        document.setBatchmode(True)  # no dialog asks how
        assert document.exportImage(path, krita.InfoObject())

    def open_files(self) -> int:
        return len(self.application.documents())

    def close_all(self) -> None:
        for each in self.application.documents():
            self.close(each)

    def bring_up(self, document: krita.Document) -> None:
        """``setActiveDocument`` needs a window manager."""
        (area,) = self.application.activeWindow().qwindow().findChildren(QMdiArea)
        tabs = iter(area.subWindowList())
        while not self.is_in_front(document):
            area.setActiveSubWindow(next(tabs))

    def undo(self) -> None:
        self._step("edit_undo")

    def redo(self) -> None:
        self._step("edit_redo")

    def _step(self, action: str) -> None:
        """Krita takes no notice of it while it draws, as it does after some idle time, too: so not
        even an event may come between the waiting and this."""
        self.application.activeDocument().waitForDone()
        self.application.action(action).trigger()

    def refresh(self, document: krita.Document) -> None:
        document.refreshProjection()

    def seen(self, document: krita.Document, form: PixelFormat) -> Pixels:
        bounds = document.bounds()
        width, height = bounds.width(), bounds.height()
        data = bytes(document.pixelData(0, 0, width, height))
        return Pixels(Rect(0, 0, width, height).size, form, data)

    def layer_names(self, document: krita.Document) -> Sequence[str]:
        nodes = [each for each in document.topLevelNodes() if not each.type().endswith("mask")]
        return [each.name() for each in nodes]

    def provenance(self, document: krita.Document, layer: str) -> Provenance | None:
        node = document.nodeByName(layer)
        assert node is not None, layer
        kept = bytes(document.annotation(PROVENANCE.format(node.uniqueId().toString())))
        return decode_value(Provenance, kept) if kept else None

    def fingerprint(self, document: krita.Document) -> object:
        notes = {each: bytes(document.annotation(each)) for each in document.annotationTypes()}
        active = document.activeNode()
        return (
            [_print_of(each) for each in document.topLevelNodes()],
            _selected(document),
            active and active.uniqueId().toString(),
            notes,
        )


def found(document: krita.Document, reference: str) -> krita.Node:
    node = find(document, reference)
    assert node is not None, reference
    return node


def fill(node: krita.Node, pixels: Pixels) -> None:
    size = pixels.size
    node.setPixelData(QByteArray(bytes(pixels.data)), 0, 0, size.width, size.height)


def _selected(document: krita.Document) -> object:
    selection = document.selection()
    if selection is None:
        return None
    box = selection.x(), selection.y(), selection.width(), selection.height()
    return box, bytes(selection.pixelData(*box))


def _print_of(node: krita.Node) -> object:
    bounds = node.bounds()
    box = bounds.x(), bounds.y(), bounds.width(), bounds.height()
    inner = tuple(_print_of(each) for each in node.childNodes())
    return (
        node.name(), node.type(), node.uniqueId().toString(), node.visible(), node.locked(),
        node.opacity(), node.blendingMode(), box, bytes(node.pixelData(*box)), inner,
    )  # fmt: skip
