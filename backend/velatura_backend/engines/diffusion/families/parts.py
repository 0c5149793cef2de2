"""What several rows of the families' table share: components, sizes, samplers. Import-free."""

from __future__ import annotations

from .fields import Adapter, Component, Schedule, Sizes, Stage


def denoiser_part(name: str, make: str) -> Component:
    return Component(name, "diffusers", (make,), Stage.DENOISING)


def vae_part(make: str) -> Component:
    return Component("vae", "diffusers", (make,), Stage.PICTURE)


def text_part(name: str, *make: str, optional: bool = False) -> Component:
    return Component(name, "transformers", make, Stage.TEXT, optional)


CLIP_TOKENIZERS = ("CLIPTokenizer", "CLIPTokenizerFast")
T5_TOKENIZERS = ("T5TokenizerFast", "T5Tokenizer")
QWEN_TOKENIZERS = ("Qwen2TokenizerFast", "Qwen2Tokenizer")

UNET = denoiser_part("unet", "UNet2DConditionModel")
KL_VAE = vae_part("AutoencoderKL")
CLIP = (text_part("text_encoder", "CLIPTextModel"), text_part("tokenizer", *CLIP_TOKENIZERS))
CLIP_G = (
    text_part("text_encoder_2", "CLIPTextModelWithProjection"),
    text_part("tokenizer_2", *CLIP_TOKENIZERS),
)
T5 = (text_part("text_encoder_2", "T5EncoderModel"), text_part("tokenizer_2", *T5_TOKENIZERS))

EVERYTHING = frozenset(Adapter)
TRANSFORMER_ADAPTERS = frozenset({Adapter.LORA, Adapter.CONTROL})

VARIANCE_SAMPLERS = (
    "dpmpp_2m",
    "dpmpp_2m_karras",
    "unipc",
    "euler",
    "euler_a",
    "ddim",
    "lcm",
    "tcd",
    "euler_trailing",
)
FLOW_SAMPLERS = ("flow_euler",)

MEGAPIXEL = 1024 * 1024
WIDE_SIZES = Sizes(MEGAPIXEL, 512 * 512, 4 * MEGAPIXEL, 256, 2048)
LARGE_SIZES = Sizes(MEGAPIXEL, 512 * 512, 2 * MEGAPIXEL, 512, 1536)

VARIANCE_SCHEDULE: Schedule = (
    ("beta_start", 0.00085),
    ("beta_end", 0.012),
    ("beta_schedule", "scaled_linear"),
    ("steps_offset", 1),
    ("num_train_timesteps", 1000),
)
DYNAMIC_SCHEDULE: Schedule = (
    ("shift", 3.0),
    ("use_dynamic_shifting", True),
    ("base_shift", 0.5),
    ("max_shift", 1.15),
    ("base_image_seq_len", 256),
    ("max_image_seq_len", 4096),
)
QWEN_SCHEDULE: Schedule = (
    ("shift", 1.0),
    ("use_dynamic_shifting", True),
    ("base_shift", 0.5),
    ("max_shift", 0.9),
    ("base_image_seq_len", 256),
    ("max_image_seq_len", 8192),
    ("shift_terminal", 0.02),
)

POOLED_TEXTS = (
    "prompt_embeds",
    "negative_prompt_embeds",
    "pooled_prompt_embeds",
    "negative_pooled_prompt_embeds",
)
"""What the pipelines with two CLIPs answer."""
