"""Second stage: the denoiser and the text encoder, together, on kept latents."""

# The libraries' annotations are narrower than what they take, and export little.
# pyright: reportArgumentType=false, reportPrivateImportUsage=false, reportAttributeAccessIssue=false
from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler
from torch import Tensor, nn

from tests.models.training.latents import LatentSet, kept_examples
from tests.models.training.model import Parts, new_scheduler
from tests.models.training.progress import Checkpoint, cosine

LOG = logging.getLogger("training.denoiser")
PEAK_RATE = 1.5e-3
PROMPT_DROPOUT = 0.12  # for classifier-free guidance
SNR_CLAMP = 5.0  # Hang et al. 2023, "Efficient Diffusion Training via Min-SNR Weighting"
OUTSIDE_WEIGHT = 0.1  # what lies outside the mask is given: it needs little learning
AVERAGE_DECAY = 0.998
DECISIVE = (0.65, 1.0)  # of the noise schedule: below, a shape is seen through the noise anyway
UNIFORM_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class Bucket:
    """One picture size: how many examples are kept, how many make a batch, how often it comes."""

    side: int
    kept: int
    batch: int
    share: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Small pictures first: words are learnt there at a quarter of the price."""

    steps: int
    early_share: float = 0.29
    early: tuple[Bucket, ...] = (Bucket(64, 5000, 32, 1.0),)
    late: tuple[Bucket, ...] = (
        Bucket(128, 2500, 16, 0.90),
        Bucket(96, 800, 24, 0.05),
        Bucket(192, 200, 8, 0.03),
        Bucket(256, 80, 4, 0.02),
    )

    def buckets(self) -> tuple[Bucket, ...]:
        return self.early + self.late

    def bucket(self, step: int, rng: np.random.Generator) -> Bucket:
        choices = self.early if step < self.early_share * self.steps else self.late
        return choices[rng.choice(len(choices), p=[bucket.share for bucket in choices])]


class Average:
    """Exponential moving average of parameters: what is saved in the end."""

    def __init__(self, modules: Iterable[nn.Module]) -> None:
        self._live = nn.ModuleList(modules)
        self.kept = copy.deepcopy(self._live).requires_grad_(False)

    @torch.no_grad()
    def update(self, step: int) -> None:
        decay = min(AVERAGE_DECAY, (1 + step) / (10 + step))
        pairs = zip(self.kept.parameters(), self._live.parameters(), strict=True)
        for kept, live in pairs:
            kept.lerp_(live, 1 - decay)


class Trainer:
    """One step at a time; what a step does depends on the seed and its number alone."""

    def __init__(self, parts: Parts, data: Mapping[int, LatentSet], plan: Plan, seed: int) -> None:
        self._parts = parts
        self._data = data
        self._plan = plan
        self._seed = seed
        self._scheduler: DDIMScheduler = new_scheduler()
        self.average = Average((parts.unet, parts.text_encoder))
        self._parameters = [*parts.unet.parameters(), *parts.text_encoder.parameters()]
        self.optimiser = torch.optim.AdamW(
            self._parameters, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01
        )

    def step(self, step: int) -> float:
        rng = np.random.default_rng((self._seed, step))
        torch.manual_seed(self._seed * 1_000_003 + step)
        self.optimiser.param_groups[0]["lr"] = PEAK_RATE * cosine(step, self._plan.steps)
        loss = self._loss(self._plan.bucket(step, rng), rng)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self.optimiser.step()
        self.average.update(step)
        return loss.item()

    def _loss(self, bucket: Bucket, rng: np.random.Generator) -> Tensor:
        data = self._data[bucket.side]
        chosen = rng.integers(len(data.captions), size=bucket.batch)
        clean, holed, mask = data.batch(chosen)
        sentences = [data.captions[index].sentence(rng) for index in chosen]
        dropped = rng.random(len(sentences)) < PROMPT_DROPOUT
        words = self._words(
            ["" if gone else text for gone, text in zip(dropped, sentences, strict=True)]
        )
        times = self._spread_times(bucket.batch)
        noise = torch.randn_like(clean)
        noisy = self._scheduler.add_noise(clean, noise, times)
        guess = self._parts.unet(torch.cat([noisy, mask, holed], dim=1), times, words).sample
        where = mask + OUTSIDE_WEIGHT * (1 - mask)
        error = ((guess - noise).square() * where).mean((1, 2, 3)) / where.mean((1, 2, 3))
        return (error * self._weights(times)).mean()

    def _words(self, sentences: list[str]) -> Tensor:
        tokens = self._parts.tokenizer(
            sentences, padding="max_length", truncation=True, return_tensors="pt"
        )
        return self._parts.text_encoder(tokens.input_ids)[0]

    def _spread_times(self, count: int) -> Tensor:
        """One time from each of ``count`` equal stretches, many of them moved to where nothing
        but the words tells the shape."""
        spread = (torch.arange(count) + torch.rand(count)) / count
        shares = (spread * count % 1) < UNIFORM_SHARE
        low, high = DECISIVE
        times = torch.where(shares, spread, low + (high - low) * spread)
        return (times * self._scheduler.config["num_train_timesteps"]).long()

    def _weights(self, times: Tensor) -> Tensor:
        kept = self._scheduler.alphas_cumprod[times]
        ratio = kept / (1 - kept)
        return ratio.clamp(max=SNR_CLAMP) / ratio


def train_denoiser(work: Path, parts: Parts, plan: Plan, seed: int) -> Parts:
    """Train for ``plan.steps`` in all, going on from ``work``; returns the averaged parts."""
    started = time.monotonic()
    data = {
        bucket.side: kept_examples(work, parts.vae, (bucket.side, bucket.side), bucket.kept, seed)
        for bucket in plan.buckets()
    }
    LOG.info("examples ready after %.0f s", time.monotonic() - started)
    parts.unet.train().to(memory_format=torch.channels_last)  # a fifth faster on a CPU
    parts.text_encoder.train()
    trainer = Trainer(parts, data, plan, seed)
    checkpoint = Checkpoint(
        work / "denoiser.pt",
        {
            "unet": parts.unet,
            "text_encoder": parts.text_encoder,
            "average": trainer.average.kept,
            "optimiser": trainer.optimiser,
        },
    )
    smoothed = math.nan
    for step in range(checkpoint.restored(), plan.steps):
        loss = trainer.step(step)
        smoothed = loss if math.isnan(smoothed) else smoothed * 0.99 + loss * 0.01
        if (step + 1) % 100 == 0:
            seconds = time.monotonic() - started
            LOG.info("denoiser %d/%d loss %.4f %.0f s", step + 1, plan.steps, smoothed, seconds)
            checkpoint.write_now_and_then(step + 1)
    checkpoint.write(plan.steps)
    unet, text_encoder = trainer.average.kept
    parts.unet.load_state_dict(unet.state_dict())
    parts.text_encoder.load_state_dict(text_encoder.state_dict())
    parts.unet.eval()
    parts.text_encoder.eval()
    return parts
