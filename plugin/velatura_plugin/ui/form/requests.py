"""From a draft to the request that the button sends."""

from __future__ import annotations

from dataclasses import replace

from velatura_protocol.geometry import Margins, Size
from velatura_protocol.tasks import Intent, Operation

from ...capture.capture import USES_MASK
from ...capture.extent import margins_to_aspect
from ...capture.request import GenerateRequest
from ...host.base import MaskKind
from ...state.state import DocumentView, PanelState
from .draft import (
    ASPECTS,
    MASK_SELECTION,
    Draft,
    edge_of,
    engine_of,
    mask_of,
    parameters_of,
    place_of,
    roles_of,
    source_of,
    strength_of,
    task_of,
)
from .tasks import uses_strength

TARGETED = frozenset({Operation.RETARGET, Operation.GENERATE})


def margins_of(draft: Draft, document: DocumentView | None) -> Margins:
    """How far an extension reaches beyond the document; empty: it adds nothing."""
    aspect = ASPECTS.get(draft.extent)
    if aspect is None:
        return draft.sides
    if document is None or not document.size.area:
        return Margins()
    return margins_to_aspect(document.size, *aspect, draft.anchor)


def request_of(draft: Draft, state: PanelState, *, variations: int = 1) -> GenerateRequest:
    """Only what the task and its engine take. ``variations``: as many as are made where the draft
    does not say."""
    task, engine, document = task_of(draft, state), engine_of(draft, state), state.document
    is_extend = task.intent is Intent.EXPAND
    request = GenerateRequest(
        task.operation,
        task.intent,
        sample_source=source_of(draft, task),
        seed=draft.seed if draft.seed >= 0 else None,
        variations=draft.variations or variations,
        scale=draft.scale if task.operation is Operation.UPSCALE else None,
        target=_target(draft, document) if task.operation in TARGETED else None,
        placement=place_of(draft, task),
        extent=margins_of(draft, document) if is_extend else None,
    )
    if (task.operation in USES_MASK and not is_extend) or request.stays_in_size:
        edge, mask = edge_of(draft, task, document), mask_of(draft, document)
        request = replace(request, edge=edge, mask=mask)
    if engine is None:
        return request
    words = engine.takes_prompt
    strong = uses_strength(task, engine)
    return replace(
        request,
        engine=engine.id,
        prompt=draft.prompt.strip() if words else "",
        avoid=draft.avoid.strip() if words else "",
        strength=strength_of(draft, task, document) / 100 if strong else 1.0,
        parameters=parameters_of(draft, task, engine),
        roles=roles_of(draft, task, engine, document),
    )


def _target(draft: Draft, document: DocumentView | None) -> Size | None:
    return draft.target or (document.size if document else None)


def mask_value(draft: Draft, document: DocumentView | None) -> str:
    """The mask's option that is in effect."""
    match mask_of(draft, document).kind:
        case MaskKind.SELECTION:
            return MASK_SELECTION
        case MaskKind.TRANSPARENCY | MaskKind.REFERENCE:
            return draft.mask
