"""What lies over a layer."""

from __future__ import annotations

from collections.abc import Sequence

from .host.base import LayerInfo, LayerKind

NOT_DRAWN = frozenset({LayerKind.MASK, LayerKind.SELECTION, LayerKind.CHANNEL})
"""Nodes of the tree that are no part of the picture."""


def topmost_result(layers: Sequence[LayerInfo], layer: str) -> str:
    """The uppermost of the results that lie on ``layer`` as the user's accepted work, or ``layer``.

    Who removes one thing after another keeps the same layer active, over which the results pile
    up: what comes next has to be made of what they show, and to lie over them. Anything of the
    user's own ends the pile. A hidden result is not seen, so nothing is laid on it.

    ``layers``: the host's, from top to bottom.
    """
    at = next((index for index, each in enumerate(layers) if each.reference == layer), None)
    if at is None:
        return layer
    depth, upper = layers[at].depth, layer
    for each in reversed(layers[:at]):
        is_around = each.depth < depth
        is_beside = each.depth == depth and each.kind not in NOT_DRAWN
        if is_around or (is_beside and not each.is_result):
            break
        if is_beside and each.is_visible:
            upper = each.reference
    return upper
