"""How each family's denoiser is told by its tensors.

Widths tell families apart only where nothing else does: a small model of an architecture has all
its names and none of its widths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from velatura_protocol.faults import ModelFault

from ....models.records import Family, ModelKind, Variant
from .tensor_names import TensorNames


@dataclass(frozen=True)
class Told:
    """See :class:`~.recognition.Recognised`."""

    kind: ModelKind
    family: Family
    variant: Variant = Variant.BASE
    distilled: bool = False
    detail: str = ""


@dataclass(frozen=True)
class Unusable:
    """It is known for what it is, and no engine runs it. ``params``: the fault's."""

    fault: ModelFault
    params: Mapping[str, str | int] = field(default_factory=dict[str, "str | int"])


def foreign(title: str) -> Unusable:
    """``title``: of the family or architecture."""
    return Unusable(ModelFault.FOREIGN, {"title": title})


Verdict = Told | Unusable | None

SD2_WIDTH = 1024
SDXL_WIDTH = 2048
REFINER_WIDTH = 1280


def tell_denoiser(names: TensorNames) -> Verdict:
    """As :func:`tell`, of the denoiser of a pipeline alone."""
    for judge in (_foreign, _unet, _flux1, _flux2, _z_image, _sd3, _qwen_image):
        verdict = judge(names.denoiser)
        if verdict is not None:
            return verdict
    return None


def _checkpoint(
    family: Family, variant: Variant = Variant.BASE, *, distilled: bool = False, detail: str = ""
) -> Told:
    return Told(ModelKind.CHECKPOINT, family, variant, distilled, detail)


_FOREIGN = (
    ("distilled_guidance_layer.", "Chroma"),
    ("early_stream_modulations.", "FLUX.3"),
    ("double_layers.", "AuraFlow"),
    ("txt_in.individual_token_refiner.", "HunyuanVideo"),
    ("patchify_proj.", "LTX-Video"),
    ("clip_txt_mapper.", "Stable Cascade"),
    ("txtfusion.", "Krea 2"),
    ("head.modulation", "Wan video"),
    ("double_stream_blocks.", "HiDream"),
    ("net.pos_embedder.", "Cosmos"),
    ("txt_in.text_norm.", "Qwen-Image 2.1"),
    ("edm_mean", "Playground v2.5"),
)


def _foreign(names: TensorNames) -> Verdict:
    for prefix, title in _FOREIGN:
        if names.starts(prefix):
            return foreign(title)
    if names.contains("motion_modules."):
        return foreign("AnimateDiff")
    if names.starts("adaln_single.") and names.contains("attn2"):
        return foreign("PixArt")
    return None


def _unet(names: TensorNames) -> Verdict:
    stem = names.shape("input_blocks.0.0.weight")
    if not stem and names.has("time_embedding.linear_1.weight") and names.starts("mid_block."):
        stem = names.shape("conv_in.weight")
    if not stem or len(stem) != 4:
        return None
    width = context_width(names)
    is_xl = names.has("label_emb.0.0.weight") or names.has("add_embedding.linear_1.weight")
    unusable = _unusable_unet(stem[1], width, is_xl=is_xl)
    if unusable:
        return foreign(unusable)
    lcm = names.contains("time_embed.cond_proj.", "time_embedding.cond_proj.")
    return _checkpoint(
        Family.SDXL if is_xl else Family.SD15,
        Variant.INPAINT if stem[1] == 9 else Variant.BASE,
        distilled=lcm,
        detail="lcm" if lcm else "",
    )


def _unusable_unet(channels: int, width: int, *, is_xl: bool) -> str:
    if is_xl and width == REFINER_WIDTH:
        return "Stable Diffusion XL refiner"
    if not is_xl and width == SD2_WIDTH:
        return "Stable Diffusion 2"
    if channels == 8:
        return "InstructPix2Pix"
    return "" if channels in (4, 9) else f"UNet, {channels} channels"


def context_width(names: TensorNames) -> int:
    """Numbers to a token of the text that the UNet attends to."""
    found = next(names.ending("attn2.to_k.weight"), None)
    return found[1][1] if found and len(found[1]) == 2 else 0


def _flux1(names: TensorNames) -> Verdict:
    if names.has("double_blocks.0.img_attn.qkv.weight", "double_blocks.0.img_mod.lin.weight"):
        taken, given = names.shape("img_in.weight")[1:], names.shape("final_layer.linear.weight")
        guided = names.starts("guidance_in.")
    elif names.starts("single_transformer_blocks.0.proj_mlp.") and names.has("x_embedder.weight"):
        taken, given = names.shape("x_embedder.weight")[1:], names.shape("proj_out.weight")
        guided = names.starts("time_text_embed.guidance_embedder.")
    else:
        return None
    if names.starts("controlnet_"):
        return None
    if taken and given and taken[0] == 2 * given[0]:
        return foreign("FLUX.1 Canny / Depth")
    variant = Variant.BASE
    if taken and given and taken[0] > 2 * given[0]:
        variant = Variant.INPAINT
    elif names.told("kontext"):
        variant = Variant.EDIT
    schnell = not guided
    return _checkpoint(
        Family.FLUX1, variant, distilled=schnell, detail="schnell" if schnell else ""
    )


def _flux2(names: TensorNames) -> Verdict:
    if not names.starts("double_stream_modulation_img."):
        return None
    if names.starts("guidance_in.", "time_guidance_embed.guidance_embedder."):
        return foreign("FLUX.2 dev")
    base = names.told("base")
    return _checkpoint(Family.FLUX2_KLEIN, distilled=not base)


def _z_image(names: TensorNames) -> Verdict:
    if not (names.starts("noise_refiner.") and names.starts("cap_embedder.")):
        return None
    if names.starts("control_"):
        return None
    if not names.has("x_pad_token", "cap_pad_token"):
        return foreign("Lumina 2")
    return _checkpoint(Family.Z_IMAGE, distilled=not names.told("base"))


def _sd3(names: TensorNames) -> Verdict:
    ours = names.has("joint_blocks.0.x_block.attn.qkv.weight")
    theirs = names.has("pos_embed.proj.weight", "context_embedder.weight") and names.contains(
        "attn.add_k_proj.weight"
    )
    if (not ours and not theirs) or names.starts("controlnet_blocks.", "pos_embed_input."):
        return None
    turbo = names.told("turbo")
    return _checkpoint(Family.SD3, distilled=turbo, detail="turbo" if turbo else "")


def _qwen_image(names: TensorNames) -> Verdict:
    if not names.has("transformer_blocks.0.img_mod.1.weight", "txt_norm.weight"):
        return None
    if names.starts("controlnet_"):
        return None
    variant = Variant.BASE
    if names.starts("time_text_embed.addition_t_embedding."):
        variant = Variant.LAYERED
    elif names.told("edit"):
        variant = Variant.EDIT_PLUS if names.told("plus", "2509", "2511") else Variant.EDIT
    return _checkpoint(Family.QWEN_IMAGE, variant)
