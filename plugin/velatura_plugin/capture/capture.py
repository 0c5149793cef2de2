"""From what the user asked and what the host shows to a task: which pixels leave the document.

Everything is frozen here: regions in canvas pixels, sample source, edge, seed. The host moves the
samples; nothing is converted and no preview is ever among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from velatura_protocol.choosing import best_engine
from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import BadTask, NothingSelected, TooLarge
from velatura_protocol.faults import TaskFault
from velatura_protocol.geometry import Margins, Rect, bounding_rect
from velatura_protocol.messages import Limits
from velatura_protocol.pixels import ColourSpace, Pixels
from velatura_protocol.tasks import (
    AlphaMode,
    Canvas,
    Input,
    Intent,
    Operation,
    PreviewRequest,
    Role,
    Task,
)

from ..host.base import Document, Host, MaskKind, Selection
from ..host.samples import crop
from . import masks
from .context import context_crops, sees_all, whole_canvas
from .extent import Ground, cut_out
from .islands import is_blank
from .request import GenerateRequest

NEEDS_MASK = frozenset({Operation.FILL})
"""These say "select something first", see also :func:`needs_mask`; others take the whole layer when
nothing is selected."""

USES_MASK = NEEDS_MASK | {
    Operation.RESTYLE,
    Operation.VARY,
    Operation.RESTORE,
    Operation.RECOLOUR,
    Operation.CUT_OUT,
}
SPLITS_MASK = frozenset({Operation.FILL, Operation.RESTORE, Operation.CUT_OUT})
"""Far-apart places are worked on by themselves; others must see the picture as one."""

SEEN_WHOLE = 16_000_000
"""Pixels of an extended canvas up to which its two ends are one crop, with all between them."""

KEEPS_ALPHA = frozenset(
    {
        Operation.RESTYLE,
        Operation.VARY,
        Operation.UPSCALE,
        Operation.RESTORE,
        Operation.RECOLOUR,
    }
)
"""These change colours only. Others may make what was opaque transparent, or the other way round:
what a fill takes off a logo leaves the logo's transparency behind, not a black place."""

CROP_ROLES = frozenset({Role.EXCLUDE, Role.PROTECT, Role.GUIDE})
DRAWN_ROLES = CROP_ROLES | {Role.STROKES}
"""What is drawn over the picture itself; the others may be another picture."""
"""Masks that belong to a context crop, cut to its region."""


@dataclass(frozen=True)
class Capture:
    """A task, and the pixels of its inputs by blob id. ``crops`` are the captured regions."""

    task: Task
    blobs: dict[str, Pixels]
    crops: tuple[Rect, ...]


def choose_engine(engines: Sequence[EngineSpec], request: GenerateRequest) -> EngineSpec:
    """See :func:`velatura_protocol.choosing.best_engine`."""
    return best_engine(
        engines, request.operation, request.intent, prompt=request.prompt, named=request.engine
    )


def check_request(request: GenerateRequest, engine: EngineSpec, limits: Limits) -> None:
    """:raises BadTask: a parameter, role or number the engine does not take"""
    for name, value in request.parameters.items():
        parameter = engine.parameter(name)
        if parameter is None:
            raise BadTask(field=name, reason="unknown")
        problem = parameter.check(value)
        if problem:
            raise BadTask(field=name, reason=problem)
    for role in request.roles:
        if engine.role(role) is None:
            raise BadTask(field=role, reason="not taken by this engine")
    for spec in engine.roles:
        given = spec.role in (Role.IMAGE, Role.MASK) or spec.role in request.roles
        if spec.required and not given:
            raise BadTask(field=spec.role, reason=TaskFault.NOT_CHOSEN)
    if not 1 <= request.variations <= limits.variations:
        raise BadTask(field="variations", reason="is out of range")
    if request.extent is not None and request.intent is not Intent.EXPAND:
        raise BadTask(field="extent", reason="is for expand only")
    if not 0.0 <= request.strength <= 1.0:
        raise BadTask(field="strength", reason="must be from 0 to 1")


