"""Where adapters are put on a pipeline, and taken off again."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import UnsupportedWhat

from ....models.records import InstalledModel, ModelKind
from ...resources import EngineResources
from ..adapters import loras
from ..adapters.control.calls import Asked, call_for, lent_parts
from ..adapters.control.controls import (
    ActiveControl,
    ChosenControl,
    checked_mode,
    chosen_controls,
    conducted,
)
from ..adapters.control.networks import load_control
from ..adapters.embeddings import EmbeddingBook
from ..adapters.plain_wording import PlainWording
from ..adapters.references import chosen_references, load_encoder, looked_at, referred
from ..adapters.weighting import WeightedText
from ..families.table import Adapter, FamilyRow, PictureInput, row_of
from ..painting.contract import Notice, PaintRequest, RgbImage
from ..painting.hooks import checked
from ..painting.latents import latent_space
from ..painting.texts import dropped_words
from ..prompts.weights import has_weights
from .parts import Parts, residency_of


@dataclass(frozen=True)
class Attached:
    """``pipeline``: the one to be called, the given one or another over the same parts.
    ``arguments``: further ones of its call."""

    pipeline: Any
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Bench:
    """What adapters need of the painting they are put on. ``guided``: the denoiser is called with
    what is to be avoided and with the prompt, in that order. ``check`` raises to stop."""

    parts: Parts
    guided: bool
    check: Callable[[], None]


@contextmanager
def on_text(
    pipeline: Any, model: InstalledModel, request: PaintRequest, resources: EngineResources
) -> Iterator[Attached]:
    """``pipeline`` has its text encoders and tokenizers alone. What is yielded has its
    ``encode_prompt``, and ``dropped_words`` that tells what of a prompt is too long.

    :raises velatura_protocol.errors.VelaturaError: an adapter is not there or cannot be used
    """
    row = row_of(model.family, model.variant)
    chosen = loras.chosen_loras(request.loras, resources.models, model)
    files = resources.keep.get(loras.LoraFiles, loras.LoraFiles)
    encoders = _text_encoders(pipeline, row) if chosen else {}
    with loras.on_text_encoders(
        encoders, type(pipeline), chosen, files, resources.device
    ) as notices:
        if Adapter.EMBEDDING in row.adapters:
            book = EmbeddingBook.of(resources.models.of(ModelKind.EMBEDDING, model.family))
            yield Attached(WeightedText(pipeline, book), notices=notices)
            return
        tokenizer = getattr(pipeline, row.text.tokenizer)
        dropped = functools.partial(dropped_words, tokenizer, plan=row.text)
        if has_weights(request.wording.prompt) or has_weights(request.wording.avoid):
            notices += (Notice("weights_ignored"),)
        yield Attached(PlainWording(pipeline, dropped), notices=notices)


@contextmanager
def on_denoiser(
    pipeline: Any,
    model: InstalledModel,
    request: PaintRequest,
    resources: EngineResources,
    bench: Bench,
) -> Iterator[Attached]:
    """``pipeline`` has its denoiser, and its VAE where it looks at pictures.

    :raises velatura_protocol.errors.VelaturaError: an adapter is not there or cannot be used
    """
    row = row_of(model.family, model.variant)
    denoiser = getattr(pipeline, row.denoiser)
    files = resources.keep.get(loras.LoraFiles, loras.LoraFiles)
    chosen = loras.chosen_loras(request.loras, resources.models, model)
    with ExitStack() as stack:
        # Control networks come first: those read from a file are shaped after the denoiser.
        active = _controls(denoiser, row, model, request, resources, bench, stack)
        _refer(denoiser, row, model, request, resources, bench, stack)
        stack.enter_context(
            loras.on_denoiser(
                denoiser, row.denoiser, type(pipeline), chosen, files, resources.device
            )
        )
        steps = functools.partial(_steps, pipeline)
        stack.enter_context(conducted(denoiser, active, steps))
        yield Attached(pipeline)


def _steps(pipeline: Any) -> int:
    return len(pipeline.scheduler.timesteps)


def _text_encoders(pipeline: Any, row: FamilyRow) -> dict[str, Any]:
    """Those into which the family's LoRAs may reach."""
    reached = ("text_encoder", "text_encoder_2")
    found = {each.name: getattr(pipeline, each.name, None) for each in row.components}
    return {
        name: encoder
        for name, encoder in found.items()
        if name in reached and encoder is not None and type(encoder).__name__.startswith("CLIP")
    }


# -- control ---------------------------------------------------------------------------------------


def _controls(
    denoiser: Any,
    row: FamilyRow,
    model: InstalledModel,
    request: PaintRequest,
    resources: EngineResources,
    bench: Bench,
    stack: ExitStack,
) -> tuple[ActiveControl, ...]:
    if request.controls and Adapter.CONTROL not in row.adapters:
        raise Unsupported(what=UnsupportedWhat.CONTROL, title=row.title)
    found: list[ActiveControl] = []
    for chosen in chosen_controls(request.controls, resources.models, model):
        load = functools.partial(load_control, chosen.network, denoiser)
        network = stack.enter_context(
            residency_of(resources).use(chosen.network.id, "control", load, check=bench.check)
        )
        stack.enter_context(checked(network, bench.check))
        stack.enter_context(lent_parts(network, denoiser))
        found.append(_active(chosen, network, row, denoiser, bench, resources.device))
    return tuple(found)


def _active(
    chosen: ChosenControl, network: Any, row: FamilyRow, denoiser: Any, bench: Bench, device: str
) -> ActiveControl:
    control = chosen.control
    picture = _tensor(control.image).to(device)
    if call_for(network).latents:
        space = latent_space(row)
        with bench.parts.use("vae") as parts, checked(parts["vae"], bench.check):
            picture = space.stepped(space.encode(parts["vae"], picture * 2 - 1))
    asked = Asked(
        network, picture.to(denoiser.dtype), control.weight, checked_mode(chosen, network)
    )
    return ActiveControl(asked, control.start, control.end)


def _tensor(image: RgbImage) -> Tensor:
    planes = torch.from_numpy(np.ascontiguousarray(image, dtype=np.float32))
    return planes.permute(2, 0, 1)[None]


# -- references ------------------------------------------------------------------------------------


def _refer(
    denoiser: Any,
    row: FamilyRow,
    model: InstalledModel,
    request: PaintRequest,
    resources: EngineResources,
    bench: Bench,
    stack: ExitStack,
) -> None:
    """Families that look at references by themselves are shown them by their pipeline."""
    if not request.references or row.picture_input is PictureInput.SEVERAL:
        return
    if Adapter.IP_ADAPTER not in row.adapters:
        raise Unsupported(what=UnsupportedWhat.REFERENCES, title=row.title)
    seen = []
    for chosen in chosen_references(request.references, resources.models, model):
        load = functools.partial(load_encoder, chosen.encoder, denoiser.dtype)
        placed = residency_of(resources).use(
            chosen.encoder.id, "image_encoder", load, check=bench.check
        )
        with placed as encoder:
            seen.append(looked_at(chosen, encoder))
    stack.enter_context(referred(denoiser, seen, guided=bench.guided))
