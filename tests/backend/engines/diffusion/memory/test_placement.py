"""Every form of a component computes what the plain one does."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("diffusers")

import torch

from tests.support import tiny_pipelines, tiny_texts, tiny_vaes
from velatura_backend.engines.diffusion.families.table import Stage
from velatura_backend.engines.diffusion.memory.placement import (
    form_of,
    is_streamed,
    prepared,
    tiling,
)
from velatura_backend.engines.diffusion.memory.plan import MemoryPlan, Rung
from velatura_backend.models.residency_copies import bytes_of

TEXTS = {
    "clip": lambda: tiny_texts.clip_text(tiny_texts.clip_tokenizer()),
    "t5": lambda: tiny_texts.t5()[1],
    "qwen3": lambda: tiny_texts.qwen3(3),
}


def plan(*rungs: Rung) -> MemoryPlan:
    return MemoryPlan(rungs[-1], frozenset(rungs))


def unet_output(unet: Any) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    latents = torch.randn(1, 4, 16, 16, generator=generator)
    text = torch.randn(1, 7, tiny_texts.WIDTH, generator=generator)
    with torch.inference_mode():
        return unet(latents, torch.tensor(500), text, return_dict=False)[0].clone()


def text_output(encoder: Any) -> torch.Tensor:
    with torch.inference_mode():
        told = encoder(torch.arange(3, 20)[None], output_hidden_states=True)
    return told.hidden_states[-1].clone()


def seeded(make: Any) -> Any:
    torch.manual_seed(0)
    return make().requires_grad_(False)


def test_a_streamed_denoiser_computes_the_same() -> None:
    plain = unet_output(seeded(tiny_pipelines.unet))
    streamed = prepared(seeded(tiny_pipelines.unet), Stage.DENOISING, plan(Rung.STREAMED), "cpu")
    assert torch.equal(unet_output(streamed), plain)
    assert torch.equal(unet_output(streamed), plain)


@pytest.mark.parametrize("rungs", [(Rung.EIGHT_BIT,), (Rung.STREAMED, Rung.EIGHT_BIT)])
def test_eight_bits_take_less_and_compute_nearly_the_same(rungs: tuple[Rung, ...]) -> None:
    module = seeded(tiny_pipelines.unet)
    before, plain = bytes_of(module), unet_output(module)
    module = prepared(module, Stage.DENOISING, plan(*rungs), "cpu")
    assert bytes_of(module) < 0.45 * before
    first, second = unet_output(module), unet_output(module)
    assert torch.equal(first, second)
    assert 0 < (first - plain).abs().mean() < 0.1 * plain.abs().mean()
    assert bytes_of(module) < 0.45 * before


@pytest.mark.parametrize("kind", TEXTS)
def test_text_encoders_have_the_same_forms(kind: str) -> None:
    plain = text_output(seeded(TEXTS[kind]))
    streamed = prepared(seeded(TEXTS[kind]), Stage.TEXT, plan(Rung.STREAMED), "cpu")
    assert torch.equal(text_output(streamed), plain)
    small = prepared(seeded(TEXTS[kind]), Stage.TEXT, plan(Rung.EIGHT_BIT), "cpu")
    assert (text_output(small) - plain).abs().mean() < 0.1 * plain.abs().mean()


def test_the_vae_keeps_its_numbers_and_its_place() -> None:
    every = plan(Rung.HALF, Rung.STREAMED, Rung.EIGHT_BIT)
    vae = seeded(tiny_vaes.vae)
    before = bytes_of(vae)
    assert prepared(vae, Stage.PICTURE, every, "cpu") is vae
    assert bytes_of(vae) == before
    assert form_of(Stage.PICTURE, every) == ""
    assert not is_streamed(Stage.PICTURE, every)


def test_each_form_has_a_name() -> None:
    assert form_of(Stage.DENOISING, plan(Rung.FULL)) == ""
    assert form_of(Stage.DENOISING, plan(Rung.TILED)) == ""
    assert form_of(Stage.TEXT, plan(Rung.HALF, Rung.STREAMED)) == "+half+streamed"
    assert is_streamed(Stage.TEXT, plan(Rung.STREAMED))


@pytest.mark.parametrize("make", [tiny_vaes.vae, tiny_vaes.flux2_vae])
def test_a_tiled_vae_decodes_alike_and_is_as_before_afterwards(make: Any) -> None:
    vae = seeded(make)
    channels = vae.config.latent_channels
    latents = torch.randn(1, channels, 80, 72, generator=torch.Generator().manual_seed(0))
    calls: list[torch.Size] = []
    handle = vae.decoder.register_forward_pre_hook(lambda _, given: calls.append(given[0].shape))
    with torch.inference_mode():
        whole = vae.decode(latents, return_dict=False)[0]
        with tiling(vae, True):
            tiled = vae.decode(latents, return_dict=False)[0]
        again = vae.decode(latents, return_dict=False)[0]
    handle.remove()
    assert len(calls) == 1 + 4 + 1
    assert max(max(shape[-2:]) for shape in calls[1:-1]) == 64
    assert torch.equal(whole, again)
    assert tiled.shape == whole.shape
    # Normalisation over groups sees a tile instead of the picture: near, not equal.
    assert (tiled - whole).abs().mean() < 0.2 * whole.std()


def test_a_vae_of_frames_is_tiled_by_its_own_names() -> None:
    vae = seeded(tiny_vaes.qwen_vae)
    latents = torch.randn(1, 4, 1, 80, 72, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        whole = vae.decode(latents, return_dict=False)[0]
        with tiling(vae, True):
            assert (vae.use_tiling, vae.tile_sample_min_height) == (True, 512)
            tiled = vae.decode(latents, return_dict=False)[0]
    assert not vae.use_tiling
    assert tiled.shape == whole.shape


def test_no_tiles_unless_asked_for() -> None:
    vae = seeded(tiny_vaes.vae)
    with tiling(vae, False):
        assert not vae.use_tiling
