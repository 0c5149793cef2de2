# pyright: standard
"""Reads pixels off documents, with layers hidden that must not be seen.

Nothing is hidden in the user's document: a copy of it shares its tiles and is made in two
milliseconds, has no window and no place in the list of documents, and is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import krita

from velatura_protocol.errors import BadTask
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import PixelFormat, Pixels

from .tree import find, layers_above, layers_beside, lineage, node_id

Reader = Callable[[int, int, int, int], krita.QByteArray]


def canvas_of(document: krita.Document) -> Rect:
    return Rect(0, 0, document.width(), document.height())


def read(reader: Reader, region: Rect, form: PixelFormat) -> Pixels:
    """:raises BadTask: Krita gave less than asked for"""
    data = bytes(reader(region.x, region.y, region.width, region.height))
    if len(data) != form.byte_count(region.size):
        raise BadTask(field="region", reason="cannot be read")
    return Pixels(region.size, form, data)


def seen(
    document: krita.Document, region: Rect, form: PixelFormat, staged: Iterable[krita.Node]
) -> Pixels:
    """What the user sees, less ``staged``."""
    return _read_without(document, region, form, staged)


def seen_below(
    document: krita.Document,
    layer: krita.Node,
    region: Rect,
    form: PixelFormat,
    staged: Iterable[krita.Node],
) -> Pixels:
    """What is seen up to ``layer``, that included, less ``staged``."""
    return _read_without(document, region, form, [*staged, *layers_above(layer)])


def seen_alone(
    document: krita.Document,
    layer: krita.Node,
    region: Rect,
    form: PixelFormat,
    staged: Iterable[krita.Node],
) -> Pixels:
    """The layer alone as if it were opaque and visible, in the document's own colours."""
    if _holds_its_pixels(document, layer):
        document.waitForDone()
        return read(layer.pixelData, region, form)
    with _copy_without(document, [*staged, *layers_beside(layer)]) as copy:
        inside = find(copy, node_id(layer))
        for each in lineage(inside) if inside is not None else ():
            each.setVisible(True)
            each.setOpacity(255)
            each.setBlendingMode("normal")
        copy.refreshProjection()
        copy.waitForDone()
        return read(copy.pixelData, region, form)


def _holds_its_pixels(document: krita.Document, layer: krita.Node) -> bool:
    return (
        layer.type() == "paintlayer"
        and not layer.childNodes()
        and layer.colorModel() == document.colorModel()
        and layer.colorDepth() == document.colorDepth()
        and layer.colorProfile() == document.colorProfile()
    )


def _read_without(
    document: krita.Document, region: Rect, form: PixelFormat, hidden: Iterable[krita.Node]
) -> Pixels:
    shown = [each for each in hidden if each.visible()]
    document.waitForDone()
    if not shown:
        return read(document.pixelData, region, form)
    with _copy_without(document, shown) as copy:
        copy.refreshProjection()
        copy.waitForDone()
        return read(copy.pixelData, region, form)


@contextmanager
def _copy_without(
    document: krita.Document, hidden: Iterable[krita.Node]
) -> Iterator[krita.Document]:
    with copied(document) as copy:
        for each in hidden:
            inside = find(copy, node_id(each))
            if inside is not None:
                inside.setVisible(False)
        yield copy


@contextmanager
def copied(document: krita.Document) -> Iterator[krita.Document]:
    """A copy without a window; ids of its nodes are those of the document's."""
    document.waitForDone()
    copy = document.clone()
    try:
        yield copy
    finally:
        copy.waitForDone()
        copy.setModified(False)
        copy.close()
