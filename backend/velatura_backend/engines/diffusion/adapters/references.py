"""Reference pictures through IP-Adapters (Ye et al. 2023): further attention beside the prompt's.

What is taken from a picture is decided by where its attention acts: everywhere its content, in the
blocks that draw surfaces its style, in those that place things its composition (InstantStyle, Wang
et al. 2024, and the layers the field has settled on for SD 1.5).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

import numpy as np
import torch
from diffusers.models.embeddings import MultiIPAdapterImageProjection
from torch import Tensor

from velatura_protocol.errors import ModelDamaged, Unsupported
from velatura_protocol.faults import ModelFault, NotFoundWhat

from ....models.records import Family, InstalledModel, ModelForm, ModelKind, ModelShelf
from ..painting.contract import Reference, ReferenceKind, RgbImage
from .files import read_tensors, unreadable
from .missing import no_adapter, no_encoder
from .naming import named

_MEAN = (0.48145466, 0.4578275, 0.40821073)
_DEVIATION = (0.26862954, 0.26130258, 0.27577711)
"""Of the pictures CLIP was taught on."""

_PLACES: Mapping[tuple[Family, ReferenceKind], tuple[str, ...]] = {
    (Family.SDXL, ReferenceKind.STYLE): ("up_blocks.0.attentions.1.*",),
    (Family.SDXL, ReferenceKind.COMPOSITION): ("down_blocks.2.attentions.1.*",),
    (Family.SD15, ReferenceKind.STYLE): (
        "down_blocks.0.*",
        "down_blocks.1.*",
        "mid_block.*",
        "up_blocks.2.*",
        "up_blocks.3.*",
    ),
    (Family.SD15, ReferenceKind.COMPOSITION): ("down_blocks.2.*",),
}
"""Attention in which a reference acts; what is not here acts everywhere."""


@dataclass(frozen=True)
class ChosenReference:
    """``adapter``: the installed one; ``encoder``: the one that looks at the picture for it."""

    reference: Reference
    adapter: InstalledModel
    encoder: InstalledModel


@dataclass(frozen=True)
class SeenReference:
    """``tensors``: of the adapter, in its two parts. ``seen`` and ``blank``: what its encoder says
    of the picture and of nothing, batch 1."""

    chosen: ChosenReference
    tensors: Mapping[str, Mapping[str, Tensor]]
    seen: Tensor
    blank: Tensor


def chosen_references(
    references: Sequence[Reference], shelf: ModelShelf, model: InstalledModel
) -> tuple[ChosenReference, ...]:
    """An adapter and an encoder for each; those of weight 0 are left out.

    :raises NoModel: nothing is installed for it, or not the encoder that the adapter needs
    :raises NotFound: the one that was named is not installed
    :raises ModelDamaged: the adapter cannot be read
    """
    wanted = [each for each in references if each.weight != 0.0]
    adapters = shelf.of(ModelKind.IP_ADAPTER, model.family)
    encoders = shelf.of(ModelKind.IMAGE_ENCODER)
    if wanted and not adapters:
        raise no_adapter(model.family)
    return tuple(_chosen(each, adapters, encoders) for each in wanted)


def _chosen(
    reference: Reference,
    adapters: Sequence[InstalledModel],
    encoders: Sequence[InstalledModel],
) -> ChosenReference:
    adapter = adapters[0]
    if reference.model:
        adapter = named(adapters, reference.model, NotFoundWhat.REFERENCE_ADAPTER)
    width, hidden = _eye(adapter, adapter_tensors(adapter)["image_proj"])
    for each in encoders:
        if _widths(each)[hidden] == width:
            return ChosenReference(reference, adapter, each)
    raise no_encoder(width, adapter.name)


def adapter_tensors(adapter: InstalledModel) -> dict[str, dict[str, Tensor]]:
    """By the file's two parts, ``image_proj`` and ``ip_adapter``.

    :raises ModelDamaged: they are not there
    """
    parts: dict[str, dict[str, Tensor]] = {"image_proj": {}, "ip_adapter": {}}
    for key, tensor in read_tensors(adapter).items():
        part, _, rest = key.partition(".")
        if part in parts:
            parts[part][rest] = tensor
    if not all(parts.values()):
        kind = ModelKind.IP_ADAPTER.value
        raise ModelDamaged(
            model=adapter.id, file=adapter.name, reason=ModelFault.NOT_ONE, kind=kind
        )
    return parts


def _eye(adapter: InstalledModel, projection: Mapping[str, Tensor]) -> tuple[int, bool]:
    """How wide what it is shown is, and whether that is a layer inside the encoder ("plus") or the
    encoder's last word.

    :raises Unsupported: a layout that needs more than a picture (faces, for one)
    """
    if "proj.weight" in projection:
        return projection["proj.weight"].shape[1], False
    if "proj_in.weight" in projection and "latents" in projection:
        return projection["proj_in.weight"].shape[1], True
    if "proj.3.weight" in projection:
        return projection["proj.0.weight"].shape[1], True
    raise Unsupported(name=adapter.name, what=ModelFault.MORE_THAN_PICTURES)


def _widths(encoder: InstalledModel) -> tuple[int, int]:
    """Of its last word, and of its layers; 0 where it does not say."""
    if encoder.form is not ModelForm.FOLDER:
        return 0, 0
    try:
        told = json.loads((encoder.location / "config.json").read_text(encoding="utf-8"))
        return int(told["projection_dim"]), int(told["hidden_size"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0


def load_encoder(model: InstalledModel, dtype: torch.dtype) -> Any:
    """:raises ModelDamaged: its files cannot be read"""
    from transformers import CLIPVisionModelWithProjection

    try:
        encoder = CLIPVisionModelWithProjection.from_pretrained(
            model.location, local_files_only=True, use_safetensors=True, dtype=dtype
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise unreadable(model, error) from error
    return encoder.eval()


def looked_at(chosen: ChosenReference, encoder: Any) -> SeenReference:
    tensors = adapter_tensors(chosen.adapter)
    _, inner = _eye(chosen.adapter, tensors["image_proj"])
    picture = clip_picture(chosen.reference.image, encoder.config.image_size)
    picture = picture.to(encoder.device, encoder.dtype)
    if not inner:
        seen = encoder(picture).image_embeds
        return SeenReference(chosen, tensors, seen, torch.zeros_like(seen))
    seen, blank = (
        encoder(each, output_hidden_states=True).hidden_states[-2]
        for each in (picture, torch.zeros_like(picture))
    )
    return SeenReference(chosen, tensors, seen, blank)


def clip_picture(image: RgbImage, side: int) -> Tensor:
    """(1, 3, side, side), normalised; all of the picture, squeezed into the square."""
    planes = torch.from_numpy(np.ascontiguousarray(np.clip(image, 0.0, 1.0), np.float32))
    small = torch.nn.functional.interpolate(
        planes.permute(2, 0, 1)[None], (side, side), mode="bicubic", antialias=True
    ).clamp(0.0, 1.0)
    mean, deviation = (torch.tensor(each).view(1, 3, 1, 1) for each in (_MEAN, _DEVIATION))
    return (small - mean) / deviation


@contextmanager
def referred(unet: Any, references: Sequence[SeenReference], *, guided: bool) -> Iterator[None]:
    """While it runs, ``unet`` attends to the references. ``guided``: it is called with what is to
    be avoided first and the prompt after it, in one batch.

    :raises Unsupported: an adapter was made for another model
    """
    if not references:
        yield
        return
    processors, config = dict(unet.attn_processors), unet.config.encoder_hid_dim_type
    try:
        _put_on(unet, references)
        handle = unet.register_forward_pre_hook(_Showing(references, guided), with_kwargs=True)
        try:
            yield
        finally:
            handle.remove()
    finally:
        unet.encoder_hid_proj = None  # first: its attention would be counted with the network's
        unet.set_attn_processor(processors)
        unet.config.encoder_hid_dim_type = config


def _put_on(unet: Any, references: Sequence[SeenReference]) -> None:
    try:
        _join(unet, [dict(each.tensors) for each in references], references[0].seen.device)
    except (ValueError, KeyError, RuntimeError, IndexError) as error:
        names = ", ".join(dict.fromkeys(each.chosen.adapter.name for each in references))
        kind = ModelKind.IP_ADAPTER.value
        raise Unsupported(name=names, what=ModelFault.OTHER_FAMILY, kind=kind) from error
    for name, processor in unet.attn_processors.items():
        if hasattr(processor, "to_k_ip"):
            processor.scale = [_scale(each.chosen, name) for each in references]


def _join(unet: Any, tensors: list[dict[str, Any]], device: torch.device) -> None:
    """As the library does it, but for its moving of the whole network, whose weights may be stored
    in 8 bit or wait in the host's memory."""
    dtype = unet.dtype
    processors = unet._convert_ip_adapter_attn_to_diffusers(tensors)
    for each in processors.values():
        if isinstance(each, torch.nn.Module):
            each.to(device, dtype)
    unet.set_attn_processor(processors)
    layers = [
        unet._convert_ip_adapter_image_proj_to_diffusers(each["image_proj"]) for each in tensors
    ]
    unet.encoder_hid_proj = MultiIPAdapterImageProjection(layers).to(device, dtype)
    unet.config.encoder_hid_dim_type = "ip_image_proj"


def _scale(chosen: ChosenReference, attention: str) -> float:
    places = _PLACES.get((chosen.adapter.family, chosen.reference.kind))
    acts = places is None or any(fnmatch(attention, pattern) for pattern in places)
    return chosen.reference.weight if acts else 0.0


class _Showing:
    """Hands what was seen to each call of the network."""

    def __init__(self, references: Sequence[SeenReference], guided: bool) -> None:
        self._references = references
        self._guided = guided

    def __call__(
        self, _: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        sample = kwargs["sample"] if "sample" in kwargs else args[0]
        conditions = dict(kwargs.get("added_cond_kwargs") or {})
        conditions["image_embeds"] = [self._batch(each, sample) for each in self._references]
        return args, {**kwargs, "added_cond_kwargs": conditions}

    def _batch(self, reference: SeenReference, sample: Tensor) -> Tensor:
        """(batch, 1, …): one picture for each of the batch."""
        seen, count = reference.seen, len(sample)
        parts = [seen] * count
        if self._guided:
            parts = [reference.blank] * (count // 2) + [seen] * (count - count // 2)
        return torch.cat(parts)[:, None].to(sample.device, sample.dtype)
