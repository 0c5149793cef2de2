"""Networks of known architectures with weights of our own, as files that users would have.

Skip where torch is missing: ``pytest.importorskip("spandrel")`` is not enough, since without
torchvision it imports only through the product's ``library``.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from velatura_backend.engines.super_resolution.facts import NetworkFacts
from velatura_backend.engines.super_resolution.library import network_facts
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind


def repeating(path: Path, scale: int) -> Path:
    """RealESRGAN Compact whose last layer is zero: what is left of it is its shortcut, so that each
    pixel is repeated exactly ``scale`` times."""
    features = 8
    weights = {
        "body.0.weight": torch.randn(features, 3, 3, 3),
        "body.0.bias": torch.zeros(features),
        "body.1.weight": torch.full((features,), 0.2),
        "body.2.weight": torch.zeros(3 * scale * scale, features, 3, 3),
        "body.2.bias": torch.zeros(3 * scale * scale),
    }
    save_file(weights, path)
    return path


def random_compact(path: Path, scale: int) -> Path:
    """The same architecture with four layers that do something."""
    generator = torch.Generator().manual_seed(0)
    features, last = 8, 3 * scale * scale
    weights: dict[str, torch.Tensor] = {}
    shapes = [(features, 3), *[(features, features)] * 3, (last, features)]
    for index, (out, into) in enumerate(shapes):
        shape = (out, into, 3, 3)
        weights[f"body.{2 * index}.weight"] = 0.08 * torch.randn(shape, generator=generator)
        weights[f"body.{2 * index}.bias"] = torch.zeros(out)
        if index + 1 < len(shapes):
            weights[f"body.{2 * index + 1}.weight"] = torch.full((out,), 0.2)
    save_file(weights, path)
    return path


def installed(path: Path, facts: NetworkFacts | None = None) -> InstalledModel:
    """As the store would have it."""
    detail = (facts or network_facts(path)).detail
    return InstalledModel(
        id="my_network",
        name="My network",
        kind=ModelKind.UPSCALER,
        family=Family.NONE,
        location=path,
        form=ModelForm.FILE,
        detail=detail,
    )
