"""Pipelines of real sizes with random weights, made in the host's memory from configurations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import diffusers
import torch
import transformers

from tests.support import tiny_pipelines as tiny
from velatura_backend.models.records import Family, Variant


@dataclass(frozen=True)
class Build:
    """One family of the table. ``side``: of the pass, in pixels. ``make``: all parts by name,
    those of networks as functions, run without allocating anything. ``bare``: the library's
    pipeline for filling under a mask."""

    name: str
    family: Family
    variant: Variant
    pipeline: str
    bare: str
    side: int
    steps: int
    make: Callable[[], dict[str, Any]]
    options: tuple[tuple[str, Any], ...] = ()
    """Of the bare pipeline's call."""


def clip_l() -> Any:
    return _clip(transformers.CLIPTextModel, 768, 12, 12, 3072)


def clip_g() -> Any:
    return _clip(transformers.CLIPTextModelWithProjection, 1280, 32, 20, 5120)


def _clip(make: type[Any], width: int, layers: int, heads: int, inner: int) -> Any:
    tokenizer = tiny.clip_tokenizer()
    return make(
        transformers.CLIPTextConfig(
            vocab_size=49408,
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            intermediate_size=inner,
            projection_dim=width,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def t5_xxl() -> Any:
    return transformers.T5EncoderModel(
        transformers.T5Config(
            vocab_size=32128,
            d_model=4096,
            d_kv=64,
            d_ff=10240,
            num_layers=24,
            num_heads=64,
            feed_forward_proj="gated-gelu",
        )
    )


def vae(channels: int, **config: Any) -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=(128, 256, 512, 512),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=2,
        latent_channels=channels,
        sample_size=1024,
        **config,
    )


def _sd15() -> dict[str, Any]:
    return {
        "unet": lambda: diffusers.UNet2DConditionModel(
            sample_size=64, in_channels=9, cross_attention_dim=768
        ),
        "vae": lambda: vae(4),
        "text_encoder": clip_l,
        "tokenizer": tiny.clip_tokenizer(),
        "scheduler": tiny.ddim(),
    }


def sdxl_unet() -> Any:
    return diffusers.UNet2DConditionModel(
        sample_size=128,
        in_channels=9,
        block_out_channels=(320, 640, 1280),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 2, 10),
        attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    )


def _sdxl() -> dict[str, Any]:
    return {
        "unet": sdxl_unet,
        "vae": lambda: vae(4, scaling_factor=0.13025, force_upcast=False),
        "text_encoder": clip_l,
        "text_encoder_2": clip_g,
        "tokenizer": tiny.clip_tokenizer(),
        "tokenizer_2": tiny.clip_tokenizer(),
        "scheduler": tiny.ddim(),
    }


def _flux() -> dict[str, Any]:
    return {
        "transformer": lambda: diffusers.FluxTransformer2DModel(
            in_channels=384, out_channels=64, guidance_embeds=True
        ),
        "vae": lambda: vae(
            16,
            scaling_factor=0.3611,
            shift_factor=0.1159,
            use_quant_conv=False,
            use_post_quant_conv=False,
        ),
        "text_encoder": clip_l,
        "text_encoder_2": t5_xxl,
        "tokenizer": tiny.clip_tokenizer(),
        "tokenizer_2": tiny.t5()[0],
        "scheduler": tiny.flow(3.0, dynamic=True),
    }


def _tiny(kind: str) -> Callable[[], dict[str, Any]]:
    def parts() -> dict[str, Any]:
        torch.manual_seed(0)
        return {name: part for name, part in tiny.build(kind).components.items() if part}

    return parts


_SD15 = Build(
    "SD 1.5",
    Family.SD15,
    Variant.INPAINT,
    "StableDiffusionInpaintPipeline",
    "StableDiffusionInpaintPipeline",
    512,
    24,
    _sd15,
    (("guidance_scale", 7.0),),
)
_SDXL = Build(
    "SDXL",
    Family.SDXL,
    Variant.INPAINT,
    "StableDiffusionXLInpaintPipeline",
    "StableDiffusionXLInpaintPipeline",
    1024,
    24,
    _sdxl,
    (("guidance_scale", 6.0),),
)
_FLUX = Build(
    "FLUX.1",
    Family.FLUX1,
    Variant.INPAINT,
    "FluxFillPipeline",
    "FluxFillPipeline",
    1024,
    24,
    _flux,
    (("guidance_scale", 30.0), ("max_sequence_length", 512)),
)

REAL = (_SD15, _SDXL, _FLUX)


def tiny_builds() -> tuple[Build, ...]:
    """The same with networks that a CPU runs in no time."""
    kinds = ("sd15-inpaint", "sdxl-inpaint", "flux1-fill")
    return tuple(
        replace(each, name=f"{each.name}, tiny", side=256, steps=12, make=_tiny(kind))
        for each, kind in zip(REAL, kinds, strict=True)
    )


@contextmanager
def quick_randomness() -> Iterator[None]:
    """Drawing the weights of 12 billion parameters takes minutes: a million numbers are drawn and
    repeated, scaled as each layer asks."""
    drawn = torch.randn(1 << 20, generator=torch.Generator().manual_seed(0))
    even = torch.rand(1 << 20, generator=torch.Generator().manual_seed(1))
    before = torch.Tensor.normal_, torch.Tensor.uniform_

    def normal(self: torch.Tensor, mean: float = 0.0, std: float = 1.0, **_: Any) -> torch.Tensor:
        return _repeated(self, drawn * std + mean)

    def uniform(self: torch.Tensor, low: float = 0.0, high: float = 1.0, **_: Any) -> torch.Tensor:
        return _repeated(self, even * (high - low) + low)

    torch.Tensor.normal_, torch.Tensor.uniform_ = normal, uniform
    try:
        yield
    finally:
        torch.Tensor.normal_, torch.Tensor.uniform_ = before


def _repeated(tensor: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    pool = values.to(tensor.dtype)
    with torch.no_grad():
        for part in tensor.view(-1).split(pool.numel()):
            part.copy_(pool[: part.numel()])
    return tensor


def parts_of(build: Build, dtype: torch.dtype) -> dict[str, Any]:
    """All parts in the host's memory: networks in ``dtype``, VAEs in float32 as ours run them."""
    made: dict[str, Any] = {}
    default = torch.get_default_dtype()
    with quick_randomness():
        for name, part in build.make().items():
            if not callable(part) or isinstance(part, torch.nn.Module | _PLAIN):
                made[name] = part
                continue
            torch.set_default_dtype(torch.float32 if name == "vae" else dtype)
            try:
                made[name] = part().eval().requires_grad_(False)
            finally:
                torch.set_default_dtype(default)
    return made


_PLAIN = transformers.PreTrainedTokenizerBase | diffusers.SchedulerMixin
