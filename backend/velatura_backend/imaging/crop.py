"""Geometry of the context crop: how much of the document an engine gets to see."""

from __future__ import annotations

import math

from velatura_protocol.engines import ContextRule
from velatura_protocol.geometry import Rect, Size


def context_crop(bounds: Rect, rule: ContextRule, canvas: Size, reach: int = 0) -> Rect:
    """The crop for a mask with ``bounds``: grown by ``rule``, clipped to the canvas.

    ``reach`` is how far an edge (grow, feather) will enlarge the mask yet. Empty bounds give an
    empty crop.
    """
    if bounds.is_empty:
        return Rect(0, 0, 0, 0)
    whole = Rect.of_size(canvas)
    edited = bounds.grown(reach).intersection(whole)
    longer = max(edited.width, edited.height)
    margin = max(rule.minimum, math.ceil(rule.factor * longer))
    return edited.grown(margin).intersection(whole)


def merge_overlapping(
    bounds: list[Rect], rule: ContextRule, canvas: Size, reach: int
) -> list[Rect]:
    """Unite bounds until no two context crops intersect; returns the united bounds.

    Uniting two makes a larger crop, which may reach a third: hence the repetition.
    """
    groups: list[Rect] = []
    for each in bounds:
        united = each
        while hit := _first_overlap(united, groups, rule, canvas, reach):
            groups.remove(hit)
            united = united.union(hit)
        groups.append(united)
    return groups


def _first_overlap(
    candidate: Rect, groups: list[Rect], rule: ContextRule, canvas: Size, reach: int
) -> Rect | None:
    crop = context_crop(candidate, rule, canvas, reach)
    for group in groups:
        if not crop.intersection(context_crop(group, rule, canvas, reach)).is_empty:
            return group
    return None
