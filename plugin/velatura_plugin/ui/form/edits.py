"""A field's edit, taken into the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from velatura_protocol.geometry import Margins, Size
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Edge, EdgeKind, Placement, SampleSource

from ...capture.extent import Anchor
from .draft import NEW_SEED, Draft

PARAMETER_PREFIX = "parameter:"
ROLE_PREFIX = "role:"
MAX_SCALE = 8.0
MAX_SIDE = 100_000
EDGE_PIXELS = 8.0
"""What a grown or feathered edge starts with where nothing else is known."""


def edited(
    draft: Draft, field_id: str, value: ParameterValue, *, size: Size | None = None
) -> Draft:
    """``draft`` is a :func:`~.draft.settled` one; ``size`` is the document's, for the other side
    of a target. Ids of no field change nothing."""
    if field_id.startswith(PARAMETER_PREFIX):
        name = field_id.removeprefix(PARAMETER_PREFIX)
        return replace(draft, parameters={**draft.parameters, (draft.task, name): value})
    if field_id.startswith(ROLE_PREFIX):
        role = field_id.removeprefix(ROLE_PREFIX)
        return replace(draft, roles={**draft.roles, role: _text(value)})
    if field_id in ("width", "height"):
        return replace(draft, target=_target(draft.target or size, field_id, value))
    edit = _EDITS.get(field_id)
    return draft if edit is None else edit(draft, value)


def _target(target: Size | None, side: str, value: ParameterValue) -> Size:
    pixels = min(max(1, _whole(value)), MAX_SIDE)
    old = target or Size(pixels, pixels)
    return Size(pixels, old.height) if side == "width" else Size(old.width, pixels)


def _edge_kind(draft: Draft, value: ParameterValue) -> Draft:
    kind = EdgeKind(_text(value))
    old = draft.edges.get(draft.task, Edge())
    pixels = 0.0 if kind is EdgeKind.EXACT else old.pixels or EDGE_PIXELS
    return replace(draft, edges={**draft.edges, draft.task: Edge(kind, pixels)})


def _edge_pixels(draft: Draft, value: ParameterValue) -> Draft:
    old = draft.edges.get(draft.task, Edge(EdgeKind.GROW, EDGE_PIXELS))
    edge = Edge(old.kind, float(min(max(0, _whole(value)), 4096)))
    return replace(draft, edges={**draft.edges, draft.task: edge})


def _engine(draft: Draft, value: ParameterValue) -> Draft:
    return replace(draft, engines={**draft.engines, draft.task: _text(value)})


def _source(draft: Draft, value: ParameterValue) -> Draft:
    source = SampleSource(_text(value))
    return replace(draft, sources={**draft.sources, draft.task: source})


def _place(draft: Draft, value: ParameterValue) -> Draft:
    place = Placement(_text(value))
    return replace(draft, places={**draft.places, draft.task: place})


def _side(name: str) -> _Edit:
    def edit(draft: Draft, value: ParameterValue) -> Draft:
        sides = draft.sides
        values = {
            "left": sides.left,
            "top": sides.top,
            "right": sides.right,
            "bottom": sides.bottom,
        }
        values[name] = min(max(0, _whole(value)), MAX_SIDE)
        return replace(draft, sides=Margins(**values))

    return edit


_Edit = Callable[[Draft, ParameterValue], Draft]

_EDITS: Mapping[str, _Edit] = {
    "task": lambda draft, value: replace(draft, task=_text(value)),
    "engine": _engine,
    "prompt": lambda draft, value: replace(draft, prompt=_text(value)),
    "avoid": lambda draft, value: replace(draft, avoid=_text(value)),
    "strength": lambda draft, value: replace(draft, strength=min(max(0, _whole(value)), 100)),
    "variations": lambda draft, value: replace(draft, variations=max(1, _whole(value))),
    "seed": lambda draft, value: replace(draft, seed=max(NEW_SEED, _whole(value))),
    "edge": _edge_kind,
    "edge_pixels": _edge_pixels,
    "source": _source,
    "place": _place,
    "mask": lambda draft, value: replace(draft, mask=_text(value)),
    "extent": lambda draft, value: replace(draft, extent=_text(value)),
    "anchor": lambda draft, value: replace(draft, anchor=Anchor[_text(value).upper()]),
    "extend_left": _side("left"),
    "extend_top": _side("top"),
    "extend_right": _side("right"),
    "extend_bottom": _side("bottom"),
    "scale": lambda draft, value: replace(draft, scale=min(max(1.0, _number(value)), MAX_SCALE)),
}


def _text(value: ParameterValue) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: ParameterValue) -> int:
    return round(_number(value))


def _number(value: ParameterValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
