"""Where a painter works and at which size: geometry alone, no pixels.

Lengths and shares after the constants that other tools for artists settled on, and what was
measured here. A *region* is what the model sees, in pixels of the crop; a *frame* is how a region
becomes the rectangle that a painter paints: scaled once, then padded to the multiple it needs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from velatura_protocol.geometry import Rect, Size

from ..painting.contract import Traits
from .options import ContextKind, QualityOptions

_LEAST_MASK_AREA = 256
_LEAST_CONTEXT = 512
_MULTIPLE = 16
"""Sizes that are multiples of 8 alone gave grey lines at the border of some families."""

_BUCKET = 64
"""Regions are grown to multiples of it where the crop has room: fewer shapes to compile."""

_SINGLE_PASS = 0.9
"""What has to be reduced less than to this is painted once and enlarged by the bit."""

_REPLACED = 0.25
"""Of a soft edge, where all is painted anew: who asks for something wants it in all of the
selection."""

_MIN_SHARE = 0.5
"""Of a region's longer side that the shorter has, where the crop has room: models were taught on
pictures, not on strips."""


@dataclass(frozen=True)
class Frame:
    """``region`` (crop's pixels) scaled to ``inner`` and padded to the right and below to
    ``outer``, whose sides are multiples of the painter's."""

    region: Rect
    inner: Size
    outer: Size

    @property
    def scale(self) -> float:
        """Painted pixels for one of the region's."""
        return math.sqrt(self.inner.area / self.region.area)


@dataclass(frozen=True)
class Pass:
    """One request to a painter."""

    frame: Frame
    strength: float


@dataclass(frozen=True)
class Edge:
    """How the new goes over into the old, in the crop's pixels: ``outside`` the mask by that much,
    ``inside`` over that much."""

    outside: float
    inside: float


@dataclass(frozen=True)
class Plan:
    """``region``: what everything else is computed on. The last pass's region may be smaller."""

    region: Rect
    edge: Edge
    passes: tuple[Pass, ...]


def edge_of(bounds: Rect, strength: float, options: QualityOptions) -> Edge:
    """For a mask with these bounds. A soft edge needs the less room the less is changed; and what
    is replaced, at full strength, has a narrow one."""
    if options.feather == 0.0:
        return Edge(float(options.grow), 0.0)
    diagonal = math.hypot(bounds.width, bounds.height)
    share = int(options.feather * strength * diagonal)
    feather = max(share, round(options.least_feather * strength))
    return Edge(float(options.grow), feather * (_REPLACED if strength >= 1.0 else 1.0))


def plan_fill(
    bounds: Rect, size: Size, traits: Traits, strength: float, options: QualityOptions
) -> Plan:
    """For a mask with ``bounds`` (not empty) in a crop of ``size``."""
    edge = edge_of(bounds, strength, options)
    alone = options.context is ContextKind.SELECTION
    area = bounds if alone else mask_area(bounds, size, edge, options)
    region = _region(area, size, strength, options)
    first = frame_of(region, traits)
    passes = (Pass(first, strength),)
    if first.scale < _SINGLE_PASS and options.second_pass > 0.0 and strength > options.second_pass:
        passes += _second(area, first, traits, options)
    return Plan(region, edge, passes)


def plan_whole(
    size: Size, traits: Traits, strength: float, options: QualityOptions, *, exact: bool = False
) -> Plan:
    """For all of a picture of ``size``. ``exact``: nothing may be padded, for its borders are to
    join each other."""
    whole = Rect.of_size(size)
    first = frame_of(whole, traits, exact=exact)
    passes = (Pass(first, strength),)
    if first.scale < _SINGLE_PASS and options.second_pass > 0.0 and strength > options.second_pass:
        second = _largest(whole, traits, options.largest_pass, exact=exact)
        if second.scale > first.scale / _SINGLE_PASS:
            passes += (Pass(second, options.second_pass),)
    return Plan(whole, Edge(0.0, 0.0), passes)


def mask_area(bounds: Rect, size: Size, edge: Edge, options: QualityOptions) -> Rect:
    """The mask with what its edge and a little more need: what a second pass works on."""
    diagonal = math.hypot(bounds.width, bounds.height)
    feather = max(options.feather * diagonal, options.least_feather)
    pad = math.ceil(edge.outside + feather + options.padding * diagonal)
    wanted = Size(bounds.width + 2 * pad, bounds.height + 2 * pad)
    return _around(bounds, wanted, _LEAST_MASK_AREA, _MULTIPLE, size)


def _region(area: Rect, size: Size, strength: float, options: QualityOptions) -> Rect:
    if options.context is ContextKind.WHOLE:
        return Rect.of_size(size)
    if options.context is ContextKind.SELECTION or strength < 1.0:
        return area
    mean = (area.width + area.height) // 2
    pad = max(max(size.width, size.height) // 16, mean // 2)
    wanted = Size(area.width + 2 * pad, area.height + 2 * pad)
    return _around(area, wanted, _LEAST_CONTEXT, _BUCKET, size)


def _around(inner: Rect, wanted: Size, least: int, multiple: int, size: Size) -> Rect:
    """A region of at least those sizes around ``inner``, moved rather than cut where the crop ends.

    It contains ``inner``; its sides are multiples where the crop is large enough for that.
    """
    longer = max(wanted.width, wanted.height, least)
    width, height = (
        _side(max(side, least, math.ceil(_MIN_SHARE * longer)), multiple, limit)
        for side, limit in ((wanted.width, size.width), (wanted.height, size.height))
    )
    x = _start(inner.x, inner.width, width, size.width)
    y = _start(inner.y, inner.height, height, size.height)
    return Rect(x, y, width, height)


def _side(wanted: int, multiple: int, limit: int) -> int:
    return min(limit, _up(wanted, multiple))


def _start(start: int, length: int, wanted: int, limit: int) -> int:
    return min(max(0, start + length // 2 - wanted // 2), limit - wanted)


def frame_of(region: Rect, traits: Traits, *, exact: bool = False) -> Frame:
    """The region at a size that the model is good at: as it is, if that is one of them."""
    return _framed(region, native_scale(region, traits), traits, exact=exact)


def native_scale(region: Rect, traits: Traits) -> float:
    """1 where the region is within the model's range, else to its least or its native area.

    A strip that is too long and too thin at once is reduced: what is missing is padded.
    """
    width, height = region.width, region.height
    least = max(math.sqrt(traits.min_area / region.area), traits.min_side / min(width, height))
    most = min(math.sqrt(traits.max_area / region.area), traits.max_side / max(width, height))
    if most < 1.0:
        native = math.sqrt(traits.native_area / region.area)
        return most if most >= _SINGLE_PASS else min(most, native)
    return min(least, most) if least > 1.0 else 1.0


def _second(area: Rect, first: Frame, traits: Traits, options: QualityOptions) -> tuple[Pass, ...]:
    """Over the mask's area at the document's own size, if that is more than the first had."""
    second = _largest(area, traits, options.largest_pass)
    if second.scale <= first.scale / _SINGLE_PASS:
        return ()
    return (Pass(second, options.second_pass),)


def _largest(region: Rect, traits: Traits, limit: int, *, exact: bool = False) -> Frame:
    scale = min(1.0, math.sqrt(limit / region.area))
    least = traits.min_side / min(region.width, region.height)
    return _framed(region, max(scale, min(least, 1.0)), traits, exact=exact)


def _framed(region: Rect, scale: float, traits: Traits, *, exact: bool) -> Frame:
    multiple = math.lcm(traits.multiple, _MULTIPLE)
    inner = Size(max(1, round(region.width * scale)), max(1, round(region.height * scale)))
    least = _up(traits.min_side, multiple)
    outer = Size(*(max(least, _up(side, multiple)) for side in (inner.width, inner.height)))
    return Frame(region, outer if exact else inner, outer)


def _up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
