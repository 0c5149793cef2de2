"""What files that cannot be used as LoRAs are taken for."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

_LAYOUTS: Mapping[str, str] = {
    "hada_": "a LoHa",
    "lokr_": "a LoKr",
    "oft_": "an OFT adapter",
    "ia3": "an IA³ adapter",
    "lora_controlnet": "a control LoRA",
    "image_proj": "an IP-adapter",
    "emb_params": "an embedding",
    "model.diffusion_model.": "a whole checkpoint",
    "first_stage_model": "a whole checkpoint",
}
"""What a part of a tensor's name gives away."""


def looks_like(tensors: Mapping[str, Tensor]) -> str:
    """What a file that cannot be used as a LoRA here is taken for, for people."""
    for part, what in _LAYOUTS.items():
        if any(part in key for key in tensors):
            return f"looks like {what}"
    if any("lora" in key for key in tensors):
        return "looks like a LoRA for models of another family"
    return "does not look like a LoRA"
