"""Tiny random VAEs, and the tiny autoencoder that stands in for one in previews.

Skip where torch is missing: ``pytest.importorskip("diffusers")`` before importing this module.
"""

from __future__ import annotations

from typing import Any

import diffusers


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
