"""How all beside denoisers is told by its tensors: adapters, single components, upscalers."""

from __future__ import annotations

from collections.abc import Callable

from velatura_protocol.faults import ModelFault

from ....models.records import Family, ModelKind
from .denoiser_signatures import (
    REFINER_WIDTH,
    SD2_WIDTH,
    SDXL_WIDTH,
    Told,
    Unusable,
    Verdict,
    context_width,
    foreign,
    tell_denoiser,
)
from .tensor_names import TensorNames


def tell(names: TensorNames) -> Verdict:
    """What a file with these tensors is, None if nothing here knows it."""
    for judge in _JUDGES:
        verdict = judge(names)
        if verdict is not None:
            return verdict
    return None


# -- adapters --------------------------------------------------------------------------------------

_LORA_MARKS = (
    ("lokr_w1", "lokr"),
    ("hada_w1_a", "loha"),
    ("lora_down.weight", "kohya"),
    ("lora.down.weight", "diffusers"),
    ("lora_A.weight", "peft"),
    ("lora_A.default.weight", "peft"),
)


def _lora(names: TensorNames) -> Verdict:
    if names.has("lora_controlnet"):
        return Unusable(ModelFault.CONTROL_LORA)
    for mark, layout in _LORA_MARKS:
        if names.contains(mark):
            family = _lora_family(names)
            if family is None:
                return Unusable(ModelFault.OTHER_FAMILY, {"kind": ModelKind.LORA.value})
            return Told(ModelKind.LORA, family, detail=layout)
    return None


def _lora_family(names: TensorNames) -> Family | None:
    rules: tuple[tuple[bool, Family], ...] = (
        (names.contains("adaLN_modulation") and names.contains("layers"), Family.Z_IMAGE),
        (names.contains("noise_refiner", "context_refiner"), Family.Z_IMAGE),
        (names.contains("txt_mlp", "img_mod_1", "img_mod.1"), Family.QWEN_IMAGE),
        (names.contains("to_qkv_mlp_proj", "ff.linear_in", "ff_linear_in"), Family.FLUX2_KLEIN),
        (names.contains("joint_blocks"), Family.SD3),
    )
    for applies, family in rules:
        if applies:
            return family
    if names.contains("double_blocks", "single_blocks"):
        return _flux_lora(names)
    if names.contains("single_transformer_blocks"):
        return Family.FLUX1
    if names.contains("add_k_proj", "add_q_proj"):
        return Family.SD3
    if names.contains("layers.0.attention", "layers_0_attention"):
        return Family.Z_IMAGE
    return _unet_lora(names)


def _flux_lora(names: TensorNames) -> Family:
    """FLUX.2 makes attention and a gated feed-forward in one matrix and modulates all blocks by
    one: its blocks have no modulation, and what comes out of the first is wider."""
    if names.contains("img_mod_lin", "img_mod.lin", "modulation_lin", "modulation.lin"):
        return Family.FLUX1
    widths = {_module(name): shape[1] for name, shape in names.ending(*_DOWN) if len(shape) == 2}
    for name, shape in names.ending(*_UP):
        module = _module(name)
        if module.endswith(("img_mlp_0", "img_mlp.0")) and module in widths:
            return Family.FLUX2_KLEIN if shape[0] > 4 * widths[module] else Family.FLUX1
    return Family.FLUX1


_DOWN = ("lora_down.weight", "lora_A.weight", "lora_A.default.weight")
_UP = ("lora_up.weight", "lora_B.weight", "lora_B.default.weight")


def _module(name: str) -> str:
    """What a matrix of a LoRA is for."""
    return name.rpartition("lora_")[0].rstrip(".")


