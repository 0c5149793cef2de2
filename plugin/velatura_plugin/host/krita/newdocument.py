# pyright: standard
"""Results that become documents of their own."""

from __future__ import annotations

from dataclasses import replace

import krita

from velatura_protocol.geometry import Rect

from ..base import LayerContent, PatchContent
from .layers import built


def open_as_document(like: krita.Document, layer: LayerContent) -> None:
    """In the colours and with the dots per inch of ``like``, in a view of its own."""
    application = krita.Krita.instance()
    size = layer.region.size
    width, height = round(size.width * layer.scale), round(size.height * layer.scale)
    model, depth, profile = like.colorModel(), like.colorDepth(), like.colorProfile()
    document = application.createDocument(
        width, height, layer.name, model, depth, profile, float(like.resolution())
    )
    own = replace(layer, patches=tuple(_placed(each, layer) for each in layer.patches))
    blank = document.topLevelNodes()
    document.rootNode().addChildNode(built(document, [own], layer.name), None)
    for each in blank:
        each.remove()
    application.activeWindow().addView(document)


def _placed(patch: PatchContent, layer: LayerContent) -> PatchContent:
    size, corner = patch.pixels.size, layer.region
    x = round((patch.region.x - corner.x) * layer.scale)
    y = round((patch.region.y - corner.y) * layer.scale)
    return replace(patch, region=Rect(x, y, size.width, size.height))
