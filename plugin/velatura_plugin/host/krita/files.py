# pyright: standard
"""Pictures from files, read by Krita itself: whatever it can open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import krita

from velatura_protocol.errors import UnreadableFile
from velatura_protocol.faults import FileFault

from ..base import RoleContent
from .colours import ColourSpaces, format_of
from .reading import canvas_of, read


def file_content(path: str, colours: ColourSpaces) -> RoleContent:
    """The whole picture as it looks, in its own colours.

    :raises UnreadableFile: it is not there, or Krita cannot open it
    :raises velatura_protocol.errors.Unsupported: neither RGB nor grey
    """
    with _opened(path) as document:
        document.waitForDone()
        region, form = canvas_of(document), format_of(document)
        return RoleContent(region, read(document.pixelData, region, form), colours.of(document))


@contextmanager
def _opened(path: str) -> Iterator[krita.Document]:
    """Without a window, and without a question about profiles or what cannot be kept."""
    if not Path(path).is_file():
        raise UnreadableFile(reason=FileFault.GONE, name=Path(path).name)
    application = krita.Krita.instance()
    before = application.batchmode()
    application.setBatchmode(True)
    try:
        document = application.openDocument(path)
    finally:
        application.setBatchmode(before)
    if document is None:
        raise UnreadableFile(reason=FileFault.NO_PICTURE, name=Path(path).name)
    try:
        document.setBatchmode(True)
        yield document
    finally:
        document.setModified(False)
        document.close()
