"""Control networks from what is installed: folders of the library, or one safetensors file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import diffusers
import torch
from diffusers.loaders.single_file_utils import convert_controlnet_checkpoint
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.controlnets.controlnet_union import ControlNetUnionModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import ModelFault

from .....models.records import InstalledModel, ModelForm, ModelKind
from ..files import read_tensors, unreadable
from .shapes import config_of

_CLASSES = (
    "ControlNetModel",
    "ControlNetUnionModel",
    "FluxControlNetModel",
    "SD3ControlNetModel",
    "QwenImageControlNetModel",
    "ZImageControlNetModel",
)
_LIBRARY_ERRORS = (OSError, ValueError, KeyError, RuntimeError, TypeError)


def load_control(model: InstalledModel, denoiser: Any) -> Any:
    """The network in the host's memory, in the denoiser's type.

    :raises ModelDamaged: its files cannot be read
    :raises Unsupported: no control network that goes with this denoiser
    """
    network = _from_folder(model) if model.form is ModelForm.FOLDER else _from_file(model, denoiser)
    return network.to(denoiser.dtype).eval()


def _from_folder(model: InstalledModel) -> Any:
    try:
        told = json.loads((model.location / "config.json").read_text(encoding="utf-8"))
        named = str(told["_class_name"])
    except (OSError, ValueError, KeyError) as error:
        raise unreadable(model, error, "config.json") from error
    if named not in _CLASSES:
        raise Unsupported(name=model.name, what=ModelFault.OTHER_NETWORK, title=named)
    try:
        return getattr(diffusers, named).from_pretrained(
            model.location, local_files_only=True, use_safetensors=True
        )
    except _LIBRARY_ERRORS as error:
        raise unreadable(model, error) from error


def _from_file(model: InstalledModel, denoiser: Any) -> Any:
    """A file says nothing of its shape but its tensors; the rest is as in the denoiser, half of
    which such a network is a copy of."""
    tensors = read_tensors(model)
    try:
        if isinstance(denoiser, UNet2DConditionModel):
            converted = convert_controlnet_checkpoint(tensors, denoiser.config)
            network = _made_for(converted, denoiser)
            network.load_state_dict(converted)
            return network
        network = _for_transformer(tensors, denoiser)
    except _LIBRARY_ERRORS as error:
        raise _unlike(model, tensors) from error
    if network is None:
        raise Unsupported(name=model.name, what=ModelFault.NO_CONTROL_HERE)
    return network


def _for_transformer(tensors: dict[str, Tensor], denoiser: Any) -> Any:
    """None: there is none for such a denoiser."""
    found = config_of(tensors, denoiser)
    if found is None:
        return None
    name, config = found
    network = getattr(diffusers, name)(**config)
    wanted = network.state_dict().keys()
    # What the second version of Z-Image's network leaves untaught is no part of it.
    network.load_state_dict(
        {key: value for key, value in tensors.items() if key in wanted or not _is_untaught(key)}
    )
    return network


def _is_untaught(name: str) -> bool:
    return name.startswith("control_noise_refiner.")


def _made_for(tensors: Mapping[str, Tensor], denoiser: Any) -> Any:
    config = _shared_configuration(denoiser)
    config |= {
        "in_channels": tensors["conv_in.weight"].shape[1],
        "conditioning_channels": tensors["controlnet_cond_embedding.conv_in.weight"].shape[1],
        "conditioning_embedding_out_channels": _embedding_widths(tensors),
    }
    if "task_embedding" not in tensors:
        return ControlNetModel.from_config(config)
    kinds, width = tensors["task_embedding"].shape
    config |= {
        "num_control_type": kinds,
        "num_trans_channel": width,
        "num_proj_channel": tensors["spatial_ch_projs.weight"].shape[0],
    }
    return ControlNetUnionModel.from_config(config)


def _shared_configuration(denoiser: Any) -> dict[str, Any]:
    """Without the fields that only one of the classes has set."""
    with torch.device("meta"):
        told = ControlNetModel.from_unet(denoiser, load_weights_from_unet=False).config
    return {key: value for key, value in told.items() if not key.startswith("_")}


def _embedding_widths(tensors: Mapping[str, Tensor]) -> tuple[int, ...]:
    """Of the small network that the control image goes through first."""
    part = "controlnet_cond_embedding"
    count = len({key.split(".")[2] for key in tensors if key.startswith(f"{part}.blocks.")})
    inner = [tensors[f"{part}.blocks.{index}.weight"].shape[0] for index in range(1, count, 2)]
    return (tensors[f"{part}.conv_in.weight"].shape[0], *inner)


def _unlike(model: InstalledModel, tensors: Mapping[str, Tensor]) -> Unsupported:
    """What it looks like instead."""
    if any("lora" in key for key in tensors):
        return Unsupported(name=model.name, what=ModelFault.CONTROL_LORA)
    is_control = any("control" in key for key in tensors)
    what = ModelFault.OTHER_FAMILY if is_control else ModelFault.NOT_ONE
    return Unsupported(name=model.name, what=what, kind=ModelKind.CONTROL.value)
