"""How much of the canvas an engine gets to see around a mask. Pure geometry."""

from __future__ import annotations

from collections.abc import Mapping

from velatura_protocol.engines import ContextRule, EngineSpec
from velatura_protocol.errors import TooLarge
from velatura_protocol.geometry import Rect
from velatura_protocol.parameters import ParameterValue

from ..host.base import Selection
from .islands import islands


def context_crops(
    mask: Selection, canvas: Rect, rule: ContextRule, *, reach: int, limit: int, split: bool
) -> list[Rect]:
    """The regions to capture: one, or one for each far-apart place of the mask.

    ``reach`` is how far the edge grows the mask; ``limit`` bounds a crop in pixels; ``split`` False
    gives one region around everything. The mask is not blank.

    :raises TooLarge: the mask alone is above ``limit``
    """
    places = islands(mask.pixels, rule.minimum if split else max(canvas.width, canvas.height))
    holes = [
        place.translated(mask.region.x, mask.region.y).grown(reach).intersection(canvas)
        for place in places
    ]
    if not split:
        whole = holes[0]
        for hole in holes[1:]:
            whole = whole.union(hole)
        return [context_crop(whole, canvas, rule, limit)]
    return _joined(holes, canvas, rule, limit)


def sees_all(engine: EngineSpec, parameters: Mapping[str, ParameterValue]) -> bool:
    """Whether the engine is asked for what it takes the whole canvas for."""
    name, _, wanted = engine.context.whole_if.partition("=")
    parameter = engine.parameter(name)
    return parameter is not None and parameters.get(name, parameter.default) == wanted


def whole_canvas(canvas: Rect) -> ContextRule:
    """All of it, or as much as a limit leaves."""
    return ContextRule(factor=0.0, minimum=max(canvas.width, canvas.height))


def context_crop(hole: Rect, canvas: Rect, rule: ContextRule, limit: int) -> Rect:
    """The hole with the margin the rule asks for, or as much of it as the limit leaves.

    :raises TooLarge: the hole alone is above ``limit``
    """
    if hole.area > limit:
        raise TooLarge(pixels=hole.area, limit=limit)
    margin = max(rule.minimum, round(rule.factor * max(hole.width, hole.height)))
    crop = hole.grown(margin).intersection(canvas)
    while crop.area > limit:
        margin = margin * 7 // 8
        crop = hole.grown(margin).intersection(canvas)
    return crop


def _joined(holes: list[Rect], canvas: Rect, rule: ContextRule, limit: int) -> list[Rect]:
    """Crops that can be worked on apart: none shows a part of another's hole.

    Two are also joined when one crop around both is no larger than the two.
    """
    pending = list(holes)
    done: list[tuple[Rect, Rect]] = []
    while pending:
        hole = pending.pop()
        crop = context_crop(hole, canvas, rule, limit)
        pair = (hole, crop)
        partner = next((each for each in done if _belong_together(pair, each, limit)), None)
        if partner is None:
            done.append((hole, crop))
        else:
            done.remove(partner)
            pending.append(hole.union(partner[0]))
    return sorted((crop for _, crop in done), key=lambda rect: (rect.y, rect.x))


def _belong_together(one: tuple[Rect, Rect], other: tuple[Rect, Rect], limit: int) -> bool:
    (hole, crop), (other_hole, other_crop) = one, other
    if not crop.intersection(other_hole).is_empty or not other_crop.intersection(hole).is_empty:
        return True
    together = crop.union(other_crop).area
    return together <= min(limit, crop.area + other_crop.area)
