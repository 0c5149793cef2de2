"""What is where in a picture, by an installed network that tells ADE20K's kinds of thing apart.

Two sorts of network do: those that give each pixel a number for each kind (SegFormer, Xie et al.
2021; UPerNet, Xiao et al. 2018; DPT, Ranftl et al. 2021), and those that propose areas and say what
each is (MaskFormer, Cheng et al. 2021; Mask2Former, Cheng et al. 2022; OneFormer, Jain et al.
2023), whose areas are added up for each kind.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from torch import Tensor

from velatura_protocol.errors import ModelDamaged, Unsupported
from velatura_protocol.faults import ModelFault

from .....models.records import InstalledModel
from ....resources import EngineResources
from ...loading.parts import residency_of
from ...painting.contract import RgbImage
from ..files import unreadable
from .network_pictures import load_network, normalised, resized, square_side
from .segment_palette import CLASSES, drawn_segments

_CLASS_NAMES: Mapping[str, str] = {
    "segformer": "SegformerForSemanticSegmentation",
    "upernet": "UperNetForSemanticSegmentation",
    "dpt": "DPTForSemanticSegmentation",
    "maskformer": "MaskFormerForInstanceSegmentation",
    "mask2former": "Mask2FormerForUniversalSegmentation",
    "oneformer": "OneFormerForUniversalSegmentation",
}
"""``model_type`` of a configuration → the only class that is made for it."""

_SIDE = 512
_MULTIPLE = 32
_LONGEST = 2048
"""Most networks were taught on 512 pixels, whatever the picture's size."""

_TASK = "the task is semantic"
_VOCABULARIES = ("vocab.json", "tokenizer.json")
_AT_ONCE = 8
"""Kinds whose maps are enlarged together: all at once would be 2.5 GB for 2048 × 2048 pixels."""


@torch.inference_mode()
def segments(
    model: InstalledModel, resources: EngineResources, kind: str, image: RgbImage
) -> RgbImage:
    """Each pixel in the palette's colour for what it most likely belongs to; edges are hard.

    :raises ModelDamaged: its files cannot be read
    :raises Unsupported: it tells other kinds of thing apart than control networks know
    """
    config = _config(model)
    load = functools.partial(_load, model, str(config.get("model_type")))
    with residency_of(resources).use(model.id, kind, load) as network:
        mean, deviation = _statistics(model)
        shown = resized(image, *(square_side(network) or _sides(image)))
        shown = normalised(shown, mean, deviation).to(resources.device)
        found = _scores(network(shown, **_task(model, network, resources.device)))
        classes = _likeliest(found, (image.shape[0], image.shape[1]))
    return drawn_segments(classes)


def _load(model: InstalledModel, model_type: str) -> Any:
    made = _CLASS_NAMES.get(model_type)
    if made is None:
        raise Unsupported(name=model.name, what=ModelFault.OTHER_NETWORK, title=model_type)
    network = load_network(model, made)
    count = network.config.num_labels
    if count != CLASSES:
        what = ModelFault.KINDS_OF_THING
        raise Unsupported(name=model.name, what=what, count=count, wanted=CLASSES)
    return network


def _sides(image: RgbImage) -> tuple[int, int]:
    """The shorter side about 512 pixels, the longer one at most 2048, both multiples of 32."""
    height, width = image.shape[:2]
    scale = min(_SIDE / min(height, width), _LONGEST / max(height, width))
    return _multiple(height * scale), _multiple(width * scale)


def _multiple(side: float) -> int:
    return max(_MULTIPLE, round(side / _MULTIPLE) * _MULTIPLE)


def _scores(output: Any) -> Tensor:
    """(1, kinds, height, width): the higher, the likelier."""
    logits = getattr(output, "logits", None)
    if isinstance(logits, Tensor):
        return logits.float()
    kinds = output.class_queries_logits.float().softmax(dim=-1)[..., :-1]
    areas = output.masks_queries_logits.float().sigmoid()
    return torch.einsum("bqc,bqhw->bchw", kinds, areas)


def _likeliest(scores: Tensor, size: tuple[int, int]) -> NDArray[np.int64]:
    """(height, width): enlarged before they are compared, so that edges do not follow the
    network's coarse grid."""
    best = torch.full((1, *size), -torch.inf, device=scores.device)
    classes = torch.zeros((1, *size), dtype=torch.int64, device=scores.device)
    for first in range(0, scores.shape[1], _AT_ONCE):
        part = scores[:, first : first + _AT_ONCE]
        large = torch.nn.functional.interpolate(part, size, mode="bilinear", align_corners=False)
        most, which = large.max(dim=1)
        classes = torch.where(most > best, which + first, classes)
        best = torch.maximum(best, most)
    return classes[0].cpu().numpy()


def _task(model: InstalledModel, network: Any, device: str) -> dict[str, Tensor]:
    """OneFormer does three things and is told in words which."""
    if network.config.model_type != "oneformer":
        return {}
    if not any((model.location / each).is_file() for each in _VOCABULARIES):
        # The library makes an empty one of nothing.
        raise ModelDamaged(model=model.id, file=_VOCABULARIES[0], reason=ModelFault.MISSING)
    try:
        tokenizer: Any = transformers.CLIPTokenizer.from_pretrained(
            model.location, local_files_only=True
        )
    except (OSError, ValueError, TypeError) as error:
        raise unreadable(model, error, _VOCABULARIES[0]) from error
    told = tokenizer(
        _TASK,
        padding="max_length",
        max_length=network.config.task_seq_len,
        truncation=True,
        return_tensors="pt",
    )
    return {"task_inputs": (told["input_ids"] * told["attention_mask"]).to(device)}


def _statistics(model: InstalledModel) -> tuple[list[float], list[float]] | tuple[None, None]:
    """Mean and deviation of the pictures it was taught on; None where its folder does not say."""
    path = model.location / "preprocessor_config.json"
    if not path.is_file():
        return None, None
    told = _table(model, path.name)
    mean, deviation = told.get("image_mean"), told.get("image_std")
    if isinstance(mean, list) and isinstance(deviation, list):
        return cast("list[float]", mean), cast("list[float]", deviation)
    return None, None


def _config(model: InstalledModel) -> dict[str, Any]:
    return _table(model, "config.json")


def _table(model: InstalledModel, name: str) -> dict[str, Any]:
    try:
        read: object = json.loads((model.location / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise unreadable(model, error, name) from error
    if not isinstance(read, dict):
        raise ModelDamaged(model=model.id, file=name, reason=ModelFault.UNREADABLE)
    return cast("dict[str, Any]", read)
