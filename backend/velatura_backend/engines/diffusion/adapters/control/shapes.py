"""The shapes of control networks for transformers that come as one file.

A file tells by its tensors how deep a network is and what it looks at; what no tensor tells (heads,
axes of the positions) is as in the denoiser that it was made beside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isqrt
from typing import Any

from torch import Tensor

Tensors = Mapping[str, Tensor]
Config = dict[str, Any]


def config_of(tensors: Tensors, denoiser: Any) -> tuple[str, Config] | None:
    """The library's class and what it is made with; None: it has no class for such a denoiser.

    :raises KeyError: tensors that every such network has are missing
    """
    found = _SHAPES.get(type(denoiser).__name__)
    if found is None:
        return None
    name, shape = found
    return name, shape(tensors, denoiser)


def _flux(tensors: Tensors, denoiser: Any) -> Config:
    shared = _shared(
        denoiser, "patch_size", "attention_head_dim", "num_attention_heads", "axes_dims_rope"
    )
    modes = tensors.get("controlnet_mode_embedder.weight")
    return shared | {
        "in_channels": _inputs(tensors, "x_embedder"),
        "num_layers": _count(tensors, "transformer_blocks"),
        "num_single_layers": _count(tensors, "single_transformer_blocks"),
        "joint_attention_dim": _inputs(tensors, "context_embedder"),
        "pooled_projection_dim": _inputs(tensors, "time_text_embed.text_embedder.linear_1"),
        "guidance_embeds": _begins(tensors, "time_text_embed.guidance_embedder."),
        "num_mode": None if modes is None else modes.shape[0],
    }


def _sd3(tensors: Tensors, denoiser: Any) -> Config:
    shared = _shared(
        denoiser, "sample_size", "patch_size", "in_channels", "out_channels",
        "attention_head_dim", "num_attention_heads",
    )  # fmt: skip
    places = tensors.get("pos_embed.pos_embed")
    joint = "context_embedder.weight" in tensors
    looked_at = tensors["pos_embed_input.proj.weight"].shape[1]
    second = {each.split(".")[1] for each in tensors if ".attn2." in each}
    return shared | {
        "num_layers": _count(tensors, "transformer_blocks"),
        "joint_attention_dim": _inputs(tensors, "context_embedder") if joint else None,
        "caption_projection_dim": denoiser.config.caption_projection_dim,
        "pooled_projection_dim": _inputs(tensors, "time_text_embed.text_embedder.linear_1"),
        "extra_conditioning_channels": looked_at - denoiser.config.in_channels,
        "dual_attention_layers": tuple(sorted(int(each) for each in second)),
        "qk_norm": "rms_norm" if any(".attn.norm_q." in each for each in tensors) else None,
        "use_pos_embed": places is not None or _begins(tensors, "pos_embed."),
        "pos_embed_max_size": (
            denoiser.config.pos_embed_max_size if places is None else isqrt(places.shape[1])
        ),
    }


def _qwen(tensors: Tensors, denoiser: Any) -> Config:
    shared = _shared(
        denoiser, "patch_size", "out_channels", "attention_head_dim", "num_attention_heads",
        "axes_dims_rope",
    )  # fmt: skip
    own = _inputs(tensors, "img_in")
    return shared | {
        "in_channels": own,
        "num_layers": _count(tensors, "transformer_blocks"),
        "joint_attention_dim": _inputs(tensors, "txt_in"),
        "extra_condition_channels": _inputs(tensors, "controlnet_x_embedder") - own,
    }


def _z_image(tensors: Tensors, denoiser: Any) -> Config:
    """The published ones answer to blocks spread evenly over the denoiser: every fifth of 30 in the
    first version, every other in the second, every tenth in the light one."""
    config = denoiser.config
    blocks = _count(tensors, "control_layers")
    refiners = _count(tensors, "control_noise_refiner") or len(denoiser.noise_refiner)
    patch, frames = config.all_patch_size[0], config.all_f_patch_size[0]
    looked_at = _inputs(tensors, f"control_all_x_embedder.{patch}-{frames}")
    return _shared(
        denoiser, "all_patch_size", "all_f_patch_size", "dim", "n_heads", "n_kv_heads",
        "norm_eps", "qk_norm",
    ) | {
        "control_layers_places": [each * config.n_layers // blocks for each in range(blocks)],
        "control_refiner_layers_places": list(range(refiners)),
        "control_in_dim": looked_at // (patch * patch * frames),
        "add_control_noise_refiner": _refined_by(tensors),
        "n_refiner_layers": refiners,
    }  # fmt: skip


def _refined_by(tensors: Tensors) -> str | None:
    """What control acts through before the denoiser's own blocks: nothing in the first version; in
    the second blocks of its own, or, where those were left untaught, its main ones."""
    first = "control_noise_refiner.0"
    if f"{first}.after_proj.weight" not in tensors:
        return None
    taught = tensors.get(f"{first}.before_proj.weight")
    return "control_layers" if taught is None or not taught.any() else "control_noise_refiner"


_SHAPES: Mapping[str, tuple[str, Callable[[Tensors, Any], Config]]] = {
    "FluxTransformer2DModel": ("FluxControlNetModel", _flux),
    "SD3Transformer2DModel": ("SD3ControlNetModel", _sd3),
    "QwenImageTransformer2DModel": ("QwenImageControlNetModel", _qwen),
    "ZImageTransformer2DModel": ("ZImageControlNetModel", _z_image),
}


def _shared(denoiser: Any, *names: str) -> Config:
    return {name: denoiser.config[name] for name in names}


def _inputs(tensors: Tensors, layer: str) -> int:
    return tensors[f"{layer}.weight"].shape[1]


def _begins(tensors: Tensors, prefix: str) -> bool:
    return any(each.startswith(prefix) for each in tensors)


def _count(tensors: Tensors, blocks: str) -> int:
    prefix = f"{blocks}."
    return len({each.split(".")[1] for each in tensors if each.startswith(prefix)})
