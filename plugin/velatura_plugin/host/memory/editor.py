"""What a user does to the memory host."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

from velatura_protocol.errors import NotFound
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import MASK_FORMAT, ColourSpace, PixelFormat, Pixels

from ..base import Document, LayerKind, PatchContent, Selection
from .tree import Contents, MemoryLayer, composite


@dataclass
class MemoryDocument:
    id: str
    name: str
    format: PixelFormat
    colour: ColourSpace
    contents: Contents
    undo_log: list[Contents] = field(default_factory=list[Contents])
    annotations: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def canvas(self) -> Rect:
        return Rect.of_size(self.contents.size)

    @property
    def active(self) -> MemoryLayer:
        return self.contents.layers[self.contents.index(self.contents.active)]

    def change(self, contents: Contents) -> None:
        """One undo step, which knows nothing of what is staged."""
        self.undo_log.append(self.contents.without_staged())
        self.contents = contents

    def layer(self, reference: str) -> MemoryLayer:
        """By id or by name. :raises NotFound: it is gone"""
        for layer in self.contents.own_layers():
            if reference in (layer.id, layer.name):
                return layer
        raise NotFound(what="layer", id=reference)


class MemoryEditor:
    """``drawing``: whether the user's pointer is down."""

    def __init__(self) -> None:
        self.documents: dict[str, MemoryDocument] = {}
        self.active: str | None = None
        self.drawing = False
        self._numbers = itertools.count(1)
        self._layer_numbers = itertools.count(1)

    def open(
        self, pixels: Pixels, *, name: str = "untitled", colour: ColourSpace | None = None
    ) -> Document:
        """Opens a document of one layer and makes it the active one."""
        region = Rect.of_size(pixels.size)
        layer = MemoryLayer("Background", (PatchContent(region, pixels),), id=self.new_layer_id())
        contents = Contents(pixels.size, (layer,), layer.id)
        self.active = self.add_document(name, pixels.format, colour or ColourSpace(), contents)
        return self.document(self.active)

    def document(self, document_id: str) -> Document:
        """:raises NotFound: it is not open"""
        opened = self.find(document_id)
        return Document(opened.id, opened.name, opened.contents.size, opened.format, opened.colour)

    def close(self, document: Document) -> None:
        del self.documents[document.id]
        if self.active == document.id:
            self.active = next(iter(self.documents), None)

    def select(self, document: Document, region: Rect, data: bytes | None = None) -> None:
        """``data`` None: all of ``region``."""
        pixels = Pixels(region.size, MASK_FORMAT, data or b"\xff" * region.area)
        opened = self.find(document.id)
        opened.change(replace(opened.contents, selection=Selection(region, pixels)))

    def add_layer(
        self,
        document: Document,
        name: str,
        region: Rect,
        pixels: Pixels,
        kind: LayerKind = LayerKind.PAINT,
    ) -> str:
        """On top of the layer stack; becomes the active layer. Returns its reference."""
        patch = PatchContent(region, pixels)
        return self._add_on_top(
            document, MemoryLayer(name, (patch,), kind=kind, id=self.new_layer_id())
        )

    def add_group(self, document: Document, name: str) -> str:
        """Empty, on top of the layer stack, active. Returns its reference."""
        group = MemoryLayer(name, kind=LayerKind.GROUP, id=self.new_layer_id())
        return self._add_on_top(document, group)

    def activate_layer(self, document: Document, index: int) -> None:
        """``index`` counts the user's own layers from the bottom."""
        opened = self.find(document.id)
        active = opened.contents.own_layers()[index].id
        opened.change(replace(opened.contents, active=active, selected=()))

    def mark_layers(self, document: Document, *references: str) -> None:
        """Selects them in the layer list; the last one becomes the active one."""
        opened = self.find(document.id)
        ids = tuple(opened.layer(each).id for each in references)
        opened.change(replace(opened.contents, active=ids[-1], selected=ids))

    def hide_layer(self, document: Document, reference: str) -> None:
        opened = self.find(document.id)
        hidden = opened.layer(reference)
        layers = (replace(e, visible=False) if e is hidden else e for e in opened.contents.layers)
        opened.change(replace(opened.contents, layers=tuple(layers)))

    def blend_layer(self, document: Document, reference: str, blend: str, opacity: float) -> None:
        opened = self.find(document.id)
        wanted = opened.layer(reference)
        layers = tuple(
            replace(each, blend=blend, opacity=opacity) if each.id == wanted.id else each
            for each in opened.contents.layers
        )
        opened.change(replace(opened.contents, layers=layers))

    def remove_layer(self, document: Document, reference: str) -> None:
        opened = self.find(document.id)
        contents = opened.contents.without(opened.layer(reference))
        if contents.get(contents.active) is None:
            contents = replace(contents, active=contents.own_layers()[-1].id, selected=())
        opened.change(contents)

    def resize(self, document: Document, region: Rect) -> None:
        """The canvas becomes ``region``, in coordinates of the canvas before."""
        opened = self.find(document.id)
        opened.change(opened.contents.resized(region))

    def undo(self, document: Document) -> None:
        """What is staged counts as a step, as in editors that insert nothing behind the back of
        their undo log."""
        opened = self.find(document.id)
        own = opened.contents.without_staged()
        opened.contents = opened.undo_log.pop() if own == opened.contents else own

    def flatten(self, document: Document) -> Pixels:
        """What the user sees, previews included."""
        opened = self.find(document.id)
        shown = opened.contents.drawn(opened.contents.layers)
        return composite(shown, opened.canvas, opened.format)

    # ----------------------------------------------------------------------------------------------

    def find(self, document_id: str) -> MemoryDocument:
        opened = self.documents.get(document_id)
        if opened is None:
            raise NotFound(what="document", id=document_id)
        return opened

    def add_document(
        self, name: str, format: PixelFormat, colour: ColourSpace, contents: Contents
    ) -> str:
        document_id = f"document-{next(self._numbers)}"
        self.documents[document_id] = MemoryDocument(document_id, name, format, colour, contents)
        return document_id

    def _add_on_top(self, document: Document, layer: MemoryLayer) -> str:
        opened = self.find(document.id)
        layers = (*opened.contents.layers, layer)
        opened.change(replace(opened.contents, layers=layers, active=layer.id, selected=()))
        return layer.id

    def new_layer_id(self) -> str:
        return f"layer-{next(self._layer_numbers)}"
