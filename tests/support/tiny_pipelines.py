"""Tiny random pipelines of every family, made from configurations alone: nothing is downloaded.

``folder(kind)`` is a folder of the diffusers library as a user would have it, made once per test
run. Shapes mirror the real families wherever code can tell the difference: the factor of the VAE,
CLIP's 77 tokens, 4 or 9 channels, packed latents. Widths are the least that work, so the pictures
are noise. The same bytes come out on each run.

Skip where torch is missing: ``pytest.importorskip("diffusers")`` before importing this module.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from tests.support.tiny_denoisers import ddim, flow, unet
from tests.support.tiny_texts import (
    WIDTH,
    clip_text,
    clip_tokenizer,
    qwen3,
    qwen_tokenizer,
    qwen_vision,
    t5,
)
from tests.support.tiny_vaes import flux2_vae, flux_vae, qwen_vae, taesd, vae

torch.set_num_threads(1)  # two spinning threads on a busy machine: 14 times slower (stack.md §2)


def folder(kind: str) -> Path:
    """The folder of a pipeline of this kind, one of ``KINDS``, or of an ``ADDITION``."""
    return _folder(kind)


@functools.cache
def _folder(kind: str) -> Path:
    path = _root() / kind
    torch.manual_seed(0)
    build(kind).save_pretrained(path, safe_serialization=True)
    index = path / "model_index.json"
    if index.is_file():
        _name_stock_classes(index)
    return path


def _name_stock_classes(index: Path) -> None:
    """As published folders do, also where we stand in for a class."""
    text = index.read_text()
    ours = "velatura_backend.engines.diffusion.loading.processors"
    index.write_text(text.replace(ours, "transformers").replace("PictureProc", "Qwen2VLProc"))


def build(kind: str) -> Any:
    """The pipeline (or network) itself, in memory."""
    return {**KINDS, **ADDITIONS}[kind]()


@functools.cache
def _root() -> Path:
    root = tempfile.mkdtemp(prefix="velatura-tiny-")
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return Path(root)


# -- pipelines -------------------------------------------------------------------------------------


def sd15(in_channels: int = 4) -> Any:
    tokenizer = clip_tokenizer()
    inpaint = in_channels == 9
    make = (
        diffusers.StableDiffusionInpaintPipeline if inpaint else diffusers.StableDiffusionPipeline
    )
    return make(
        vae=vae(),
        text_encoder=clip_text(tokenizer),
        tokenizer=tokenizer,
        unet=unet(in_channels),
        scheduler=ddim(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def sdxl(in_channels: int = 4) -> Any:
    tokenizer = clip_tokenizer()
    inpaint = in_channels == 9
    make = (
        diffusers.StableDiffusionXLInpaintPipeline
        if inpaint
        else diffusers.StableDiffusionXLPipeline
    )
    return make(
        vae=vae(scaling_factor=0.13025),
        unet=unet(in_channels, xl=True),
        scheduler=ddim(),
        tokenizer=tokenizer,
        tokenizer_2=tokenizer,
        text_encoder=clip_text(tokenizer),
        text_encoder_2=clip_text(tokenizer, projected=True),
        add_watermarker=False,
    )


def sd3() -> Any:
    tokenizer, (tokenizer_3, text_encoder_3) = clip_tokenizer(), t5()
    transformer = diffusers.SD3Transformer2DModel(
        sample_size=32,
        patch_size=2,
        in_channels=4,
        out_channels=4,
        num_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=2 * WIDTH,
        caption_projection_dim=32,
        pooled_projection_dim=2 * WIDTH,
        pos_embed_max_size=64,
    ).eval()
    return diffusers.StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=flow(3.0),
        vae=vae(
            4,
            scaling_factor=1.5305,
            shift_factor=0.0609,
            use_quant_conv=False,
            use_post_quant_conv=False,
        ),
        text_encoder=clip_text(tokenizer, projected=True),
        tokenizer=tokenizer,
        text_encoder_2=clip_text(tokenizer, projected=True),
        tokenizer_2=tokenizer,
        text_encoder_3=_wide_t5(text_encoder_3),
        tokenizer_3=tokenizer_3,
    )


def _wide_t5(narrow: Any) -> Any:
    """SD3 joins two CLIPs side by side, and pads them to T5's width."""
    config = transformers.T5Config(**{**narrow.config.to_dict(), "d_model": 2 * WIDTH})
    return transformers.T5EncoderModel(config).eval()