def _unet_lora(names: TensorNames) -> Family | None:
    if names.starts("lora_te2_", "text_encoder_2.", "lora_te1_"):
        return Family.SDXL
    if not names.contains("down_blocks", "up_blocks", "mid_block", "input_blocks", "output_blocks"):
        return Family.SD15 if names.starts("lora_te_", "text_encoder.") else None
    widths = [
        shape[1]
        for name, shape in names.ending("down.weight", "lora_A.weight", "lora_A.default.weight")
        if ("attn2_to_k" in name or "attn2.to_k" in name or "attn2.processor.to_k" in name)
        and len(shape) >= 2
    ]
    if widths and widths[0] == SD2_WIDTH:
        return None
    deep = names.contains("transformer_blocks_1_", "transformer_blocks.1.")
    return Family.SDXL if deep or (widths and widths[0] == SDXL_WIDTH) else Family.SD15


def _embedding(names: TensorNames) -> Verdict:
    if names.has("clip_l", "clip_g"):
        return Told(ModelKind.EMBEDDING, Family.SDXL)
    if len(names.tensors) > 2:
        return None
    name, tensor = next(iter(names.tensors.items()), ("", None))
    if tensor is None or len(tensor.shape) > 2 or "." in name:
        return None
    width = tensor.shape[-1] if tensor.shape else 0
    if width == SD2_WIDTH:
        return foreign("Stable Diffusion 2")
    if width == REFINER_WIDTH:
        return Unusable(ModelFault.HALF_EMBEDDING)
    trigger = "" if name == "emb_params" else name
    return Told(ModelKind.EMBEDDING, Family.SD15, detail=trigger) if 0 < width < 4096 else None


_MANY_LAYERS = 40
"""An IP-adapter of SD 1.5 has 16 pairs of matrices, of SDXL 70."""


def _ip_adapter(names: TensorNames) -> Verdict:
    if names.contains("ip_adapter_double_stream_k_proj"):
        return Told(ModelKind.IP_ADAPTER, Family.FLUX1, detail="base")
    keys = list(names.ending("to_k_ip.weight"))
    if not keys:
        return None
    wide = keys[0][1][1] >= SDXL_WIDTH if len(keys[0][1]) == 2 else False
    family = Family.SDXL if wide or len(keys) > _MANY_LAYERS else Family.SD15
    plus = names.contains("image_proj.latents")
    return Told(ModelKind.IP_ADAPTER, family, detail="plus" if plus else "base")


def _control(names: TensorNames) -> Verdict:
    inner = names.under("control_model.") if names.starts("control_model.") else names
    if names.starts("control_layers.", "control_all_x_embedder."):
        return Told(ModelKind.CONTROL, Family.Z_IMAGE, detail="union")
    if inner.has("input_hint_block.0.weight") or inner.starts("controlnet_cond_embedding."):
        return _unet_control(inner)
    if names.starts("adapter.body.") or names.has("body.0.in_conv.weight"):
        return foreign("T2I-Adapter")
    if not names.starts("controlnet_blocks.", "controlnet_x_embedder."):
        return None
    union = "union" if names.starts("controlnet_mode_embedder.") else ""
    if names.has("transformer_blocks.0.img_mod.1.weight"):
        return Told(ModelKind.CONTROL, Family.QWEN_IMAGE, detail=union)
    if names.starts("pos_embed_input."):
        return Told(ModelKind.CONTROL, Family.SD3, detail=union)
    return Told(ModelKind.CONTROL, Family.FLUX1, detail=union)


def _unet_control(names: TensorNames) -> Verdict:
    is_xl = names.has("add_embedding.linear_1.weight") or names.has("label_emb.0.0.weight")
    if not is_xl and context_width(names) == SD2_WIDTH:
        return foreign("Stable Diffusion 2")
    union = names.has("task_embedding") or names.starts("control_add_embedding.")
    family = Family.SDXL if is_xl else Family.SD15
    return Told(ModelKind.CONTROL, family, detail="union" if union else "")


# -- single components -----------------------------------------------------------------------------


def _vae(names: TensorNames) -> Verdict:
    for prefix in ("", "first_stage_model.", "vae."):
        verdict = _bare_vae(names.under(prefix) if prefix else names)
        if verdict is not None:
            return verdict
    return None


