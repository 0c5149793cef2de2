"""What the user has put into the panel's controls so far, kept for each document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from velatura_protocol.engines import EngineSpec, RoleSpec
from velatura_protocol.geometry import Margins, Size
from velatura_protocol.parameters import Parameter, ParameterValue
from velatura_protocol.tasks import Edge, EdgeKind, Operation, Placement, SampleSource

from ...capture.capture import DRAWN_ROLES
from ...capture.extent import Anchor
from ...capture.request import MaskSource
from ...host.base import FILE_PREFIX, MaskKind
from ...state.state import DocumentView, PanelState
from .tasks import TASKS, PanelTask, engines_for, offered, task_named

NEW_SEED = -1
GROWTH_PER_MEGAPIXEL_SIDE = 8.0
"""Pixels that a removal grows the selection by for each 1000 pixels of the picture's side: drawn
selections leave a rim of what is to go, which shows the more the larger the picture."""

STRENGTH_SELECTED = 100
STRENGTH_WHOLE = 60

PER_SIDE = "sides"
ASPECTS: Mapping[str, tuple[int, int]] = {
    "1:1": (1, 1),
    "5:4": (5, 4),
    "4:3": (4, 3),
    "3:2": (3, 2),
    "16:9": (16, 9),
    "21:9": (21, 9),
    "4:5": (4, 5),
    "3:4": (3, 4),
    "2:3": (2, 3),
    "9:16": (9, 16),
}

MASK_SELECTION = "selection"
MASK_TRANSPARENCY = "transparency"
LAYER_PREFIX = "layer:"

_TaskTexts = Mapping[str, str]


@dataclass(frozen=True)
class Draft:
    """``engines``, ``edges``, ``sources`` and ``places`` go by task, ``parameters`` by task and
    name, ``roles`` by role: what one task cannot use is still there when the user comes back to
    another.

    ``strength`` in percent; None: as the selection suggests. ``variations`` None: as set.
    ``extent`` is :data:`PER_SIDE` or one of :data:`ASPECTS`; ``target`` None: the document's size.
    """

    task: str = TASKS[0].id
    prompt: str = ""
    avoid: str = ""
    engines: _TaskTexts = field(default_factory=dict[str, str])
    strength: int | None = None
    variations: int | None = None
    seed: int = NEW_SEED
    edges: Mapping[str, Edge] = field(default_factory=dict[str, Edge])
    sources: Mapping[str, SampleSource] = field(default_factory=dict[str, SampleSource])
    places: Mapping[str, Placement] = field(default_factory=dict[str, Placement])
    mask: str = MASK_SELECTION
    extent: str = PER_SIDE
    anchor: Anchor = Anchor.CENTRE
    sides: Margins = Margins()
    scale: float = 2.0
    target: Size | None = None
    roles: _TaskTexts = field(default_factory=dict[str, str])
    parameters: Mapping[tuple[str, str], ParameterValue] = field(
        default_factory=dict[tuple[str, str], ParameterValue]
    )


# -- what a draft comes to here and now ------------------------------------------------------------


def task_of(draft: Draft, state: PanelState) -> PanelTask:
    """The task chosen, or the first that the engines here can do."""
    chosen = task_named(draft.task)
    if chosen and engines_for(state.engines, chosen, draft.engines.get(chosen.id, "")):
        return chosen
    tasks = offered(state.engines)
    return tasks[0] if tasks else (chosen or TASKS[0])


def settled(draft: Draft, state: PanelState) -> Draft:
    """With the task that is shown, for an edit to be about that one."""
    return replace(draft, task=task_of(draft, state).id)


def engine_of(draft: Draft, state: PanelState) -> EngineSpec | None:
    """The engine that would do it: the one chosen, else the best that understands the prompt, else
    the best. None: no engine can, or none is known yet."""
    task = task_of(draft, state)
    chosen = draft.engines.get(task.id, "")
    able = engines_for(state.engines, task, chosen, prompt=draft.prompt)
    named = [each for each in able if each.id == chosen]
    return next(iter(named or able), None)


def edge_of(draft: Draft, task: PanelTask, document: DocumentView | None) -> Edge:
    """The one set, else a removal's own: grown by some pixels, see
    :data:`GROWTH_PER_MEGAPIXEL_SIDE`."""
    if task.id in draft.edges:
        return draft.edges[task.id]
    if task.id != "remove" or document is None:
        return Edge()
    side = (document.size.area / 1e6) ** 0.5
    return Edge(EdgeKind.GROW, float(max(1, round(GROWTH_PER_MEGAPIXEL_SIDE * side))))


def strength_of(draft: Draft, task: PanelTask, document: DocumentView | None) -> int:
    """In percent."""
    if draft.strength is not None:
        return draft.strength
    selected = document is not None and document.selected is not None
    whole = not selected and task.operation is not Operation.FILL
    return STRENGTH_WHOLE if whole else STRENGTH_SELECTED


def source_of(draft: Draft, task: PanelTask) -> SampleSource:
    return draft.sources.get(task.id, task.sample_source)


def place_of(draft: Draft, task: PanelTask) -> Placement | None:
    """None where there is no choice."""
    chosen = draft.places.get(task.id)
    return chosen if chosen in task.places else next(iter(task.places), None)


def mask_of(draft: Draft, document: DocumentView | None) -> MaskSource:
    """The selection where the layer chosen is gone."""
    if draft.mask == MASK_TRANSPARENCY:
        return MaskSource(MaskKind.TRANSPARENCY)
    reference = draft.mask.removeprefix(LAYER_PREFIX)
    if draft.mask.startswith(LAYER_PREFIX) and _has_layer(document, reference):
        return MaskSource(MaskKind.REFERENCE, reference)
    return MaskSource()


def roles_of(
    draft: Draft, task: PanelTask, engine: EngineSpec, document: DocumentView | None
) -> dict[str, str]:
    """Those the engine takes and that are seen, from files and from layers that are still there."""
    return {
        spec.role: reference
        for spec in engine.roles
        if (reference := draft.roles.get(spec.role, ""))
        and (_has_layer(document, reference) or is_file(spec.role, reference))
        and is_visible(spec, draft, task, engine)
    }


def is_file(role: str, reference: str) -> bool:
    return role not in DRAWN_ROLES and reference.startswith(FILE_PREFIX)


def _has_layer(document: DocumentView | None, reference: str) -> bool:
    return document is not None and any(each.reference == reference for each in document.layers)


def value_of(draft: Draft, task: PanelTask, parameter: Parameter) -> ParameterValue:
    """The parameter's default where nothing, or something impossible, was chosen."""
    value = draft.parameters.get((task.id, parameter.id), parameter.default)
    return value if parameter.check(value) is None else parameter.default


def is_visible(
    control: Parameter | RoleSpec, draft: Draft, task: PanelTask, engine: EngineSpec
) -> bool:
    """Whether ``visible_if`` holds."""
    name, _, wanted = control.visible_if.partition("=")
    other = engine.parameter(name)
    if other is None:
        return True
    value = value_of(draft, task, other)
    return (str(value).lower() if isinstance(value, bool) else str(value)) == wanted


def parameters_of(draft: Draft, task: PanelTask, engine: EngineSpec) -> dict[str, ParameterValue]:
    """What the user set, where the engine takes it and it is seen."""
    return {
        each.id: value_of(draft, task, each)
        for each in engine.parameters
        if (task.id, each.id) in draft.parameters and is_visible(each, draft, task, engine)
    }
