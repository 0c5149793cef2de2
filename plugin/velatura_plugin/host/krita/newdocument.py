# pyright: standard
"""Results that become documents of their own."""

from __future__ import annotations

from dataclasses import replace

import krita

from velatura_protocol.geometry import Rect

from ..base import LayerContent, PatchContent
from .layers import Branch, built, redraw
from .opened import OpenDocument


def open_as_document(opened: OpenDocument, layer: LayerContent) -> None:
    """In the colours and with the dots per inch of the one it came from, in a view of its own; the
    user goes on in the one that was in front."""
    application, like = krita.Krita.instance(), opened.document
    size = layer.region.size
    width, height = round(size.width * layer.scale), round(size.height * layer.scale)
    model, depth, profile = like.colorModel(), like.colorDepth(), like.colorProfile()
    document = application.createDocument(
        width, height, layer.name, model, depth, profile, float(like.resolution())
    )
    own = on_its_own(layer)
    blank = document.topLevelNodes()
    node = built(opened.stage.bench(), Branch(layer.name, (own,)))
    document.rootNode().addChildNode(node, None)
    redraw(node)
    for each in blank:
        each.remove()
    document.refreshProjection()
    window = application.activeWindow()
    front = window.activeView()
    window.addView(document)
    if front is not None:
        # Krita brings a new view to the front once more when it is back in its event loop.
        opened.stage.later(front.setVisible)


def on_its_own(layer: LayerContent) -> LayerContent:
    """On a canvas that is the layer's region, in the layer's own pixels."""
    size = layer.region.size
    region = Rect(0, 0, round(size.width * layer.scale), round(size.height * layer.scale))
    patches = tuple(_placed(each, layer) for each in layer.patches)
    return replace(layer, region=region, patches=patches, scale=1.0)


def _placed(patch: PatchContent, layer: LayerContent) -> PatchContent:
    size, corner = patch.pixels.size, layer.region
    x = round((patch.region.x - corner.x) * layer.scale)
    y = round((patch.region.y - corner.y) * layer.scale)
    return replace(patch, region=Rect(x, y, size.width, size.height))
