"""Examples as latents, made once per size and kept: the denoiser never sees a pixel."""

# The libraries' annotations are narrower than what they take, and export little.
# pyright: reportArgumentType=false, reportPrivateImportUsage=false, reportAttributeAccessIssue=false
from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from tests.models.training.examples import Caption, Example, example
from tests.models.training.model import LATENT_SCALE
from tests.models.training.vae import as_input

ENCODED_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class LatentSet:
    """Scaled latents of the pictures and of the holed pictures ``(n, 4, h, w)`` float16,
    masks ``(n, 1, h, w)`` (1 = painted), and what each hole holds."""

    pictures: Tensor
    holed: Tensor
    masks: Tensor
    captions: tuple[Caption, ...]

    def batch(self, chosen: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        index = torch.from_numpy(chosen)
        return self.pictures[index].float(), self.holed[index].float(), self.masks[index].float()


@torch.no_grad()
def _encoded(vae: AutoencoderKL, pictures: list[np.ndarray]) -> Tensor:
    latents = vae.encode(as_input(np.stack(pictures))).latent_dist.mode()
    return (latents * LATENT_SCALE).half()


def _small_mask(one: Example) -> Tensor:
    # The top left pixel of every 8x8 block: how the pipelines shrink a mask (nearest).
    return torch.from_numpy(one.mask[None, ::8, ::8].astype(np.float16))


def encoded_examples(vae: AutoencoderKL, size: tuple[int, int], count: int, seed: int) -> LatentSet:
    pictures, holed, masks, captions = [], [], [], []
    for start in range(0, count, ENCODED_TOGETHER):
        some = [
            example(seed, index, size)
            for index in range(start, min(start + ENCODED_TOGETHER, count))
        ]
        pictures.append(_encoded(vae, [one.picture for one in some]))
        holed.append(_encoded(vae, [one.holed() for one in some]))
        masks += [_small_mask(one) for one in some]
        captions += [one.caption for one in some]
    return LatentSet(torch.cat(pictures), torch.cat(holed), torch.stack(masks), tuple(captions))


def kept_examples(
    work: Path, vae: AutoencoderKL, size: tuple[int, int], count: int, seed: int
) -> LatentSet:
    """The same from a file in ``work``, which is made where it is missing."""
    path = work / f"latents_{size[0]}x{size[1]}_{count}.pickle"
    if path.exists():
        return pickle.loads(path.read_bytes())
    made = encoded_examples(vae, size, count, seed)
    path.write_bytes(pickle.dumps(made))
    return made
