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

torch.set_num_threads(1)  # two spinning threads on a busy machine: 14 times slower (stack.md §2)

WIDTH = 32
"""Of texts and of a UNet's first block; its second has twice as much."""
CHATTING = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


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
    ours = "velatura_backend.engines.diffusion.processors"
    index.write_text(text.replace(ours, "transformers").replace("PictureProc", "Qwen2VLProc"))


def build(kind: str) -> Any:
    """The pipeline (or network) itself, in memory."""
    return {**KINDS, **ADDITIONS}[kind]()


@functools.cache
def _root() -> Path:
    root = tempfile.mkdtemp(prefix="velatura-tiny-")
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return Path(root)


# -- tokenizers and text encoders ------------------------------------------------------------------


def byte_symbols() -> list[str]:
    """The 256 printable stand-ins of byte-level BPE, so that every text has tokens."""
    own = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in own else chr(next(others)) for byte in range(256)]


def clip_tokenizer() -> Any:
    symbols = byte_symbols()
    words = [*symbols, *(each + "</w>" for each in symbols), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: index for index, word in enumerate(words)}
    return transformers.CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77)


def clip_text(tokenizer: Any, *, projected: bool = False) -> Any:
    config = transformers.CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=77,
        projection_dim=WIDTH,
        hidden_act="gelu" if projected else "quick_gelu",
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,  # the default points past this small vocabulary
        pad_token_id=tokenizer.pad_token_id,
    )
    if projected:
        return transformers.CLIPTextModelWithProjection(config).eval()
    return transformers.CLIPTextModel(config).eval()


def t5() -> tuple[Any, Any]:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("\u2581", -2.0)]
    pieces += [(chr(code), -3.0) for code in range(33, 127)]
    tokenizer = transformers.T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=64)
    config = transformers.T5Config(
        vocab_size=128,
        d_model=WIDTH,
        d_kv=8,
        d_ff=2 * WIDTH,
        num_layers=2,
        num_heads=4,
        feed_forward_proj="gated-gelu",
    )
    return tokenizer, transformers.T5EncoderModel(config).eval()


QWEN_SPECIALS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)


def qwen_tokenizer() -> Any:
    words = [*byte_symbols(), *QWEN_SPECIALS]
    vocabulary = {word: index for index, word in enumerate(words)}
    tokenizer = transformers.Qwen2Tokenizer(
        vocab=vocabulary,
        merges=[],
        model_max_length=1024,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        extra_special_tokens=list(QWEN_SPECIALS[1:]),
    )
    tokenizer.chat_template = CHATTING
    return tokenizer


def qwen3(layers: int) -> Any:
    config = transformers.Qwen3Config(
        vocab_size=256 + len(QWEN_SPECIALS),
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        tie_word_embeddings=True,
    )
    return transformers.Qwen3ForCausalLM(config).eval()


def qwen_vision(tokenizer: Any) -> Any:
    ids = {word: tokenizer.convert_tokens_to_ids(word) for word in QWEN_SPECIALS}
    config = transformers.Qwen2_5_VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": WIDTH,
            "intermediate_size": 2 * WIDTH,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "rope_scaling": {"rope_type": "default", "mrope_section": [2, 3, 3]},
            "bos_token_id": ids["<|endoftext|>"],
            "eos_token_id": ids["<|im_end|>"],
        },
        vision_config={
            "depth": 2,
            "hidden_size": WIDTH,
            "intermediate_size": 2 * WIDTH,
            "num_heads": 2,
            "out_hidden_size": WIDTH,
            "fullatt_block_indexes": [1],
        },
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )
    return transformers.Qwen2_5_VLForConditionalGeneration(config).eval()


# -- VAEs ------------------------------------------------------------------------------------------


def vae(latent_channels: int = 4, **config: Any) -> Any:
    """Four blocks give the real factor of 8."""
    return diffusers.AutoencoderKL(
        block_out_channels=(8, 8, 16, 16),
        norm_num_groups=4,
        layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=latent_channels,
        sample_size=64,
        **config,
    ).eval()


def flux_vae() -> Any:
    return vae(
        4,
        scaling_factor=0.3611,
        shift_factor=0.1159,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )


def flux2_vae() -> Any:
    return diffusers.AutoencoderKLFlux2(
        block_out_channels=(8, 8, 16, 16),
        norm_num_groups=4,
        layers_per_block=1,
        latent_channels=4,
        sample_size=64,
    ).eval()


def qwen_vae(channels: int = 3, latents: int = 4) -> Any:
    return diffusers.AutoencoderKLQwenImage(
        input_channels=channels,
        base_dim=8,
        z_dim=latents,
        dim_mult=[1, 1, 2, 2],
        num_res_blocks=1,
        latents_mean=[0.1, -0.2, 0.3, 0.0] * (latents // 4),
        latents_std=[1.5, 2.0, 1.0, 2.5] * (latents // 4),
    ).eval()


def taesd() -> Any:
    return diffusers.AutoencoderTiny(
        encoder_block_out_channels=(8,) * 4,
        decoder_block_out_channels=(8,) * 4,
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1),
        latent_channels=4,
    ).eval()


# -- denoisers -------------------------------------------------------------------------------------


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
    from velatura_backend.engines.diffusion.processors import PictureProcessor

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
