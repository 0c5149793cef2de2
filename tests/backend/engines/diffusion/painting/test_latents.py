from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

import diffusers
import torch

from tests.support import tiny_pipelines
from tests.support.painting_desk import installed
from velatura_backend.engines.diffusion.families.table import row_of
from velatura_backend.engines.diffusion.painting.latents import latent_space, patched, unpatched

KINDS = [
    "sd15", "sdxl", "flux1-dev", "flux2-klein", "z-image", "sd3", "qwen-image",
    "qwen-image-layered",
]  # fmt: skip


def space_of(kind: str):
    model = installed(tiny_pipelines.folder(kind))
    return latent_space(row_of(model.family, model.variant))


def vae_of(kind: str):
    model = installed(tiny_pipelines.folder(kind))
    row = row_of(model.family, model.variant)
    named = getattr(diffusers, row.component("vae").make[0])
    return named.from_pretrained(tiny_pipelines.folder(kind) / "vae", local_files_only=True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_scheduler_sees_comes_back(kind: str) -> None:
    space, grid = space_of(kind), torch.rand(1, 40, 6, 8)
    assert torch.equal(space.grid(space.stepped(grid), 6, 8), grid)


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_a_picture_becomes_a_grid_and_a_picture(kind: str) -> None:
    space, vae = space_of(kind), vae_of(kind)
    picture = torch.rand(1, 3, 64, 96) * 2 - 1
    grid = space.encode(vae, picture)
    assert grid.shape[-2:] == (64 // space.factor, 96 // space.factor)
    assert grid.dtype is torch.float32
    assert space.decode(vae, grid).shape == picture.shape
    assert torch.equal(space.encode(vae, picture), grid)


@torch.no_grad()
def test_scale_and_shift_are_the_configurations() -> None:
    space, vae = space_of("flux1-dev"), vae_of("flux1-dev")
    picture = torch.rand(1, 3, 32, 32)
    plain = vae.encode(picture).latent_dist.mode()
    assert torch.allclose(space.encode(vae, picture), (plain - 0.1159) * 0.3611)
    assert torch.allclose(
        space.decode(vae, space.encode(vae, picture)), vae.decode(plain).sample, atol=1e-5
    )


def test_layers_are_laid_out_as_the_library_does() -> None:
    frames = torch.rand(1, 5, 2, 4, 6)
    pack = diffusers.QwenImageLayeredPipeline._pack_latents
    ours = space_of("qwen-image-layered").stepped(frames.flatten(1, 2))
    assert torch.equal(ours, pack(frames, 1, 2, 4, 6, 5))


@pytest.mark.parametrize("count", [1, 4, 6])
def test_layers_are_what_the_library_makes_of_the_same_latents(count: int) -> None:
    model = installed(tiny_pipelines.folder("qwen-image-layered"))
    space = latent_space(row_of(model.family, model.variant), count)
    vae = vae_of("qwen-image-layered")
    grid = torch.rand(1, (count + 1) * 8, 4, 6, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        ours = torch.cat(list(space.layers(vae, grid)))
        unpack = diffusers.QwenImageLayeredPipeline._unpack_latents
        frames = unpack(space.stepped(grid), 32, 48, count, 8)
        mean, deviation = (
            torch.tensor(each).view(1, -1, 1, 1, 1)
            for each in (vae.config.latents_mean, vae.config.latents_std)
        )
        behind = (frames * deviation + mean)[:, :, 1:].transpose(1, 2).flatten(0, 1)
        theirs = vae.decode(behind.unsqueeze(2), return_dict=False)[0].squeeze(2)
    assert ours.shape == (count, 4, 32, 48)
    torch.testing.assert_close(ours, theirs)
    assert torch.equal(space.grid(space.stepped(grid), 4, 6), grid)
    assert torch.equal(space.whole(grid), grid[:, :8])
    assert space.frames == count + 1


def test_what_is_in_one_piece_has_no_layers() -> None:
    space, grid = space_of("sd15"), torch.rand(1, 4, 4, 6)
    assert list(space.layers(None, grid)) == []
    assert (space.frames, space.whole(grid) is grid) == (1, True)


def test_patches_are_laid_out_as_the_library_does() -> None:
    grid = torch.arange(2 * 4 * 6, dtype=torch.float32).view(1, 2, 4, 6)
    theirs = diffusers.FluxPipeline._pack_latents(grid, 1, 2, 4, 6)
    assert torch.equal(space_of("flux1-dev").stepped(grid), theirs)
    assert torch.equal(patched(grid), diffusers.Flux2KleinPipeline._patchify_latents(grid))
    assert torch.equal(unpatched(patched(grid)), grid)


@torch.no_grad()
def test_statistics_of_patches_are_taken_out() -> None:
    space, vae = space_of("flux2-klein"), vae_of("flux2-klein")
    vae.bn.running_mean.uniform_(-1, 1)
    vae.bn.running_var.uniform_(0.5, 2)
    plain = patched(vae.encode(torch.zeros(1, 3, 32, 32)).latent_dist.mode())
    grid = space.encode(vae, torch.zeros(1, 3, 32, 32))
    mean = vae.bn.running_mean.view(1, -1, 1, 1)
    deviation = (vae.bn.running_var.view(1, -1, 1, 1) + vae.config.batch_norm_eps).sqrt()
    assert torch.allclose(grid, (plain - mean) / deviation, atol=1e-5)
