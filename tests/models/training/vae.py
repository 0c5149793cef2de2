"""First stage: the autoencoder, on crops of scenes, then its latents brought to a known scale."""

# The libraries' annotations are narrower than what they take, and export little.
# pyright: reportArgumentType=false, reportPrivateImportUsage=false, reportAttributeAccessIssue=false
from __future__ import annotations

import logging
import math
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, l1_loss, mse_loss

from tests.models.scenes.compose import random_scene
from tests.models.scenes.masks import random_mask
from tests.models.training.model import LATENT_SCALE, new_vae
from tests.models.training.progress import Checkpoint, cosine

LOG = logging.getLogger("training.vae")
KL_WEIGHT = 1e-6
PEAK_RATE = 1.2e-3
MASKED_SHARE = 0.25  # inpainting shows the autoencoder pictures with a grey hole in them


def drawn(count: int, seed: int) -> NDArray[np.uint8]:
    """``(count, 128, 128, 3)`` scenes, some with the hole that an inpaint mask leaves."""
    pictures = np.empty((count, 128, 128, 3), np.uint8)
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        scene = random_scene(rng)
        pictures[index] = scene.picture()
        if rng.random() < MASKED_SHARE:
            pictures[index][random_mask(scene, rng)] = 128
    return pictures


def as_input(pictures: NDArray[np.uint8]) -> Tensor:
    """``(n, height, width, 3)`` uint8 to ``(n, 3, height, width)`` float32, -1 to 1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


def _edges(picture: Tensor) -> tuple[Tensor, Tensor]:
    return picture.diff(dim=2), picture.diff(dim=3)


def reconstruction_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """Values and edges, and the mean of each latent's own block, so that colour comes first."""
    edges = sum(l1_loss(*pair) for pair in zip(_edges(made), _edges(wanted), strict=True))
    blocks = mse_loss(avg_pool2d(made, 8), avg_pool2d(wanted, 8))
    return 0.5 * l1_loss(made, wanted) + mse_loss(made, wanted) + 4 * blocks + 0.25 * edges


def _crops(pictures: NDArray[np.uint8], side: int, count: int, rng: np.random.Generator) -> Tensor:
    chosen = rng.integers(len(pictures), size=count)
    corners = rng.integers(pictures.shape[1] - side + 1, size=(count, 2))
    return as_input(
        np.stack(
            [
                pictures[index, top : top + side, left : left + side]
                for index, (top, left) in zip(chosen, corners, strict=True)
            ]
        )
    )


def _crop_plan(step: int, steps: int) -> tuple[int, int]:
    """Side and number of the crops.

    Many small ones first: of equal pixels, 32 crops of 24 px learnt colour five times as fast as
    8 of 48 px. Whole pictures last: attention in the middle must know their token count.
    """
    done = step / steps
    if done < 0.3:
        return 24, 32
    if done < 0.6:
        return 40, 12
    return (128, 1) if step % 3 == 0 else (64, 5)


def train_vae(work: Path, steps: int, seed: int, pictures: int = 2500) -> AutoencoderKL:
    """Train for ``steps`` in all, going on from what ``work`` holds of an earlier run."""
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    vae = new_vae().train()
    optimiser = torch.optim.AdamW(vae.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98))
    checkpoint = Checkpoint(work / "vae.pt", {"vae": vae, "optimiser": optimiser})
    step = checkpoint.restored()
    scenes, smoothed, started = drawn(pictures, seed), math.nan, time.monotonic()
    while step < steps:
        rng = np.random.default_rng((seed, step))
        side, count = _crop_plan(step, steps)
        optimiser.param_groups[0]["lr"] = PEAK_RATE * cosine(step, steps)
        picture = _crops(scenes, side, count, rng)
        latents = vae.encode(picture).latent_dist
        loss = reconstruction_loss(vae.decode(latents.sample()).sample, picture)
        optimiser.zero_grad()
        (loss + KL_WEIGHT * latents.kl().mean()).backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimiser.step()
        step += 1
        smoothed = loss.item() if math.isnan(smoothed) else smoothed * 0.98 + loss.item() * 0.02
        if step % 50 == 0:
            LOG.info(
                "vae %d/%d loss %.4f %.0f s", step, steps, smoothed, time.monotonic() - started
            )
            checkpoint.write_now_and_then(step)
    checkpoint.write(step)
    return vae.eval()


@torch.no_grad()
def normalised(vae: AutoencoderKL, pictures: NDArray[np.uint8]) -> AutoencoderKL:
    """Fold a shift and a scale into the 1x1 convolutions beside the latents.

    Afterwards each latent channel has mean 0 and deviation ``1 / LATENT_SCALE`` over
    ``pictures``, so that the scaled ones have deviation 1.
    """
    batches = torch.split(as_input(pictures), 16)
    latents = torch.cat([vae.encode(batch).latent_dist.mode() for batch in batches])
    mean, scale = latents.mean((0, 2, 3)), latents.std((0, 2, 3)) * LATENT_SCALE
    before, after = vae.quant_conv, vae.post_quant_conv
    assert before is not None
    assert after is not None
    assert before.bias is not None
    assert after.bias is not None
    after.bias += torch.einsum("oi,i->o", after.weight[:, :, 0, 0], mean)
    after.weight *= scale[None, :, None, None]
    channels = len(mean)
    before.bias[:channels] = (before.bias[:channels] - mean) / scale
    before.weight[:channels] /= scale[:, None, None, None]
    before.bias[channels:] -= 2 * scale.log()  # the other half holds the logarithm of the variance
    return vae
