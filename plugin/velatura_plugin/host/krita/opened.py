# pyright: standard
"""The documents that are open, and what is staged in each."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import krita

from velatura_protocol.errors import NotFound

from .colours import ColourSpaces
from .staging import CanvasStage
from .tree import find


@dataclass(frozen=True)
class OpenDocument:
    """One of Krita's documents and what is staged in it. ``id`` is the adapter's."""

    id: str
    document: krita.Document
    stage: CanvasStage

    def node(self, reference: str) -> krita.Node:
        """References are ids as Krita writes them; scripts may give a name.

        :raises NotFound: there is none
        """
        node = find(self.document, reference) or self.document.nodeByName(reference)
        if node is None:
            raise NotFound(what="layer", id=reference)
        return node

    def selected(self) -> krita.Selection | None:
        """None also where the selection is empty."""
        selection = self.document.selection()
        is_empty = selection is None or selection.width() <= 0 or selection.height() <= 0
        return None if is_empty else selection


class OpenDocuments:
    """``later`` runs something once Krita is back in its event loop."""

    def __init__(self, colours: ColourSpaces, later: Callable[[Callable[[], None]], None]) -> None:
        self._application = krita.Krita.instance()
        self._colours = colours
        self._later = later
        self._known: list[OpenDocument] = []
        self._numbers = itertools.count(1)

    def active(self) -> OpenDocument | None:
        document = self._application.activeDocument()
        return None if document is None else self.of(document)

    def of(self, document: krita.Document) -> OpenDocument:
        """Wrappers are new with every call, but equal when they mean the same document."""
        known = self._open()
        found = next((each for each in known if each.document == document), None)
        if found is None:
            number = f"document-{next(self._numbers)}"
            stage = CanvasStage(document, lambda: self._colours.bench(document), self._later)
            found = OpenDocument(number, document, stage)
            self._known.append(found)
        return found

    def get(self, document_id: str) -> OpenDocument:
        """:raises NotFound: it has been closed"""
        found = next((each for each in self._open() if each.id == document_id), None)
        if found is None:
            raise NotFound(what="document", id=document_id)
        return found

    def has(self, document_id: str) -> bool:
        return any(each.id == document_id for each in self._open())

    def forget(self) -> None:
        """Before benches are closed: Krita ends when a layer is drawn through one that is."""
        self._known = []

    def _open(self) -> list[OpenDocument]:
        """Forgets those that are closed."""
        there = self._application.documents()
        self._known = [each for each in self._known if any(it == each.document for it in there)]
        return self._known
