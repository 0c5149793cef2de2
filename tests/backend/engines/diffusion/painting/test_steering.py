"""The steered way against the library's own: the same noise and words give the same picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("diffusers")

import diffusers
import torch

from tests.support import tiny_pipelines
from tests.support.painting_desk import painted, painter_of, picture
from velatura_backend.engines.diffusion.families.table import Guiding, Noising
from velatura_backend.engines.diffusion.painting.contract import PaintRequest, Sampling, Wording
from velatura_backend.engines.diffusion.painting.latents import latent_space
from velatura_backend.engines.diffusion.painting.schedules import Schedule, pure_noise
from velatura_backend.engines.diffusion.painting.steering import Original, SteeringScheduler, Step

# The library's own: it hands tensors to numpy as numpy 1 took them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

KINDS = [
    kind
    for kind in tiny_pipelines.KINDS
    if kind not in ("sd15-inpaint", "sdxl-inpaint", "flux1-fill") and "edit" not in kind
    and "layered" not in kind
]  # fmt: skip
PROMPT, STEPS, GUIDANCE = "a red disc", 4, 3.0


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_from_words_is_the_librarys_own(kind: str) -> None:
    painter = painter_of(tiny_pipelines.folder(kind))
    sampler = "ddim" if painter.row.noising is Noising.VARIANCE else "flow_euler"
    request = PaintRequest(
        64, 96, 5, Wording(PROMPT), sampling=Sampling(STEPS, GUIDANCE, sampler)
    )  # fmt: skip
    ours = painted(painter, request).image
    theirs = _theirs(kind, painter)
    assert np.abs(np.clip(ours, 0, 1) - theirs).max() < 2e-3


def _theirs(kind: str, painter: Any) -> np.ndarray:
    path = tiny_pipelines.folder(kind)
    pipeline = getattr(diffusers, painter.row.pipeline).from_pretrained(path, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    space = latent_space(painter.row)
    channels = _channels(painter, pipeline)
    noise = pure_noise((1, channels, 64 // space.factor, 96 // space.factor), 5, "cpu")
    named = "true_cfg_scale" if painter.row.guiding is Guiding.TRUE_CONTRAST else "guidance_scale"
    more = {"negative_prompt": ""} if named == "true_cfg_scale" else {}
    if painter.row.area_argument:
        more |= {"max_area": 64 * 96, "_auto_resize": False}
    return pipeline(
        prompt=PROMPT, height=64, width=96, num_inference_steps=STEPS,
        latents=space.handed(noise), output_type="np", **{named: GUIDANCE}, **more,
    ).images[0]  # fmt: skip


def _channels(painter: Any, pipeline: Any) -> int:
    encoded = latent_space(painter.row).encode(pipeline.vae, torch.zeros(1, 3, 32, 32))
    return encoded.shape[1]


def test_a_varied_picture_is_the_librarys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strength 0.5 of 8 steps of DDIM, from the same noise and the likeliest latents."""
    path = tiny_pipelines.folder("sd15")
    painter = painter_of(path)
    request = PaintRequest(
        64, 64, 9, Wording(PROMPT), image=picture(64, 64), strength=0.5,
        sampling=Sampling(8, GUIDANCE, "ddim"),
    )  # fmt: skip
    ours = painted(painter, request).image
    pipeline: Any = diffusers.StableDiffusionImg2ImgPipeline.from_pretrained(
        path, local_files_only=True, safety_checker=None, requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    planes = torch.from_numpy(picture(64, 64)).permute(2, 0, 1)[None] * 2 - 1
    with torch.no_grad():
        latents = pipeline.vae.encode(planes).latent_dist.mode() * 0.18215
    noise = pure_noise((1, 4, 8, 8), 9, "cpu")
    pipeline.scheduler.set_timesteps(8)
    begun = pipeline.scheduler.add_noise(latents, noise, pipeline.scheduler.timesteps[4:5])
    monkeypatch.setattr(pipeline, "prepare_latents", lambda *_, **__: begun)
    theirs = pipeline(
        prompt=PROMPT, image=planes / 2 + 0.5, strength=0.5, num_inference_steps=8,
        guidance_scale=GUIDANCE, output_type="np",
    ).images[0]  # fmt: skip
    assert np.abs(np.clip(ours, 0, 1) - theirs).max() < 2e-3


# -- the mask --------------------------------------------------------------------------------------


def _steering(steps: int, mask: torch.Tensor | None, begin: int = 0) -> SteeringScheduler:
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler()
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1.0 / steps, steps))
    noise = torch.full((1, 1, 1, 5), 10.0)
    original = Original(torch.full((1, 1, 1, 5), 2.0), noise, mask)
    return SteeringScheduler(Schedule(scheduler, begin, Noising.FLOW), noise, original, _nothing)


def _nothing(_: Step) -> None:
    return


def _run(steering: SteeringScheduler, output: float) -> list[torch.Tensor]:
    """What the latents are after each step of a model that always says ``output``."""
    seen = [steering.result]
    sample = steering.result
    for timestep in steering.timesteps:
        sample = steering.step(torch.full_like(sample, output), timestep, sample)[0]
        seen.append(sample)
    return seen


def test_where_nothing_is_to_be_painted_the_original_comes_out() -> None:
    seen = _run(_steering(4, torch.zeros(1, 1, 1, 5)), output=123.0)
    assert torch.equal(seen[-1], torch.full((1, 1, 1, 5), 2.0))
    # On the way it is as noisy as everything else is.
    assert seen[2][0, 0, 0, 0] == pytest.approx(0.5 * 2.0 + 0.5 * 10.0)


def test_a_soft_mask_is_the_share_of_steps() -> None:
    mask = torch.tensor([[[[1.0, 0.75, 0.5, 0.25, 0.0]]]])
    seen = _run(_steering(4, mask), output=8.0)  # towards 2 from 10: the straight way to 2
    assert torch.allclose(seen[-1], torch.full((1, 1, 1, 5), 2.0))
    astray = _run(_steering(4, mask), output=0.0)[-1][0, 0, 0]  # nothing ever moves
    # Free from the start it stays pure noise; later ones had come part of the way before.
    assert astray.tolist() == pytest.approx([10.0, 8.0, 6.0, 4.0, 2.0])


def test_without_a_mask_it_only_begins_there() -> None:
    steering = _steering(4, None, begin=2)
    assert len(steering.timesteps) == 2
    assert steering.result[0, 0, 0, 0] == pytest.approx(0.5 * 2.0 + 0.5 * 10.0)
    assert _run(steering, output=0.0)[-1][0, 0, 0, 0] == pytest.approx(6.0)


def test_what_pipelines_look_at() -> None:
    steering = _steering(4, None)
    steering.set_timesteps(50, mu=1.0)
    assert len(steering.timesteps) == 4
    steering.set_begin_index(0)
    assert steering.init_noise_sigma == 1.0
    assert steering.config.num_train_timesteps == 1000
    assert len(steering) == 1000


def test_latents_are_kept_in_float_whatever_the_model_computes_in() -> None:
    steering = _steering(4, None)
    half = steering.result.to(torch.float16)
    for timestep in steering.timesteps:
        half = steering.step(torch.full_like(half, 1 / 3), timestep, half)[0]
        assert half.dtype is torch.float16
    assert steering.result.dtype is torch.float32
    third = torch.tensor(1 / 3, dtype=torch.float16).float()
    assert torch.allclose(steering.result, 10.0 - third, atol=1e-5)
