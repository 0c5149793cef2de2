"""From what a task says about styles, LoRAs, control and references to a painter's request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from velatura_protocol.errors import BadTask
from velatura_protocol.faults import TaskFault
from velatura_protocol.geometry import Size
from velatura_protocol.tasks import Role

from ....imaging.resize import resize
from ....models.records import InstalledModel, ModelKind
from ...base import EngineTask, FloatImage
from ...resources import EngineResources
from ..families.table import FamilyRow, MaskInput, PictureInput, row_of
from ..painting.contract import (
    Control,
    Lora,
    PaintRequest,
    Reference,
    ReferenceKind,
    RgbImage,
    Sampling,
)
from ..prompts.reading import ReadPrompt, read_prompt
from ..quality.canvas import canvas_of
from . import parameters as ids
from .control.controls import has_network
from .control.images import LayerNetwork, control_image, surroundings
from .control.kinds import KINDS, ControlKind, Making
from .control.layer_networks import layer_network
from .styles import Style

_SURROUNDED_FROM = 0.5
"""Share of the schedule below which the picture itself is guide enough."""


def with_adapters(
    task: EngineTask, request: PaintRequest, model: InstalledModel, resources: EngineResources
) -> PaintRequest:
    """The request with the wording read (style, wildcards, LoRA tags), and with all that steers.

    Control images in the task lie under the request's rectangle already; they are scaled to it.
    Wildcards are drawn by the task's seed: all passes of one picture say the same.

    :raises BadTask: a LoRA tag's weight is no number, or the style is not known
    :raises NoModel: a control image is to be made by a network that is not installed
    """
    wishes = _Wishes(task)
    row = row_of(model.family, model.variant)
    style = _style(wishes.text(ids.STYLE, ids.NONE), model, row, resources)
    read = read_prompt(style.worded(task.prompt), style.avoided(task.avoid), task.seed)
    controls = tuple(_controls(wishes, request, resources))
    if _is_surrounded(wishes, request, model, resources):
        controls += (_surroundings(request),)
    siblings = tuple(each for each in request.siblings if _reads_alike(task, style, read, each))
    return replace(
        request,
        siblings=siblings,
        wording=read.wording,
        loras=(*read.loras, *_style_loras(style), *_slots(wishes)),
        sampling=_sampling(request.sampling, style),
        controls=controls,
        references=tuple(_references(wishes, row)),
        safety=wishes.flag(ids.SAFETY),
        previewer=wishes.chosen(ids.PREVIEWER),
    )


@dataclass(frozen=True)
class _Wishes:
    """A task's parameters by type; what was not sent has its default."""

    task: EngineTask

    def text(self, name: str, default: str) -> str:
        return str(self.task.parameters.get(name, default))

    def chosen(self, name: str) -> str:
        """Empty for none."""
        text = self.text(name, ids.NONE)
        return "" if text == ids.NONE else text

    def number(self, name: str, default: float) -> float:
        value = self.task.parameters.get(name, default)
        return float(value) if isinstance(value, int | float) else default

    def flag(self, name: str, default: bool = False) -> bool:
        return bool(self.task.parameters.get(name, default))

    def pictures(self, role: str) -> tuple[FloatImage, ...]:
        return self.task.images.get(role, ())


# -- words -----------------------------------------------------------------------------------------


def _style(
    style_id: str, model: InstalledModel, row: FamilyRow, resources: EngineResources
) -> Style:
    if style_id == ids.NONE:
        return Style(ids.NONE, "")
    for each in ids.styles_for(model, row, resources.models):
        if each.id == style_id:
            return each
    raise BadTask(field=ids.STYLE, reason=TaskFault.NO_SUCH_STYLE)


def _reads_alike(task: EngineTask, style: Style, read: ReadPrompt, seed: int) -> bool:
    """Whether a variation of that seed draws the same words."""
    return read == read_prompt(style.worded(task.prompt), style.avoided(task.avoid), seed)


def _style_loras(style: Style) -> Iterator[Lora]:
    for each in style.loras:
        yield Lora(each.model, each.weight)


