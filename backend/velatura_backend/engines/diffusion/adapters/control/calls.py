"""How each kind of control network is asked, and how its answer is handed to the denoiser."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

Named = Mapping[str, Any]
"""Arguments of the denoiser's call by name."""


@dataclass(frozen=True)
class Asked:
    """``picture``: what the network looks at, batch 1. ``mode``: its number for the kind, None for
    networks of one kind."""

    network: Any
    picture: Tensor
    weight: float
    mode: int | None


@dataclass(frozen=True)
class ControlCall:
    """``latents``: it looks at the picture's latents, as the denoiser takes its own; otherwise at
    its pixels, in 0..1. ``ask``: further arguments for the denoiser's call."""

    latents: bool
    ask: Callable[[Asked, Named], dict[str, Any]]


def call_for(network: Any) -> ControlCall:
    return _CALLS[type(network).__name__]


@contextmanager
def lent_parts(network: Any, denoiser: Any) -> Iterator[None]:
    """Some networks run the denoiser's own first blocks: they have them meanwhile."""
    lent = _LENT.get(type(network).__name__, ())
    try:
        for name in lent:
            setattr(network, name, getattr(denoiser, name))
        yield
    finally:
        for name in lent:
            setattr(network, name, None)


def added(one: Any, other: Any) -> Any:
    """Sums of answers: tensors, sequences or maps of them."""
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, Tensor):
        return one + other
    if isinstance(one, Mapping):
        keys = {**one, **other}
        return {key: added(one.get(key), other.get(key)) for key in keys}
    return [added(first, second) for first, second in zip(one, other, strict=True)]


def _ask_unet(asked: Asked, call: Named) -> dict[str, Any]:
    sample = call["sample"]
    network = asked.network
    options: dict[str, Any] = {"conditioning_scale": asked.weight}
    picture: Any = _for_batch(asked.picture, len(sample))
    if asked.mode is not None:
        kinds = torch.zeros(len(sample), network.config.num_control_type, device=sample.device)
        kinds[:, asked.mode] = 1.0
        options |= {"control_type": kinds.to(sample.dtype), "control_type_idx": [asked.mode]}
        picture = [picture]
    down, middle = network(
        sample[:, : network.config.in_channels],
        call["timestep"],
        encoder_hidden_states=call["encoder_hidden_states"],
        controlnet_cond=picture,
        added_cond_kwargs=call.get("added_cond_kwargs"),
        return_dict=False,
        **options,
    )
    return {
        "down_block_additional_residuals": list(down),
        "mid_block_additional_residual": middle,
    }


def _ask_flux(asked: Asked, call: Named) -> dict[str, Any]:
    tokens = call["hidden_states"]
    options: dict[str, Any] = {}
    if asked.mode is not None and asked.network.config.num_mode:
        mode = torch.full((len(tokens), 1), asked.mode, device=tokens.device)
        options["controlnet_mode"] = mode
    blocks, single = asked.network(
        hidden_states=tokens[..., : asked.network.config.in_channels],
        controlnet_cond=_for_batch(asked.picture, len(tokens)),
        conditioning_scale=asked.weight,
        **_taken(call, "timestep", "guidance", "pooled_projections", "encoder_hidden_states"),
        **_taken(call, "txt_ids", "img_ids"),
        **options,
        return_dict=False,
    )
    found: dict[str, Any] = {}
    if blocks:
        found["controlnet_block_samples"] = list(blocks)
    if single:
        found["controlnet_single_block_samples"] = list(single)
    return found


def _ask_sd3(asked: Asked, call: Named) -> dict[str, Any]:
    latents = call["hidden_states"]
    blocks = asked.network(
        hidden_states=latents,
        controlnet_cond=_for_batch(_as_wide(asked.picture, asked.network), len(latents)),
        conditioning_scale=asked.weight,
        **_taken(call, "timestep", "pooled_projections", "encoder_hidden_states"),
        return_dict=False,
    )[0]
    return {"block_controlnet_hidden_states": list(blocks)}


def _ask_qwen(asked: Asked, call: Named) -> dict[str, Any]:
    tokens = call["hidden_states"]
    blocks = asked.network(
        hidden_states=tokens,
        controlnet_cond=_for_batch(asked.picture, len(tokens)),
        conditioning_scale=asked.weight,
        **_taken(call, "timestep", "encoder_hidden_states", "encoder_hidden_states_mask"),
        **_taken(call, "img_shapes"),
        return_dict=False,
    )
    return {
        "controlnet_block_samples": list(
            blocks[0] if isinstance(blocks[0], list | tuple) else blocks
        )
    }


def _ask_z_image(asked: Asked, call: Named) -> dict[str, Any]:
    pictures = call["x"]
    # Later networks also take a mask and what is under it: zeros where nothing is told.
    missing = asked.network.config.control_in_dim - asked.picture.shape[1]
    picture = torch.nn.functional.pad(asked.picture, (0, 0, 0, 0, 0, missing))
    blocks = asked.network(
        list(pictures),
        call["t"],
        call["cap_feats"],
        _for_batch(picture, len(pictures)).unsqueeze(2),
        conditioning_scale=asked.weight,
    )
    return {"controlnet_block_samples": blocks}


def _as_wide(picture: Tensor, network: Any) -> Tensor:
    """SD 3's networks may take further channels behind the latents: a mask, for one."""
    missing = int(network.config.get("extra_conditioning_channels") or 0)
    return torch.nn.functional.pad(picture, (0, 0, 0, 0, 0, missing)) if missing else picture


def _for_batch(picture: Tensor, count: int) -> Tensor:
    return picture.expand(count, *picture.shape[1:])


def _taken(call: Named, *names: str) -> dict[str, Any]:
    return {name: call[name] for name in names if call.get(name) is not None}


_CALLS: Mapping[str, ControlCall] = {
    "ControlNetModel": ControlCall(False, _ask_unet),
    "ControlNetUnionModel": ControlCall(False, _ask_unet),
    "FluxControlNetModel": ControlCall(True, _ask_flux),
    "SD3ControlNetModel": ControlCall(True, _ask_sd3),
    "QwenImageControlNetModel": ControlCall(True, _ask_qwen),
    "ZImageControlNetModel": ControlCall(True, _ask_z_image),
}

_LENT: Mapping[str, tuple[str, ...]] = {
    "ZImageControlNetModel": (
        "t_scale",
        "t_embedder",
        "all_x_embedder",
        "cap_embedder",
        "rope_embedder",
        "noise_refiner",
        "context_refiner",
        "x_pad_token",
        "cap_pad_token",
    ),
}