def flux(make: str, *, fill: bool = False, guided: bool = True) -> Any:
    latents = 4 * 4  # 2 × 2 patches
    mask = 8 * 8 * 4  # a mask of 8 × 8 to each latent, then patches
    transformer = diffusers.FluxTransformer2DModel(
        patch_size=1,
        in_channels=2 * latents + mask if fill else latents,
        out_channels=latents,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=WIDTH,
        pooled_projection_dim=WIDTH,
        guidance_embeds=guided,
        axes_dims_rope=(4, 4, 8),
    ).eval()
    tokenizer, (tokenizer_2, text_encoder_2) = clip_tokenizer(), t5()
    return getattr(diffusers, make)(
        scheduler=flow(3.0, dynamic=True) if guided else flow(1.0),
        transformer=transformer,
        vae=flux_vae(),
        text_encoder=clip_text(tokenizer),
        tokenizer=tokenizer,
        text_encoder_2=text_encoder_2,
        tokenizer_2=tokenizer_2,
    )


def flux2_klein(*, distilled: bool = True) -> Any:
    transformer = diffusers.Flux2Transformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=3 * WIDTH,  # three layers of the text encoder side by side
        timestep_guidance_channels=16,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=False,
    ).eval()
    return diffusers.Flux2KleinPipeline(
        scheduler=flow(3.0, dynamic=True),
        vae=flux2_vae(),
        text_encoder=qwen3(layers=28),  # layers 9, 18 and 27 are read
        tokenizer=qwen_tokenizer(),
        transformer=transformer,
        is_distilled=distilled,
    )


def z_image() -> Any:
    transformer = diffusers.ZImageTransformer2DModel(
        in_channels=4,
        dim=WIDTH,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=WIDTH,
        axes_dims=[4, 6, 6],
        axes_lens=[1024, 512, 512],
    ).eval()
    return diffusers.ZImagePipeline(
        scheduler=flow(3.0),
        vae=flux_vae(),
        text_encoder=qwen3(layers=3),
        tokenizer=qwen_tokenizer(),
        transformer=transformer,
    )


def qwen_image(variant: str = "") -> Any:
    """``variant``: ``Edit``, ``EditPlus``, ``Layered`` or empty."""
    layered = variant == "Layered"
    latents = 8 if layered else 4  # as many as RGBA has would be taken for RGBA
    transformer = diffusers.QwenImageTransformer2DModel(
        patch_size=2,
        in_channels=4 * latents,
        out_channels=latents,
        num_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=WIDTH,
        axes_dims_rope=(4, 6, 6),
        use_additional_t_cond=layered,
        use_layer3d_rope=layered,
    ).eval()
    tokenizer = qwen_tokenizer()
    parts = {
        "scheduler": flow(3.0, dynamic=True),
        "vae": qwen_vae(4 if layered else 3, latents),
        "text_encoder": qwen_vision(tokenizer),
        "tokenizer": tokenizer,
        "transformer": transformer,
    }
    if variant:
        parts["processor"] = picture_processor(tokenizer)
    return getattr(diffusers, f"QwenImage{variant}Pipeline")(**parts)


def picture_processor(tokenizer: Any) -> Any:
    from velatura_backend.engines.diffusion.loading.processors import PictureProcessor

    pictures = transformers.Qwen2VLImageProcessorPil(
        min_pixels=28 * 28, max_pixels=56 * 56, patch_size=14, merge_size=2
    )
    return PictureProcessor(pictures, tokenizer)


KINDS: dict[str, Callable[[], Any]] = {
    "sd15": sd15,
    "sd15-inpaint": lambda: sd15(9),
    "sdxl": sdxl,
    "sdxl-inpaint": lambda: sdxl(9),
    "flux2-klein": flux2_klein,
    "flux2-klein-base": lambda: flux2_klein(distilled=False),
    "z-image": z_image,
    "sd3": sd3,
    "flux1-dev": lambda: flux("FluxPipeline"),
    "flux1-schnell": lambda: flux("FluxPipeline", guided=False),
    "flux1-fill": lambda: flux("FluxFillPipeline", fill=True),
    "flux1-kontext": lambda: flux("FluxKontextPipeline"),
    "qwen-image": qwen_image,
    "qwen-image-edit": lambda: qwen_image("Edit"),
    "qwen-image-edit-plus": lambda: qwen_image("EditPlus"),
    "qwen-image-layered": lambda: qwen_image("Layered"),
}
"""Kind → what makes the pipeline."""

ADDITIONS: dict[str, Callable[[], Any]] = {
    "taesd": taesd,
    "controlnet": lambda: diffusers.ControlNetModel.from_unet(unet(), conditioning_channels=3),
    "controlnet-sdxl": lambda: diffusers.ControlNetModel.from_unet(
        unet(xl=True), conditioning_channels=3
    ),
}
"""Networks that pipelines take beside their own."""
