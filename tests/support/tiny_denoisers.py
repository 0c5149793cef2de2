"""Tiny random UNets, and the schedulers of tiny pipelines.

Skip where torch is missing: ``pytest.importorskip("diffusers")`` before importing this module.
"""

from __future__ import annotations

from typing import Any

import diffusers

from tests.support.tiny_texts import WIDTH


def unet(in_channels: int = 4, *, xl: bool = False) -> Any:
    extra: dict[str, Any] = {}
    if xl:
        extra = {
            "use_linear_projection": True,
            "transformer_layers_per_block": (1, 2),
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": 6 * 8 + WIDTH,
        }
    return diffusers.UNet2DConditionModel(
        sample_size=64,
        in_channels=in_channels,
        out_channels=4,
        layers_per_block=1,
        block_out_channels=(WIDTH, 2 * WIDTH),
        norm_num_groups=8,
        attention_head_dim=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=2 * WIDTH if xl else WIDTH,
        **extra,
    ).eval()


def ddim() -> Any:
    return diffusers.DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


def flow(shift: float, *, dynamic: bool = False) -> Any:
    return diffusers.FlowMatchEulerDiscreteScheduler(shift=shift, use_dynamic_shifting=dynamic)