def alpha_mode(request: GenerateRequest) -> AlphaMode:
    """What was asked for, else the input's alpha or what the engine makes, by the operation."""
    if request.alpha is not None:
        return request.alpha
    return AlphaMode.KEEP if request.operation in KEEPS_ALPHA else AlphaMode.CUT_OUT


@dataclass(frozen=True)
class CaptureContext:
    """What the request does not say. ``previews_per_second`` 0: none."""

    engine: EngineSpec
    limits: Limits
    seed: int
    document_key: str = ""
    previews_per_second: float = 4.0
    preview_side: int = 0


def capture(
    host: Host, document: Document, request: GenerateRequest, context: CaptureContext
) -> Capture:
    """Reads everything the job needs from the host, now. With an extent, regions are in the larger
    canvas's pixels.

    :raises NothingSelected: a fill with no selection, or with an empty mask
    :raises TooLarge: a context crop above the engine's or the backend's limit
    :raises BadTask: see :func:`check_request`
    """
    check_request(request, context.engine, context.limits)
    ground = Ground(document, request.extent or Margins())
    seen = _seen_whole(host, document, request)
    if request.extent is None:
        mask = _read_mask(host, document, request, context.engine, seen)
    else:
        mask = ground.frame(context.limits.blob_pixels)
    crops = _crops(ground.whole, request, mask, context)
    pile = _InputPile()
    for region in crops:
        if seen is None:
            pixels = ground.capture(host, request.sample_source, region, layer=request.layer)
        else:
            pixels = Pixels(region.size, seen.format, crop(seen, ground.whole, region))
        pile.add(Role.IMAGE, region, pixels)
        if mask is not None:
            pile.add(Role.MASK, region, masks.cut(mask, region))
    for role, reference in request.roles.items():
        _add_role(pile, host, ground, role, reference, crops)
    task = _task(ground, request, context, tuple(pile.inputs))
    return Capture(task, pile.blobs, tuple(crops))


def uses_mask(request: GenerateRequest, engine: EngineSpec) -> bool:
    """Whether what is selected bounds what it changes."""
    takes = engine.role(Role.MASK) is not None
    could = request.operation in USES_MASK or request.stays_in_size
    return request.operation in NEEDS_MASK or (takes and could)


def needs_mask(operation: Operation, engine: EngineSpec | None) -> bool:
    """Whether something has to be selected first, for the operation or for that engine."""
    role = engine.role(Role.MASK) if engine is not None else None
    return operation in NEEDS_MASK or (
        operation in USES_MASK and role is not None and role.required
    )


def _seen_whole(host: Host, document: Document, request: GenerateRequest) -> Pixels | None:
    """All of the canvas, where its transparency says what to do; read once, as reading it with a
    layer hidden may take an editor half a second."""
    is_needed = request.mask.kind is MaskKind.TRANSPARENCY and request.extent is None
    if not is_needed or not document.format.layout.has_alpha:
        return None
    canvas = Rect.of_size(document.size)
    return host.capture(document, request.sample_source, canvas, layer=request.layer)


def _read_mask(
    host: Host,
    document: Document,
    request: GenerateRequest,
    engine: EngineSpec,
    seen: Pixels | None,
) -> Selection | None:
    """The mask on the canvas; None where the operation takes everything."""
    if not uses_mask(request, engine):
        return None
    mask = _mask_from_source(host, document, request, seen)
    if mask is not None:
        on_canvas = mask.region.intersection(Rect.of_size(document.size))
        mask = Selection(on_canvas, masks.cut(mask, on_canvas))
        if not is_blank(mask.pixels):
            return mask
    explicit = request.mask.kind is not MaskKind.SELECTION
    if needs_mask(request.operation, engine) or explicit or mask is not None:
        raise NothingSelected()
    return None


