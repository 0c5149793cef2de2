"""Control images by installed networks: how far things are, found in any picture."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch

from velatura_protocol.errors import ModelDamaged

from ....models.records import InstalledModel, ModelKind
from ...workshop import Workshop
from ..painting import RgbImage
from ..parts import residency_of
from .control_images import LayerNetwork
from .missing import no_preprocessor

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
"""Of the pictures these networks were taught on."""

_SIDE = 518
_MULTIPLE = 14


def layer_network(kind: str, workshop: Workshop) -> LayerNetwork:
    """:raises NoModel: none is installed for the kind"""
    for model in workshop.models.of(ModelKind.PREPROCESSOR):
        if model.detail == kind == "depth":
            return functools.partial(_depth, model, workshop)
    raise no_preprocessor(kind)


@torch.inference_mode()
def _depth(model: InstalledModel, workshop: Workshop, kind: str, image: RgbImage) -> RgbImage:
    """Near is white, over the whole range of what is there."""
    del kind
    load = functools.partial(_load, model)
    with residency_of(workshop).use(model.id, "depth", load) as network:
        found = network(_shown(image).to(workshop.device)).predicted_depth[:, None]
        large = torch.nn.functional.interpolate(
            found.float(), image.shape[:2], mode="bicubic", align_corners=False
        )
    depth = large[0, 0].cpu().numpy()
    least, most = float(depth.min()), float(depth.max())
    near = (depth - least) / (most - least) if most > least else np.zeros_like(depth)
    return np.repeat(near[..., None], 3, axis=2).astype(np.float32)


def _load(model: InstalledModel) -> Any:
    from transformers import AutoModelForDepthEstimation

    try:
        return AutoModelForDepthEstimation.from_pretrained(
            model.location, local_files_only=True, use_safetensors=True, dtype=torch.float32
        ).eval()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = type(error).__name__
        raise ModelDamaged(model=model.id, file=model.location.name, reason=reason) from error


def _shown(image: RgbImage) -> torch.Tensor:
    """(1, 3, height, width): the shorter side about 518 pixels, both multiples of 14."""
    scale = _SIDE / min(image.shape[:2])
    height, width = (
        max(_MULTIPLE, round(side * scale / _MULTIPLE) * _MULTIPLE) for side in image.shape[:2]
    )
    planes = torch.from_numpy(np.ascontiguousarray(np.clip(image, 0.0, 1.0), np.float32))
    small = torch.nn.functional.interpolate(
        planes.permute(2, 0, 1)[None], (height, width), mode="bicubic", antialias=True
    ).clamp(0.0, 1.0)
    mean, deviation = (torch.tensor(each).view(1, 3, 1, 1) for each in (_MEAN, _DEVIATION))
    return (small - mean) / deviation
