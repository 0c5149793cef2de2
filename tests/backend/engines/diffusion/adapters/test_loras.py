from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

import torch
from safetensors.torch import load_file, save_file

from tests.support.lora_bench import hidden_of, lora, noise_of, painted, read
from tests.support.tiny_adapters import Shelf, embedding_file, lora_file
from tests.support.tiny_pipelines import build
from velatura_backend.engines.diffusion.adapters.lora_layouts import unlike_lora
from velatura_backend.engines.diffusion.adapters.loras import (
    LoraFiles,
    WeightedLora,
    chosen_loras,
    on_denoiser,
)
from velatura_backend.engines.diffusion.painting.contract import Lora
from velatura_backend.models.records import Family
from velatura_protocol.errors import ModelDamaged, NotFound, Unsupported


@pytest.fixture(scope="module")
def sd15():
    torch.manual_seed(0)
    return build("sd15")


@pytest.fixture(scope="module")
def flux():
    torch.manual_seed(0)
    return build("flux1-dev")


@pytest.mark.parametrize("layout", ["kohya", "diffusers", "bare"])
def test_a_lora_changes_the_noise_and_leaves_no_trace(sd15, tmp_path, layout):
    before, names = noise_of(sd15.unet), [name for name, _ in sd15.unet.named_modules()]
    text = layout != "bare"
    model = lora(lora_file(tmp_path / "ink.safetensors", sd15, layout, text=text))
    changed = painted(sd15, [WeightedLora(model, 1.0)])
    assert not torch.allclose(before, changed, atol=1e-3)
    assert torch.equal(before, noise_of(sd15.unet))
    assert names == [name for name, _ in sd15.unet.named_modules()]


@pytest.mark.parametrize("layout", ["kohya", "diffusers"])
def test_its_text_part_changes_the_encoder_and_leaves_no_trace(sd15, tmp_path, layout):
    before = hidden_of(sd15.text_encoder)
    model = lora(lora_file(tmp_path / "ink.safetensors", sd15, layout))
    changed, notices = read(sd15, [WeightedLora(model, 1.0)])
    assert not torch.allclose(before, changed, atol=1e-3)
    assert notices == ()
    assert torch.equal(before, hidden_of(sd15.text_encoder))


def test_layouts_of_the_same_lora_are_the_same(sd15, tmp_path):
    found = [
        painted(
            sd15,
            [
                WeightedLora(
                    lora(lora_file(tmp_path / f"{layout}.safetensors", sd15, layout, text=False)),
                    0.7,
                )
            ],
        )
        for layout in ("kohya", "diffusers", "bare")
    ]
    torch.testing.assert_close(found[0], found[1], rtol=1e-5, atol=1e-6)
    assert torch.equal(found[1], found[2])


def test_the_effect_grows_with_the_weight(sd15, tmp_path):
    model = lora(lora_file(tmp_path / "ink.safetensors", sd15, strength=0.05))
    before = noise_of(sd15.unet)
    steps = [
        float((painted(sd15, [WeightedLora(model, weight)]) - before).norm())
        for weight in (0.25, 0.5, 1.0)
    ]
    assert steps == sorted(steps)
    away = painted(sd15, [WeightedLora(model, -0.5)]) - before
    toward = painted(sd15, [WeightedLora(model, 0.5)]) - before
    assert float(torch.nn.functional.cosine_similarity(away.flatten(), toward.flatten(), dim=0)) < 0


def test_two_differ_from_one_and_sets_of_jobs_never_mix(sd15, tmp_path):
    ink = lora(lora_file(tmp_path / "ink.safetensors", sd15, seed=1))
    oil = lora(lora_file(tmp_path / "oil.safetensors", sd15, "diffusers", seed=2, rank=3))
    files = LoraFiles()
    one = painted(sd15, [WeightedLora(ink, 0.8)], files)
    both = painted(sd15, [WeightedLora(ink, 0.8), WeightedLora(oil, 0.5)], files)
    other = painted(sd15, [WeightedLora(oil, 0.5)], files)
    assert not torch.allclose(one, both, atol=1e-3)
    assert not torch.allclose(other, both, atol=1e-3)
    assert torch.equal(one, painted(sd15, [WeightedLora(ink, 0.8)], files))


def test_the_order_asked_for_does_not_matter_and_weight_zero_is_none(tmp_path):
    models = tuple(lora(embedding_file(tmp_path / f"{n}.safetensors")) for n in "ab")
    shelf, base = Shelf(models), lora(embedding_file(tmp_path / "base.safetensors"))
    asked = [Lora("b", 0.5), Lora("A", 1.0)]
    found = chosen_loras(asked, shelf, base)
    assert [each.model.id for each in found] == ["a", "b"]
    assert found == chosen_loras(asked[::-1], shelf, base)
    assert chosen_loras([Lora("a", 0.0), Lora("b", 1.0), Lora("b", -1.0)], shelf, base) == ()
    with pytest.raises(NotFound, match="velvet"):
        chosen_loras([Lora("velvet")], shelf, base)


