"""Configurations of networks, read off the shapes of their tensors.

A single file has no configuration. Published ones would fit the published sizes alone; the shapes
tell widths, depths and channels of whatever the file holds. What no shape tells (how wide attention
heads are, frequencies of positions) is the architecture's constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isqrt
from typing import Any

from ..families.table import FamilyRow
from .tensor_names import TensorNames
from .unet_shapes import unet_configuration

Config = dict[str, Any]
Reader = Callable[[TensorNames, FamilyRow], Config]

_HEAD = 128
"""Numbers to an attention head of the large transformers."""


def configuration(make: str, names: TensorNames, row: FamilyRow) -> Config:
    """For a network of the class ``make``, for its ``config.json``; ``names`` as in the file.

    :raises KeyError: nothing is known of such files
    """
    return _READERS[make](names, row)


# -- transformers ----------------------------------------------------------------------------------


def _flux1(names: TensorNames, row: FamilyRow) -> Config:
    inner = names.denoiser
    given, width, taken = _ends(inner, ("img_in.weight", "x_embedder.weight"), _FLUX_LAST)
    return {
        "patch_size": 1,
        "in_channels": taken,
        "out_channels": given,
        "num_layers": inner.count("double_blocks.") or inner.count("transformer_blocks."),
        "num_single_layers": inner.count("single_blocks.")
        or inner.count("single_transformer_blocks."),
        "attention_head_dim": _HEAD,
        "num_attention_heads": width // _HEAD,
        "joint_attention_dim": _taken(inner, "txt_in.weight", "context_embedder.weight"),
        "pooled_projection_dim": _taken(
            inner, "vector_in.in_layer.weight", "time_text_embed.text_embedder.linear_1.weight"
        ),
        "guidance_embeds": inner.starts("guidance_in.", "time_text_embed.guidance_embedder."),
        "axes_dims_rope": [16, 56, 56],
    }


_FLUX_LAST = ("final_layer.linear.weight", "proj_out.weight")


def _flux2(names: TensorNames, row: FamilyRow) -> Config:
    inner = names.denoiser
    given, width, taken = _ends(inner, ("img_in.weight", "x_embedder.weight"), _FLUX_LAST)
    return {
        "patch_size": 1,
        "in_channels": taken,
        "out_channels": given,
        "num_layers": inner.count("double_blocks.") or inner.count("transformer_blocks."),
        "num_single_layers": inner.count("single_blocks.")
        or inner.count("single_transformer_blocks."),
        "attention_head_dim": _HEAD,
        "num_attention_heads": width // _HEAD,
        "joint_attention_dim": _taken(inner, "txt_in.weight", "context_embedder.weight"),
        "timestep_guidance_channels": _taken(
            inner,
            "time_in.in_layer.weight",
            "time_guidance_embed.timestep_embedder.linear_1.weight",
        ),
        "mlp_ratio": 3.0,
        "axes_dims_rope": [32, 32, 32, 32],
        "guidance_embeds": False,
    }


def _z_image(names: TensorNames, row: FamilyRow) -> Config:
    inner = names.denoiser
    embedder = _first(inner, "x_embedder.weight", "all_x_embedder.2-1.weight")
    width = embedder[0]
    heads = width // _HEAD
    return {
        "all_patch_size": [2],
        "all_f_patch_size": [1],
        "in_channels": embedder[1] // 4,
        "dim": width,
        "n_layers": inner.count("layers."),
        "n_refiner_layers": inner.count("noise_refiner."),
        "n_heads": heads,
        "n_kv_heads": heads,
        "cap_feat_dim": _first(inner, "cap_embedder.0.weight")[0],
        "axes_dims": [32, 48, 48],
        "axes_lens": [1536, 512, 512],
    }


def _sd3(names: TensorNames, row: FamilyRow) -> Config:
    inner = names.denoiser
    patches = _first(inner, "x_embedder.proj.weight", "pos_embed.proj.weight")
    width = patches[0]
    double = {
        int(name.split(".")[1])
        for name, _ in inner.ending("x_block.attn2.qkv.weight", ".attn2.to_q.weight")
    }
    normed = any(inner.ending("x_block.attn.ln_q.weight", "attn.norm_q.weight"))
    side = isqrt(_first(inner, "pos_embed", "pos_embed.pos_embed")[1])
    return {
        "sample_size": 128,
        "patch_size": patches[2],
        "in_channels": patches[1],
        "out_channels": patches[1],
        "num_layers": inner.count("joint_blocks.") or inner.count("transformer_blocks."),
        "attention_head_dim": 64,
        "num_attention_heads": width // 64,
        "joint_attention_dim": _taken(inner, "context_embedder.weight"),
        "caption_projection_dim": width,
        "pooled_projection_dim": _taken(
            inner, "y_embedder.mlp.0.weight", "time_text_embed.text_embedder.linear_1.weight"
        ),
        "pos_embed_max_size": side,
        "dual_attention_layers": sorted(double),
        "qk_norm": "rms_norm" if normed else None,
    }


def _qwen_image(names: TensorNames, row: FamilyRow) -> Config:
    inner = names.denoiser
    given, width, taken = _ends(inner, ("img_in.weight",), ("proj_out.weight",))
    layered = inner.starts("time_text_embed.addition_t_embedding.")
    return {
        "patch_size": 2,
        "in_channels": taken,
        "out_channels": given // 4,
        "num_layers": inner.count("transformer_blocks."),
        "attention_head_dim": _HEAD,
        "num_attention_heads": width // _HEAD,
        "joint_attention_dim": _taken(inner, "txt_in.weight"),
        "axes_dims_rope": [16, 56, 56],
        "use_additional_t_cond": layered,
        "use_layer3d_rope": layered,
    }


# -- VAEs ------------------------------------------------------------------------------------------


def _kl_vae(names: TensorNames, row: FamilyRow) -> Config:
    inner = _bare_vae(names)
    factor, shift = row.latent_scale
    config: Config = {
        **_vae_blocks(inner),
        "scaling_factor": factor,
        "use_quant_conv": inner.has("quant_conv.weight"),
        "use_post_quant_conv": inner.has("post_quant_conv.weight"),
        "force_upcast": True,
    }
    return config | ({"shift_factor": shift} if shift else {})


def _flux2_vae(names: TensorNames, row: FamilyRow) -> Config:
    inner = _bare_vae(names)
    return {
        **_vae_blocks(inner),
        "use_quant_conv": inner.has("quant_conv.weight"),
        "use_post_quant_conv": inner.has("post_quant_conv.weight"),
    }


def _vae_blocks(inner: TensorNames) -> Config:
    if inner.has("encoder.down.0.block.0.conv1.weight"):
        count = inner.count("encoder.down.")
        widths = [inner.shape(f"encoder.down.{n}.block.0.conv1.weight")[0] for n in range(count)]
        layers = inner.count("encoder.down.0.block.")
    else:
        count = inner.count("encoder.down_blocks.")
        widths = [
            inner.shape(f"encoder.down_blocks.{n}.resnets.0.conv1.weight")[0] for n in range(count)
        ]
        layers = inner.count("encoder.down_blocks.0.resnets.")
    return {
        "down_block_types": ["DownEncoderBlock2D"] * count,
        "up_block_types": ["UpDecoderBlock2D"] * count,
        "block_out_channels": widths,
        "layers_per_block": layers,
        "latent_channels": inner.shape("decoder.conv_in.weight")[1],
        "sample_size": 1024,
    }


def _bare_vae(names: TensorNames) -> TensorNames:
    for prefix in ("first_stage_model.", "vae."):
        if names.starts(prefix):
            return names.under(prefix)
    return names


# -- text encoders ---------------------------------------------------------------------------------


def _clip(names: TensorNames, row: FamilyRow) -> Config:
    """Both layouts: Hugging Face's, and OpenCLIP's of SDXL's second encoder."""
    tokens = next(names.ending("token_embedding.weight"))[1]
    wide = [s for _, s in names.ending("mlp.fc1.weight", "mlp.c_fc.weight")]
    projection = next(names.ending("text_projection.weight", "text_projection"), None)
    second = any(names.ending("mlp.c_fc.weight")) or tokens[1] >= 1280
    return {
        "vocab_size": tokens[0],
        "hidden_size": tokens[1],
        "intermediate_size": wide[0][0],
        "num_hidden_layers": len(wide),
        "num_attention_heads": max(1, tokens[1] // 64),
        "max_position_embeddings": next(
            names.ending("position_embedding.weight", "positional_embedding")
        )[1][0],
        "projection_dim": projection[1][0] if projection else tokens[1],
        "hidden_act": "gelu" if second else "quick_gelu",
        "bos_token_id": tokens[0] - 2,
        "eos_token_id": tokens[0] - 1,
        "pad_token_id": 0 if second else tokens[0] - 1,
    }


def _t5(names: TensorNames, row: FamilyRow) -> Config:
    tokens = _first(names, "shared.weight", "encoder.embed_tokens.weight")
    query = _first(names, "encoder.block.0.layer.0.SelfAttention.q.weight")
    return {
        "vocab_size": tokens[0],
        "d_model": tokens[1],
        "d_kv": 64,
        "num_heads": query[0] // 64,
        "d_ff": _first(names, "encoder.block.0.layer.1.DenseReluDense.wi_0.weight")[0],
        "num_layers": names.count("encoder.block."),
        "feed_forward_proj": "gated-gelu",
    }


def _qwen3(names: TensorNames, row: FamilyRow) -> Config:
    inner = names.under("model.") if names.starts("model.layers.") else names
    tokens = _first(inner, "embed_tokens.weight")
    head = _first(inner, "layers.0.self_attn.q_norm.weight")[0]
    return {
        "vocab_size": tokens[0],
        "hidden_size": tokens[1],
        "intermediate_size": _first(inner, "layers.0.mlp.gate_proj.weight")[0],
        "num_hidden_layers": inner.count("layers."),
        "num_attention_heads": _first(inner, "layers.0.self_attn.q_proj.weight")[0] // head,
        "num_key_value_heads": _first(inner, "layers.0.self_attn.k_proj.weight")[0] // head,
        "head_dim": head,
        "rope_theta": 1_000_000.0,
        "max_position_embeddings": 40960,
        "tie_word_embeddings": not names.has("lm_head.weight"),
    }


# -- looking shapes up -----------------------------------------------------------------------------


def _first(names: TensorNames, *candidates: str) -> tuple[int, ...]:
    """:raises KeyError: there is none of them"""
    for name in candidates:
        if names.has(name):
            return names.shape(name)
    raise KeyError(candidates[0])


def _taken(names: TensorNames, *candidates: str) -> int:
    """How many numbers that layer takes."""
    return _first(names, *candidates)[1]


def _ends(
    names: TensorNames, first: tuple[str, ...], last: tuple[str, ...]
) -> tuple[int, int, int]:
    """Channels that come out, the width between, channels that go in."""
    width, taken = _first(names, *first)[:2]
    return _first(names, *last)[0], width, taken


_READERS: Mapping[str, Reader] = {
    "UNet2DConditionModel": unet_configuration,
    "FluxTransformer2DModel": _flux1,
    "Flux2Transformer2DModel": _flux2,
    "ZImageTransformer2DModel": _z_image,
    "SD3Transformer2DModel": _sd3,
    "QwenImageTransformer2DModel": _qwen_image,
    "AutoencoderKL": _kl_vae,
    "AutoencoderKLFlux2": _flux2_vae,
    "CLIPTextModel": _clip,
    "CLIPTextModelWithProjection": _clip,
    "T5EncoderModel": _t5,
    "Qwen3ForCausalLM": _qwen3,
    "Qwen3Model": _qwen3,
}
