"""Denoising, steered from where every pipeline passes: its scheduler.

A :class:`SteeringScheduler` stands in for the library's scheduler in any pipeline. It decides where
on the schedule to begin (strength), keeps the latents in float32 whatever the model computes in,
puts the original back where the soft mask says so, and sees every step. Pipelines of all families
thereby serve from noise, from a picture and under a mask, by their plain text-to-image call.

Soft masks: "Differential Diffusion: Giving Each Pixel Its Strength", Levin and Fried 2023.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .schedules import Schedule
from .seamless import Rolling

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Original:
    """What is to be kept, as the scheduler sees latents. ``mask``: 1 = free from the first step,
    0 = never, between: free for that share of the steps, the last ones; None: it is only begun
    from."""

    latents: Tensor
    noise: Tensor
    mask: Tensor | None = None


@dataclass(frozen=True)
class Step:
    """After ``done`` of ``steps``. ``predicted``: where the latents are heading, to be looked at;
    computed when it is called."""

    done: int
    steps: int
    predicted: Callable[[], Tensor]


class SteeringScheduler:
    """``observe`` is called after each step. ``result`` holds the latents after the last one."""

    order = 1
    init_noise_sigma = 1.0
    """The latents that begin are scaled already."""

    def __init__(
        self,
        schedule: Schedule,
        noise: Tensor,
        original: Original | None,
        observe: Callable[[Step], None],
        rolling: Rolling | None = None,
    ) -> None:
        self._inner = schedule.scheduler
        self._schedule = schedule
        self._original = original
        self._observe = observe
        self._rolling = rolling
        self._done = 0
        self.config = self._inner.config
        self.timesteps: Tensor = self._inner.timesteps[schedule.begin :]
        if hasattr(self._inner, "set_begin_index"):
            self._inner.set_begin_index(schedule.begin)
        self.result = self._begin(noise)
        # Pipelines look at these signatures to know what they may pass.
        self.step = _signed_as(self._inner.step, self._step)
        self.set_timesteps = _signed_as(self._inner.set_timesteps, self._keep_timesteps)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_inner"], name)

    def __len__(self) -> int:
        return len(self._inner)

    def set_begin_index(self, begin_index: int = 0) -> None:
        """Pipelines begin at the first step they see; where that is was decided before."""

    def scale_model_input(self, sample: Tensor, timestep: Any) -> Tensor:
        if not hasattr(self._inner, "scale_model_input"):
            return sample
        return self._inner.scale_model_input(sample, timestep).to(sample.dtype)

    def _keep_timesteps(self, *_: Any, **__: Any) -> None:
        """The schedule was decided before the pipeline began."""

    def _begin(self, noise: Tensor) -> Tensor:
        pure = self._schedule.scaled(noise)
        if self._original is None:
            return pure
        if self._schedule.begin > 0:
            return self._noised(0)
        return self._kept(pure, 0)

    def _step(self, model_output: Tensor, timestep: Any, sample: Tensor, **options: Any) -> Any:
        options.pop("return_dict", None)
        before = self.result
        if self._rolling is not None:
            model_output = self._rolling.back(model_output, self._done)
        outcome = self._inner.step(
            model_output.float(), timestep, before, return_dict=True, **options
        )
        after = outcome.prev_sample.float()
        self._done += 1
        self.result = self._kept(after, self._done)
        predicted = functools.partial(
            self._schedule.predicted, outcome, model_output, before, self._done - 1
        )
        self._observe(Step(self._done, len(self.timesteps), predicted))
        return (self.shown(self.result).to(sample.dtype),)

    def shown(self, stepped: Tensor) -> Tensor:
        """``stepped`` as the model is shown it before the step that comes next."""
        return stepped if self._rolling is None else self._rolling.turned(stepped, self._done)

    def _kept(self, latents: Tensor, done: int) -> Tensor:
        """``latents`` with the original where it is not yet, or never, to be changed."""
        if self._original is None or self._original.mask is None:
            return latents
        mask = self._original.mask
        left = 1.0 - done / len(self.timesteps)
        kept = (mask <= left + _ROUNDING) & (mask < 1.0)
        return torch.where(kept, self._noised(done), latents)

    def _noised(self, done: int) -> Tensor:
        assert self._original is not None
        return self._schedule.noised(self._original.latents, self._original.noise, done)


def _signed_as(model: Callable[..., Any], does: Callable[..., Any]) -> Callable[..., Any]:
    """``does``, with the signature of ``model``."""

    @functools.wraps(model)
    def call(*args: Any, **options: Any) -> Any:
        return does(*args, **options)

    return call
