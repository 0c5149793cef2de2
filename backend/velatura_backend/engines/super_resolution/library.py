"""Imports spandrel where torchvision is missing, and loads networks through it.

Two of its architectures import three names of torchvision, and without them none of the forty can
be imported. Two of the names are never used while a network runs, the third is one line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import ModelFault

from .facts import NetworkFacts, Purpose

if TYPE_CHECKING:
    from spandrel import ModelDescriptor

_PURPOSES = {
    "SR": Purpose.UPSCALE,
    "Restoration": Purpose.RESTORE,
    "FaceSR": Purpose.FACE,
    "Inpainting": Purpose.INPAINT,
}
_MOST_CHANNELS = 3


class _InterpolationMode(Enum):
    NEAREST = "nearest"
    BILINEAR = "bilinear"


def _normalize(values: Any, mean: list[float], std: list[float], inplace: bool = False) -> Any:
    shape = (-1, 1, 1)
    shift = values.new_tensor(mean).view(shape)
    return (values - shift) / values.new_tensor(std).view(shape)


def _rotate(*_arguments: object, **_options: object) -> None:
    raise NotImplementedError("networks that rotate their pictures need torchvision")


@contextmanager
def _torchvision_spared() -> Iterator[None]:
    """A stand-in for torchvision while the block runs; a real one is put back afterwards."""
    functional = ModuleType("torchvision.transforms.functional")
    vars(functional).update(
        InterpolationMode=_InterpolationMode, rotate=_rotate, normalize=_normalize
    )
    transforms = ModuleType("torchvision.transforms")
    vars(transforms).update(functional=functional)
    whole = ModuleType("torchvision")
    vars(whole).update(transforms=transforms)
    spared = {each.__name__: each for each in (whole, transforms, functional)}
    before = {name: sys.modules.get(name) for name in spared}
    sys.modules.update(spared)
    try:
        yield
    finally:
        for name, module in before.items():
            sys.modules.pop(name)
            if module is not None:
                sys.modules[name] = module


def load_network(path: Path) -> ModelDescriptor:
    """In the host's memory, in the numbers of the file, ready to run.

    :raises Unsupported: no architecture that is known
    """
    with _torchvision_spared():
        import spandrel
    from safetensors.torch import load_file

    try:
        network = spandrel.ModelLoader("cpu").load_from_state_dict(
            spandrel.canonicalize_state_dict(load_file(path, device="cpu"))
        )
    except (spandrel.UnsupportedModelError, KeyError, RuntimeError) as error:
        raise Unsupported(what=ModelFault.UNKNOWN_NETWORK) from error
    return network.eval()


def network_facts(path: Path) -> NetworkFacts:
    """:raises Unsupported: no architecture that is known, or one for other pictures than these"""
    network = load_network(path)
    if network.input_channels > _MOST_CHANNELS or network.input_channels != network.output_channels:
        raise Unsupported(what=ModelFault.OTHER_PICTURES)
    return NetworkFacts(
        _PURPOSES[network.purpose],
        network.scale,
        network.input_channels,
        network.architecture.name,
    )
