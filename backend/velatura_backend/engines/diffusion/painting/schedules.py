"""Samplers, and the noise levels a denoising runs through."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import diffusers
import numpy as np
import torch
from torch import Tensor

from velatura_protocol.errors import BadTask
from velatura_protocol.faults import TaskFault

from ..families.table import FamilyRow, Noising, Shift

_LEAST_STEPS = 4
"""Fewer than these are not run of a longer schedule: a share of few steps would be one."""


@dataclass(frozen=True)
class Sampler:
    """``make``: the library's class; ``options`` are set over the model's own configuration."""

    make: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


SAMPLERS: Mapping[str, Sampler] = {
    "dpmpp_2m": Sampler("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++"}),
    "dpmpp_2m_karras": Sampler(
        "DPMSolverMultistepScheduler",
        {"algorithm_type": "dpmsolver++", "use_karras_sigmas": True},
    ),
    # The corrector goes back to the latents before the original was put back into them.
    "unipc": Sampler("UniPCMultistepScheduler", {"disable_corrector": list(range(1000))}),
    "euler": Sampler("EulerDiscreteScheduler"),
    "euler_a": Sampler("EulerAncestralDiscreteScheduler"),
    "euler_trailing": Sampler("EulerDiscreteScheduler", {"timestep_spacing": "trailing"}),
    "ddim": Sampler("DDIMScheduler"),
    "lcm": Sampler("LCMScheduler"),
    "tcd": Sampler("TCDScheduler"),
    "flow_euler": Sampler("FlowMatchEulerDiscreteScheduler"),
}


@dataclass(frozen=True)
class Schedule:
    """``scheduler``: the library's, its levels set; the steps from ``begin`` on are run."""

    scheduler: Any
    begin: int
    noising: Noising

    @property
    def steps(self) -> int:
        return len(self.scheduler.timesteps) - self.begin

    def scaled(self, noise: Tensor) -> Tensor:
        """Pure noise as the first step expects it."""
        if self.noising is Noising.FLOW:
            return noise
        return noise * self.scheduler.init_noise_sigma

    def noised(self, latents: Tensor, noise: Tensor, done: int) -> Tensor:
        """``latents`` as noisy as they are after so many of the steps that are run."""
        at = self.begin + done
        if at >= len(self.scheduler.timesteps):
            return latents
        if self.noising is Noising.FLOW:
            share = self.scheduler.sigmas[at].to(latents.device)
            return (1.0 - share) * latents + share * noise
        return self.scheduler.add_noise(latents, noise, self.scheduler.timesteps[at : at + 1])

    def predicted(self, outcome: Any, model_output: Tensor, before: Tensor, done: int) -> Tensor:
        """The latents without noise, as the model saw them at that step."""
        if self.noising is Noising.FLOW:
            share = self.scheduler.sigmas[self.begin + done].to(before.device)
            return before - share * model_output.float()
        for name in ("pred_original_sample", "denoised"):
            if getattr(outcome, name, None) is not None:
                return getattr(outcome, name)
        history = getattr(self.scheduler, "model_outputs", None)
        return history[-1] if history and history[-1] is not None else outcome.prev_sample


def schedule_for(
    row: FamilyRow,
    configuration: Mapping[str, Any],
    sampler: str,
    steps: int,
    strength: float,
    tokens: int,
    device: str,
) -> Schedule:
    """``configuration``: of the model's own scheduler. ``tokens``: how many 2 × 2 patches of
    latents the picture has.

    :raises BadTask: the family does not go with the sampler
    """
    if sampler not in row.samplers:
        raise BadTask(field="sampler", reason=TaskFault.SAMPLER, choices=", ".join(row.samplers))
    chosen = SAMPLERS[sampler]
    make = getattr(diffusers, chosen.make)
    scheduler = make.from_config(dict(configuration), **chosen.options)
    total, begin = _span(steps, strength)
    if row.noising is Noising.VARIANCE:
        scheduler.set_timesteps(total, device=device)
    else:
        _set_flow(scheduler, row.shift, total, tokens, device)
    return Schedule(scheduler, min(begin, len(scheduler.timesteps) - 1), row.noising)


def _span(steps: int, strength: float) -> tuple[int, int]:
    """The schedule's steps in all, and how many of them are left out."""
    if strength >= 1.0:
        return steps, 0
    strength = max(strength, 1e-3)
    total = steps
    if steps * strength < min(steps, _LEAST_STEPS):
        total = min(1000, math.ceil(min(steps, _LEAST_STEPS) / strength))
    run = max(1, round(total * strength))
    return total, total - run


def _set_flow(scheduler: Any, shift: Shift, steps: int, tokens: int, device: str) -> None:
    options: dict[str, Any] = {}
    if scheduler.config.use_dynamic_shifting:
        options["mu"] = _shift_for(shift, scheduler.config, steps, tokens)
    if shift is Shift.CONFIGURED:
        scheduler.set_timesteps(steps, device=device, **options)
    else:
        sigmas = np.linspace(1.0, 1.0 / steps, steps)
        scheduler.set_timesteps(sigmas=sigmas, device=device, **options)


def _shift_for(shift: Shift, config: Any, steps: int, tokens: int) -> float:
    if shift is Shift.EMPIRICAL:
        return _empirical_shift(tokens, steps)
    if shift is Shift.ROOT:
        return math.sqrt(tokens / 256)
    few, many = config.get("base_image_seq_len", 256), config.get("max_image_seq_len", 4096)
    low, high = config.get("base_shift", 0.5), config.get("max_shift", 1.15)
    return low + (high - low) * (tokens - few) / (many - few)


def _empirical_shift(tokens: int, steps: int) -> float:
    """FLUX.2's: two lines over the tokens, at 10 and at 200 steps, and one between them."""
    at_200 = 0.00016927 * tokens + 0.45666666
    if tokens > 4300:
        return at_200
    at_10 = 8.73809524e-05 * tokens + 1.89833333
    slope = (at_200 - at_10) / 190.0
    return slope * steps + at_200 - 200.0 * slope


def pure_noise(shape: torch.Size | tuple[int, ...], seed: int, device: str) -> Tensor:
    """From a generator of the CPU: the same on every device."""
    generator = torch.Generator("cpu").manual_seed(seed % 2**63)
    return torch.randn(shape, generator=generator, dtype=torch.float32).to(device)
