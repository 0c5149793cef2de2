"""What networks that look at layers are loaded by and shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import transformers
from torch import Tensor

from .....models.records import InstalledModel
from ...painting.contract import RgbImage
from ..files import unreadable

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
"""Of the pictures that most of them were taught on (ImageNet)."""


def load_network(model: InstalledModel, make: str) -> Any:
    """In the host's memory, float32. ``make``: of the library's classes.

    :raises ModelDamaged: its files cannot be read
    """
    try:
        return (
            getattr(transformers, make)
            .from_pretrained(
                model.location, local_files_only=True, use_safetensors=True, dtype=torch.float32
            )
            .eval()
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise unreadable(model, error) from error


def square_side(network: Any) -> tuple[int, int] | None:
    """Height and width of networks that take no other: a DPT over a plain transformer lays its
    patches out as a square, whatever the picture's shape."""
    config = network.config
    if config.model_type != "dpt":
        return None
    apart = getattr(config, "backbone_config", None) is not None and not config.is_hybrid
    if apart:
        return None
    return config.image_size, config.image_size


def resized(image: RgbImage, height: int, width: int) -> Tensor:
    """(1, 3, height, width) in 0..1."""
    planes = torch.from_numpy(np.ascontiguousarray(np.clip(image, 0.0, 1.0), np.float32))
    return torch.nn.functional.interpolate(
        planes.permute(2, 0, 1)[None], (height, width), mode="bicubic", antialias=True
    ).clamp(0.0, 1.0)


def normalised(
    picture: Tensor, mean: Sequence[float] | None = None, deviation: Sequence[float] | None = None
) -> Tensor:
    """By the statistics of the pictures that the network was taught on; None: the usual ones."""
    middle, spread = (
        torch.tensor(tuple(each)).view(1, 3, 1, 1)
        for each in (mean or _MEAN, deviation or _DEVIATION)
    )
    return (picture - middle) / spread
