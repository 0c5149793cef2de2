"""Tiny autoencoders: previews as sharp as the latents are, at a hundredth of what the VAE costs.

After "Tiny AutoEncoder for Stable Diffusion", O. B. Bohan 2023; taken as the diffusers library
lays them out, from a folder or from one file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from torch import Tensor

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import ModelFault

from ....models.records import InstalledModel, ModelForm
from ..adapters.files import read_tensors, unreadable
from ..painting.contract import RgbImage

_LIBRARY_ERRORS = (OSError, ValueError, KeyError, RuntimeError, TypeError)


def load_tiny(model: InstalledModel, channels: int) -> AutoencoderTiny:
    """In the host's memory, float32.

    :raises ModelDamaged: its files cannot be read
    :raises Unsupported: it is for latents of another number of channels
    """
    try:
        network = _from_folder(model) if model.form is ModelForm.FOLDER else _from_file(model)
    except _LIBRARY_ERRORS as error:
        raise unreadable(model, error) from error
    if network.config.latent_channels != channels:
        raise Unsupported(
            name=model.name,
            what=ModelFault.LATENT_CHANNELS,
            count=network.config.latent_channels,
            wanted=channels,
        )
    return network.eval()


def glanced(network: AutoencoderTiny, grid: Tensor) -> RgbImage:
    """The picture of (1, channels, height, width) latents, in 0..1."""
    decoded: Tensor = network.decode(grid.to(network.dtype), return_dict=False)[0]
    shown = ((decoded[0].float() + 1) / 2).clamp(0, 1)
    return shown.permute(1, 2, 0).cpu().numpy().astype(np.float32)


def _from_folder(model: InstalledModel) -> Any:
    return AutoencoderTiny.from_pretrained(
        model.location, local_files_only=True, use_safetensors=True
    )


def _from_file(model: InstalledModel) -> Any:
    """A file tells its widths and depths by its tensors; what they do not tell is the same in all
    that are published."""
    tensors = read_tensors(model)
    with torch.device("meta"):
        network = AutoencoderTiny(**_shape(tensors))
    network.load_state_dict(tensors, assign=True)
    return network.float()


def _shape(tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    encoder, decoder = _stages(tensors, "encoder"), _stages(tensors, "decoder")
    return {
        "latent_channels": tensors["decoder.layers.0.weight"].shape[1],
        "encoder_block_out_channels": tuple(width for width, _ in encoder),
        "decoder_block_out_channels": tuple(width for width, _ in decoder),
        "num_encoder_blocks": tuple(blocks for _, blocks in encoder),
        "num_decoder_blocks": tuple(blocks for _, blocks in decoder),
    }


def _stages(tensors: Mapping[str, Tensor], half: str) -> list[tuple[int, int]]:
    """Width and number of blocks of each stage. An encoder's begins with the convolution that
    halves the sides, a decoder's ends with the one behind the enlargement."""
    prefix = f"{half}.layers."
    layers = sorted({int(name.split(".")[2]) for name in tensors if name.startswith(prefix)})
    is_block = {each: f"{prefix}{each}.weight" not in tensors for each in layers}
    width = tensors[f"{prefix}{layers[0]}.weight"].shape[0]
    found: list[tuple[int, int]] = []
    blocks = 0
    for each in layers[1:]:
        if is_block[each]:
            blocks += 1
        elif blocks:
            found.append((width, blocks))
            blocks = 0
    return found
