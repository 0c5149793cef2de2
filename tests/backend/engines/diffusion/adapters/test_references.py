from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch
from safetensors.torch import save_file

from tests.support import tiny_adapters as made
from tests.support import tiny_pipelines
from velatura_backend.engines.diffusion.adapters.references import (
    adapter_tensors,
    chosen_references,
    clip_picture,
    load_encoder,
    looked_at,
    referred,
)
from velatura_backend.engines.diffusion.painting.contract import Reference, ReferenceKind
from velatura_backend.models.records import Family, ModelKind
from velatura_protocol.errors import ModelDamaged, NoModel, Unsupported

PICTURE = np.random.default_rng(0).random((24, 40, 3), np.float32)


@pytest.fixture(scope="module")
def unet():
    """Three levels, so that there are blocks that place things and blocks that draw surfaces."""
    import diffusers

    torch.manual_seed(0)
    return diffusers.UNet2DConditionModel(
        sample_size=16,
        layers_per_block=1,
        block_out_channels=(16, 16, 32),
        norm_num_groups=8,
        attention_head_dim=8,
        cross_attention_dim=32,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    ).eval()


@pytest.fixture(scope="module")
def shelf(unet, tmp_path_factory):
    files = tmp_path_factory.mktemp("looks")
    eye = made.image_encoder(files / "eye")
    look = made.ip_adapter_file(files / "look.safetensors", unet, eye)
    return made.Shelf(
        (
            made.installed(look, ModelKind.IP_ADAPTER, Family.SD15),
            made.installed(eye, ModelKind.IMAGE_ENCODER, Family.NONE),
        )
    )


def seen(shelf, kind=ReferenceKind.CONTENT, weight=1.0, image=PICTURE):
    base = shelf.models[0]
    (chosen,) = chosen_references([Reference(image, kind, weight)], shelf, base)
    with torch.inference_mode():
        return looked_at(chosen, load_encoder(chosen.encoder, torch.float32))


def noise(unet, references, *, guided=False, count=1):
    generator = torch.Generator().manual_seed(1)
    sample = torch.randn(1, 4, 16, 16, generator=generator).expand(count, -1, -1, -1)
    text = torch.randn(1, 5, 32, generator=generator).expand(count, -1, -1)
    with torch.inference_mode(), referred(unet, references, guided=guided):
        return unet(sample, 500, text).sample


def test_each_kind_acts_in_places_of_its_own(unet, shelf):
    plain = noise(unet, [])
    found = {kind: noise(unet, [seen(shelf, kind)]) for kind in ReferenceKind}
    changes = {kind: float((each - plain).abs().max()) for kind, each in found.items()}
    assert min(changes.values()) > 1e-4
    kinds = list(found.values())
    assert not torch.allclose(kinds[0], kinds[1], atol=1e-5)
    assert not torch.allclose(kinds[1], kinds[2], atol=1e-5)
    assert torch.equal(plain, noise(unet, []))


def test_what_is_avoided_sees_nothing_and_the_prompt_the_picture(unet, shelf):
    both = noise(unet, [seen(shelf)], guided=True, count=2)
    alone = noise(unet, [seen(shelf)])
    torch.testing.assert_close(both[1:], alone, rtol=1e-4, atol=1e-5)
    blank = noise(unet, [seen(shelf, image=np.zeros_like(PICTURE))])
    assert not torch.allclose(both[0], both[1], atol=1e-5)
    assert not torch.allclose(both[:1], blank, atol=1e-6)


def test_a_failed_one_leaves_no_trace(unet, shelf, tmp_path):
    plain, config = noise(unet, []), dict(unet.config)
    other = tiny_pipelines.unet(xl=True)
    path = made.ip_adapter_file(tmp_path / "xl.safetensors", other, shelf.models[1].location)
    wrong = made.installed(path, ModelKind.IP_ADAPTER, Family.SD15)
    with pytest.raises(Unsupported, match="xl"):
        noise(unet, [seen(made.Shelf((wrong, shelf.models[1])))])
    assert torch.equal(plain, noise(unet, []))
    assert dict(unet.config) == config


def test_the_encoder_is_told_by_its_widths(shelf, tmp_path):
    wide = made.installed(
        made.image_encoder(tmp_path / "wide", projection=24), ModelKind.IMAGE_ENCODER, Family.NONE
    )
    adapter, eye = shelf.models
    (chosen,) = chosen_references([Reference(PICTURE)], made.Shelf((adapter, wide, eye)), adapter)
    assert chosen.encoder is eye
    with pytest.raises(NoModel):
        chosen_references([Reference(PICTURE)], made.Shelf((adapter, wide)), adapter)


def test_what_is_no_adapter_or_needs_more_is_named(shelf, tmp_path):
    save_file({"what": torch.zeros(2)}, tmp_path / "odd.safetensors")
    odd = made.installed(tmp_path / "odd.safetensors", ModelKind.IP_ADAPTER, Family.SD15)
    with pytest.raises(ModelDamaged, match="odd"):
        adapter_tensors(odd)
    faces = {
        "image_proj.norm.weight": torch.zeros(2),
        "ip_adapter.1.to_k_ip.weight": torch.zeros(2),
    }
    save_file(faces, tmp_path / "face.safetensors")
    face = made.installed(tmp_path / "face.safetensors", ModelKind.IP_ADAPTER, Family.SD15)
    with pytest.raises(Unsupported, match="face"):
        chosen_references([Reference(PICTURE)], made.Shelf((face, shelf.models[1])), face)


def test_an_encoder_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "eye").mkdir()
    broken = made.installed(tmp_path / "eye", ModelKind.IMAGE_ENCODER, Family.NONE)
    with pytest.raises(ModelDamaged, match="eye"):
        load_encoder(broken, torch.float32)


def test_pictures_are_squeezed_and_normalised_without_a_step_in_8_bit():
    ramp = np.linspace(0.0, 1.0, 512, dtype=np.float32)
    picture = clip_picture(np.broadcast_to(ramp[None, :, None], (4, 512, 3)).copy(), 300)
    assert picture.shape == (1, 3, 300, 300)
    assert len(torch.unique(picture[0, 0, 0])) > 256
    grey = clip_picture(np.full((5, 9, 3), 0.48145466, np.float32), 8)
    assert float(grey[0, 0].abs().max()) < 1e-4
