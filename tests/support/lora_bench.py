"""LoRA files on tiny networks, and what the networks make of them.

Skip where torch is missing: ``pytest.importorskip("diffusers")`` before importing this module.
"""

from __future__ import annotations

import torch

from tests.support.tiny_adapters import installed
from velatura_backend.engines.diffusion.adapters.loras import (
    LoraFiles,
    on_denoiser,
    on_text_encoders,
)
from velatura_backend.models.records import Family, ModelKind


def lora(path, family=Family.SD15):
    return installed(path, ModelKind.LORA, family)


def noise_of(unet):
    generator = torch.Generator().manual_seed(5)
    sample = torch.randn(1, 4, 8, 8, generator=generator)
    text = torch.randn(1, 7, 32, generator=generator)
    with torch.inference_mode():
        return unet(sample, 500, text).sample


def hidden_of(encoder):
    with torch.inference_mode():
        return encoder(torch.arange(1, 20)[None]).last_hidden_state


def painted(pipeline, weighted, files=None):
    with (
        torch.inference_mode(),
        on_denoiser(pipeline.unet, "unet", type(pipeline), weighted, files or LoraFiles()),
    ):
        return noise_of(pipeline.unet)


def read(pipeline, weighted):
    encoders = {"text_encoder": pipeline.text_encoder}
    with (
        torch.inference_mode(),
        on_text_encoders(encoders, type(pipeline), weighted, LoraFiles()) as notices,
    ):
        return hidden_of(pipeline.text_encoder), notices
