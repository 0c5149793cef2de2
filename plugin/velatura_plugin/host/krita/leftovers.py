# pyright: standard
"""Layers that were staged when the document was saved, or that undo has brought back since.

Krita tells nobody before it saves, nor asks. So what is staged is noted in the document, and a
document that is opened with such layers gets rid of them: nobody decides about them any more, and
the backend still has the results that were in them. As long as they are there they are treated like
what is staged now: the next job must not take them for the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

import krita

from .qt import QByteArray
from .tree import find

ANNOTATION = "velatura/staged"
PREFIX = "[Preview] "
_MOST = 100
"""Of those that were put away; older ones are out of reach of undo."""


def note(document: krita.Document, staged: Set[str]) -> None:
    """Ids of the nodes; without any there is no trace of this in the document."""
    if staged:
        content = QByteArray("\n".join(sorted(staged)).encode())
        document.setAnnotation(ANNOTATION, "Velatura", content)
    elif ANNOTATION in document.annotationTypes():
        document.removeAnnotation(ANNOTATION)


class Leftovers:
    """Of one document, which is asked for what it was opened with."""

    def __init__(self, document: krita.Document) -> None:
        self._document = document
        noted = bytes(document.annotation(ANNOTATION)).decode("utf-8", "replace")
        self._ids: dict[str, None] = dict.fromkeys(noted.split())

    def add(self, node: str) -> None:
        """One that is being taken away."""
        self._ids[node] = None
        if len(self._ids) > _MOST:
            del self._ids[next(iter(self._ids))]

    def nodes(self) -> Iterable[krita.Node]:
        """Those that are in the tree. One that the user has unlocked or renamed is the user's."""
        found = (find(self._document, each) for each in self._ids)
        for node in found:
            if node is not None and node.locked() and node.name().startswith(PREFIX):
                yield node