def test_a_text_part_that_cannot_be_placed_is_told_and_the_rest_used(sd15, tmp_path):
    path = lora_file(tmp_path / "odd.safetensors", sd15, "kohya", text=False)
    tensors = load_file(path)
    tensors["lora_te_text_model_encoder_layers_0_mystery.lora_down.weight"] = torch.zeros(2, 32)
    tensors["lora_te_text_model_encoder_layers_0_mystery.lora_up.weight"] = torch.zeros(32, 2)
    save_file(tensors, path)
    before, text = noise_of(sd15.unet), hidden_of(sd15.text_encoder)
    hidden, notices = read(sd15, [WeightedLora(lora(path), 1.0)])
    assert [(each.id, each.text) for each in notices] == [("lora_without_text", "odd")]
    assert torch.equal(hidden, text)
    assert not torch.allclose(before, painted(sd15, [WeightedLora(lora(path), 1.0)]), atol=1e-3)


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({"a.hada_w1_a": torch.zeros(2, 2)}, "LoHa"),
        ({"model.diffusion_model.x": torch.zeros(2, 2)}, "kind=checkpoint"),
        ({"emb_params": torch.zeros(2, 2)}, "kind=embedding"),
        ({"what": torch.zeros(2, 2)}, "what=not_one"),
        (
            {
                "lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight": torch.zeros(2, 9),
                "lora_unet_double_blocks_0_img_attn_qkv.lora_up.weight": torch.zeros(27, 2),
                "lora_unet_double_blocks_0_img_attn_qkv.alpha": torch.tensor(2.0),
            },
            "other_family",
        ),
    ],
)
def test_what_cannot_be_used_is_named_with_what_it_looks_like(sd15, tmp_path, tensors, reason):
    save_file(tensors, tmp_path / "odd.safetensors")
    before = noise_of(sd15.unet)
    with pytest.raises(Unsupported, match=f"odd.*{reason}"):
        painted(sd15, [WeightedLora(lora(tmp_path / "odd.safetensors"), 1.0)])
    assert torch.equal(before, noise_of(sd15.unet))


def test_a_lora_of_other_widths_is_named_and_leaves_no_trace(sd15, tmp_path):
    path = lora_file(tmp_path / "wide.safetensors", sd15, "diffusers", text=False)
    tensors = {key: each.repeat(2, 2) for key, each in load_file(path).items()}
    save_file(tensors, path)
    before = noise_of(sd15.unet)
    with pytest.raises(Unsupported, match="other_family"):
        painted(sd15, [WeightedLora(lora(path), 1.0)])
    assert torch.equal(before, noise_of(sd15.unet))
    assert not hasattr(sd15.unet, "peft_config")


def test_a_file_that_is_gone_or_torn_is_named(sd15, tmp_path):
    path = lora_file(tmp_path / "ink.safetensors", sd15)
    model = lora(path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelDamaged, match="unreadable"):
        painted(sd15, [WeightedLora(model, 1.0)])
    path.unlink()
    with pytest.raises(ModelDamaged, match="missing"):
        painted(sd15, [WeightedLora(model, 1.0)])


def test_files_are_read_once_until_they_change(sd15, tmp_path):
    path = lora_file(tmp_path / "ink.safetensors", sd15, text=False)
    files, weighted = LoraFiles(), [WeightedLora(lora(path), 1.0)]
    first = painted(sd15, weighted, files)
    assert len(files._kept) == 1
    assert torch.equal(first, painted(sd15, weighted, files))
    lora_file(path, sd15, text=False, rank=3, seed=9)
    assert not torch.equal(first, painted(sd15, weighted, files))


@pytest.mark.parametrize("layout", ["diffusers", "bare"])
def test_transformer_families_take_them_too(flux, tmp_path, layout):
    model = lora(lora_file(tmp_path / "ink.safetensors", flux, layout, text=False), Family.FLUX1)
    weights = {name: each.clone() for name, each in flux.transformer.state_dict().items()}
    with (
        torch.inference_mode(),
        on_denoiser(
            flux.transformer, "transformer", type(flux), [WeightedLora(model, 0.5)], LoraFiles()
        ),
    ):
        assert any("lora_A" in name for name, _ in flux.transformer.named_parameters())
    after = flux.transformer.state_dict()
    assert weights.keys() == after.keys()
    assert all(torch.equal(weights[name], after[name]) for name in weights)


def test_what_a_file_is_taken_for():
    lokr = unlike_lora("ink", {"a.lokr_w1": torch.zeros(1)})
    assert lokr.params == {"name": "ink", "what": "lora_layout", "title": "LoKr"}
    other = unlike_lora("ink", {"a.lora_up": torch.zeros(1)})
    assert other.params == {"name": "ink", "what": "other_family", "kind": "lora"}
