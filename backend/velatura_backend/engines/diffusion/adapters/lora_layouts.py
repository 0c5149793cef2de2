"""What files that cannot be used as LoRAs are taken for."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import ModelFault

from ....models.records import ModelKind

_LAYOUTS: Mapping[str, str] = {"hada_": "LoHa", "lokr_": "LoKr", "oft_": "OFT", "ia3": "IA³"}
_KINDS: Mapping[str, ModelKind] = {
    "image_proj": ModelKind.IP_ADAPTER,
    "emb_params": ModelKind.EMBEDDING,
    "model.diffusion_model.": ModelKind.CHECKPOINT,
    "first_stage_model": ModelKind.CHECKPOINT,
}
"""What a part of a tensor's name gives away."""


def unlike_lora(name: str, tensors: Mapping[str, Tensor]) -> Unsupported:
    """What to raise of a model of this ``name`` that cannot be used as a LoRA here: it says what
    the model looks like."""

    def has(part: str) -> bool:
        return any(part in key for key in tensors)

    for part, title in _LAYOUTS.items():
        if has(part):
            return Unsupported(name=name, what=ModelFault.LORA_LAYOUT, title=title)
    if has("lora_controlnet"):
        return Unsupported(name=name, what=ModelFault.CONTROL_LORA)
    for part, kind in _KINDS.items():
        if has(part):
            return Unsupported(name=name, what=ModelFault.OTHER_KIND, kind=kind.value)
    what = ModelFault.OTHER_FAMILY if has("lora") else ModelFault.NOT_ONE
    return Unsupported(name=name, what=what, kind=ModelKind.LORA.value)