def _slots(wishes: _Wishes) -> Iterator[Lora]:
    for number in range(1, ids.LORA_SLOTS + 1):
        which, weight = ids.lora_slot(number)
        chosen = wishes.text(which, ids.NONE)
        if chosen != ids.NONE:
            yield Lora(chosen, wishes.number(weight, 1.0))


def _sampling(asked: Sampling, style: Style) -> Sampling:
    """What the artist chose comes before the style, that before the model."""
    return Sampling(
        steps=asked.steps or style.steps,
        guidance=asked.guidance if asked.guidance >= 0.0 else style.guidance,
        sampler=asked.sampler or style.sampler,
    )


# -- control ---------------------------------------------------------------------------------------


def _controls(
    wishes: _Wishes, request: PaintRequest, resources: EngineResources
) -> Iterator[Control]:
    for kind in KINDS:
        weight = wishes.number(ids.weight_of(kind.id), 1.0)
        for layer in wishes.pictures(ids.control_role(kind.id)):
            if weight != 0.0:
                yield _control(kind, layer, weight, wishes, request, resources)


def _control(
    kind: ControlKind,
    layer: FloatImage,
    weight: float,
    wishes: _Wishes,
    request: PaintRequest,
    resources: EngineResources,
) -> Control:
    source = wishes.text(ids.making_of(kind.id), ids.FROM_AUTO)
    network = wishes.text(ids.network_of(kind.id), ids.FROM_AUTO)
    image = control_image(kind, _fitted(layer, request), source, _maker(kind, source, resources))
    return Control(
        kind.id,
        image,
        weight,
        wishes.number(ids.start_of(kind.id), 0.0),
        wishes.number(ids.end_of(kind.id), 1.0),
        "" if network == ids.FROM_AUTO else network,
    )


def _maker(kind: ControlKind, source: str, resources: EngineResources) -> LayerNetwork | None:
    """:raises NoModel: it was asked for and is not installed"""
    if kind.making is not Making.NETWORK:
        return None
    if source != ids.FROM_LAYER and not ids.has_preprocessor(kind.id, resources.models):
        return None
    return layer_network(kind.id, resources)


def _fitted(layer: FloatImage, request: PaintRequest) -> FloatImage:
    """(height, width, 4) in the request's size; nothing of it is what it may not be."""
    layer = layer if layer.shape[2] == 4 else layer[..., [0, 0, 0, 1]]
    size = Size(width=request.width, height=request.height)
    return np.clip(np.nan_to_num(resize(layer, size), nan=0.0), 0.0, 1.0)


def _is_surrounded(
    wishes: _Wishes, request: PaintRequest, model: InstalledModel, resources: EngineResources
) -> bool:
    """Models that see the mask by themselves need no network for it."""
    row = row_of(model.family, model.variant)
    return (
        request.image is not None
        and request.mask is not None
        and request.strength > _SURROUNDED_FROM
        and wishes.flag(ids.SURROUNDINGS, True)
        and row.mask_input is MaskInput.NONE
        and has_network("inpaint", resources.models.of(ModelKind.CONTROL, model.family))
    )


def _surroundings(request: PaintRequest) -> Control:
    assert request.image is not None
    assert request.mask is not None
    return Control("inpaint", surroundings(request.image, request.mask))


# -- references ------------------------------------------------------------------------------------


def _references(wishes: _Wishes, row: FamilyRow) -> Iterator[Reference]:
    """A family that looks at references by itself takes what the prompt says of them."""
    alone = row.picture_input is PictureInput.SEVERAL
    take = ReferenceKind(wishes.text(ids.REFERENCE_TAKE, ReferenceKind.CONTENT.value))
    weight = 1.0 if alone else wishes.number(ids.REFERENCE_WEIGHT, 0.7)
    for picture in wishes.pictures(Role.REFERENCE):
        yield Reference(_shown(picture), take, weight)
    manner = 1.0 if alone else wishes.number(ids.STYLE_WEIGHT, 0.8)
    for picture in wishes.pictures(Role.STYLE):
        yield Reference(_shown(picture), ReferenceKind.STYLE, manner)


def _shown(picture: FloatImage) -> RgbImage:
    return canvas_of(picture).colours