def _mask_from_source(
    host: Host, document: Document, request: GenerateRequest, seen: Pixels | None
) -> Selection | None:
    match request.mask.kind:
        case MaskKind.SELECTION:
            return request.mask.drawn or host.selection(document)
        case MaskKind.REFERENCE:
            return host.mask_content(document, request.mask.reference)
        case MaskKind.TRANSPARENCY:
            if seen is None:
                return None
            return Selection(Rect.of_size(document.size), masks.of_transparency(seen))


def _crops(
    canvas: Rect,
    request: GenerateRequest,
    mask: Selection | None,
    context: CaptureContext,
) -> list[Rect]:
    engine = context.engine
    limit = min(engine.max_pixels or context.limits.blob_pixels, context.limits.blob_pixels)
    if mask is not None:
        whole = sees_all(engine, request.parameters)
        return context_crops(
            mask,
            canvas,
            whole_canvas(canvas) if whole else engine.context,
            reach=request.edge.reach,
            limit=limit,
            split=not whole and _splits(request, canvas, limit),
        )
    if request.operation is Operation.GENERATE and not _needs_picture(engine):
        return []
    if canvas.area > limit:
        raise TooLarge(pixels=canvas.area, limit=limit)
    return [canvas]


def _needs_picture(engine: EngineSpec) -> bool:
    role = engine.role(Role.IMAGE)
    return role is not None and role.required


def _splits(request: GenerateRequest, canvas: Rect, limit: int) -> bool:
    """An extension is seen in the panel alone before it is accepted: all of it, if it can be."""
    if request.extent is not None and canvas.area <= min(SEEN_WHOLE, limit):
        return False
    return request.operation in SPLITS_MASK


def _add_role(
    pile: _InputPile,
    host: Host,
    ground: Ground,
    role: str,
    reference: str,
    crops: Sequence[Rect],
) -> None:
    if role in CROP_ROLES:
        drawn = ground.mask(host, reference, within=bounding_rect(crops))
        for region in crops:
            pile.add(role, region, masks.cut(drawn, region))
        return
    content = ground.content(host.role_content(ground.document, reference))
    if content.region.is_empty:
        raise BadTask(field=role, reason=TaskFault.EMPTY_LAYER)
    if role != Role.STROKES:
        pile.add(role, content.region, content.pixels, content.colour)
        return
    for region in crops:
        pile.add(role, region, cut_out(content.pixels, content.region, region), content.colour)


def _task(
    ground: Ground,
    request: GenerateRequest,
    context: CaptureContext,
    inputs: tuple[Input, ...],
) -> Task:
    document = ground.document
    per_second = context.previews_per_second if request.preview else 0.0
    preview = PreviewRequest(document.format, per_second, context.preview_side)
    return Task(
        operation=request.operation,
        canvas=Canvas(ground.size, document.format, document.colour, ground.margins),
        inputs=inputs,
        intent=request.intent,
        engine=context.engine.id,
        edge=request.edge,
        alpha=alpha_mode(request),
        sample_source=request.sample_source,
        prompt=request.prompt,
        avoid=request.avoid,
        seed=context.seed,
        variations=request.variations,
        strength=request.strength,
        scale=request.scale,
        target=request.target,
        parameters=dict(request.parameters),
        preview=preview if per_second > 0.0 else None,
        document_key=context.document_key,
        placement=request.placement,
    )


@dataclass
class _InputPile:
    """Inputs as they come in, each with a blob id of its own."""

    inputs: list[Input] = field(default_factory=list[Input])
    blobs: dict[str, Pixels] = field(default_factory=dict[str, Pixels])

    def add(
        self, role: str, region: Rect, pixels: Pixels, colour: ColourSpace | None = None
    ) -> None:
        blob = f"input{len(self.inputs)}"
        self.blobs[blob] = pixels
        self.inputs.append(Input(role, blob, region, pixels.format, colour))