def _bare_vae(names: TensorNames) -> Verdict:
    if names.has("decoder.middle.0.residual.0.gamma") or names.has(
        "decoder.mid_block.resnets.0.norm1.gamma"
    ):
        return Told(ModelKind.VAE, Family.QWEN_IMAGE)
    if names.starts("decoder.layers.") and names.starts("encoder.layers."):
        return Told(ModelKind.TINY_VAE, Family.NONE, detail=_channels(names, "decoder.layers.0"))
    if names.has("encoder.down.0.block.0.conv1.weight") or names.has(
        "encoder.down_blocks.0.resnets.0.conv1.weight"
    ):
        if names.has("bn.running_mean"):
            return Told(ModelKind.VAE, Family.FLUX2_KLEIN)
        return Told(ModelKind.VAE, Family.NONE, detail=_channels(names, "decoder.conv_in"))
    return None


def _channels(names: TensorNames, layer: str) -> str:
    shape = names.shape(f"{layer}.weight")
    return str(shape[1]) if len(shape) > 1 else ""


def _encoder(names: TensorNames) -> Verdict:
    if names.contains("concept_embeds", "special_care_embeds"):
        return Told(ModelKind.SAFETY, Family.NONE)
    if names.starts("visual.", "model.visual.") and names.contains("self_attn.q_proj"):
        return Told(ModelKind.TEXT_ENCODER, Family.QWEN_IMAGE, detail="qwen2.5-vl")
    if names.contains("self_attn.q_norm.weight"):
        return Told(ModelKind.TEXT_ENCODER, Family.NONE, detail="qwen3")
    if names.has("encoder.block.0.layer.0.SelfAttention.q.weight"):
        return Told(ModelKind.TEXT_ENCODER, Family.NONE, detail="t5")
    if names.contains("embeddings.token_embedding.weight"):
        return Told(ModelKind.TEXT_ENCODER, Family.NONE, detail="clip")
    if names.contains("embeddings.class_embedding") and names.contains(
        "embeddings.patch_embedding"
    ):
        return Told(ModelKind.IMAGE_ENCODER, Family.NONE, detail="clip")
    return None


_UPSCALERS = (
    ("model.1.sub.0.RDB1.conv1.0.weight", "esrgan"),
    ("body.0.rdb1.conv1.weight", "esrgan"),
    ("layers.0.residual_group.blocks.0.conv_block.cab.0.weight", "hat"),
    ("layers.0.residual_group.blocks.0.attn.qkv.weight", "swinir"),
    ("layers.0.blocks.0.attn.proj.weight", "dat"),
    ("residual_layer.0.residual_layer.0.layer.0.fn.0.weight", "omnisr"),
    ("block_1.c1_r.sk.weight", "span"),
    ("model.model.1.bn_l.running_mean", "lama"),
)


def _upscaler(names: TensorNames) -> Verdict:
    for holder in ("", "params_ema.", "params."):
        inner = names.under(holder) if holder else names
        for mark, architecture in _UPSCALERS:
            if inner.has(mark):
                return Told(ModelKind.UPSCALER, Family.NONE, detail=architecture)
        # PReLU has one number to a channel: what makes the compact network's names its own.
        if inner.has("body.0.weight", "body.1.weight") and len(inner.shape("body.1.weight")) == 1:
            return Told(ModelKind.UPSCALER, Family.NONE, detail="compact")
    return None


def _preprocessor(names: TensorNames) -> Verdict:
    if names.starts("pretrained.") and names.starts("depth_head."):
        return Told(ModelKind.PREPROCESSOR, Family.NONE, detail="depth")
    if names.starts("backbone.embeddings.") and names.starts("head.conv"):
        return Told(ModelKind.PREPROCESSOR, Family.NONE, detail="depth")
    if names.starts("segformer.encoder.", "decode_head.", "model.pixel_level_module."):
        return Unusable(ModelFault.NO_CONFIG)
    return None


_JUDGES: tuple[Callable[[TensorNames], Verdict], ...] = (
    _lora,
    _ip_adapter,
    _control,
    tell_denoiser,
    _vae,
    _encoder,
    _upscaler,
    _preprocessor,
    _embedding,
)
