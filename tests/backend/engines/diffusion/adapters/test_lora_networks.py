"""Networks in every form that they may have take LoRAs."""

from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

import torch
from safetensors.torch import load_file, save_file

from tests.support.lora_bench import lora, noise_of, painted
from tests.support.tiny_adapters import lora_file
from tests.support.tiny_pipelines import build
from velatura_backend.engines.diffusion.adapters.loras import (
    LoraFiles,
    WeightedLora,
    on_denoiser,
)
from velatura_backend.models.records import Family


def test_half_precision_stays_half(tmp_path):
    torch.manual_seed(0)
    pipeline = build("sd15")
    model = lora(lora_file(tmp_path / "ink.safetensors", pipeline, text=False))
    unet = pipeline.unet.to(torch.bfloat16)
    with (
        torch.inference_mode(),
        on_denoiser(unet, "unet", type(pipeline), [WeightedLora(model, 1.0)], LoraFiles()),
    ):
        assert {each.dtype for each in unet.parameters()} == {torch.bfloat16}


def test_block_names_of_the_original_sdxl_are_understood(tmp_path):
    """Most trainers name an SDXL's blocks as its authors did: input 3 is the second level's."""
    torch.manual_seed(0)
    pipeline = build("sdxl")
    place = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_v"
    layer = pipeline.unet.get_submodule(place)
    down, up = torch.randn(2, layer.in_features), torch.randn(layer.out_features, 2)
    original = "lora_unet_input_blocks_3_1_transformer_blocks_0_attn2_to_v"
    save_file(
        {
            f"{original}.lora_down.weight": down,
            f"{original}.lora_up.weight": up,
            f"{original}.alpha": torch.tensor(2.0),
        },
        tmp_path / "sgm.safetensors",
    )
    weighted = [WeightedLora(lora(tmp_path / "sgm.safetensors", Family.SDXL), 0.5)]
    with (
        torch.inference_mode(),
        on_denoiser(pipeline.unet, "unet", type(pipeline), weighted, LoraFiles()),
    ):
        seen = torch.randn(1, layer.in_features)
        changed = pipeline.unet.get_submodule(place)(seen)
        torch.testing.assert_close(changed, layer(seen) + 0.5 * seen @ down.T @ up.T)


@pytest.mark.parametrize("rung", ["EIGHT_BIT", "STREAMED"])
def test_networks_in_every_form_of_the_memory_plan_take_them(tmp_path, rung):
    from velatura_backend.engines.diffusion.families.table import Stage
    from velatura_backend.engines.diffusion.memory.placement import prepared
    from velatura_backend.engines.diffusion.memory.plan import MemoryPlan, Rung

    torch.manual_seed(0)
    pipeline = build("sd15")
    model = lora(lora_file(tmp_path / "ink.safetensors", pipeline, text=False))
    exact = painted(pipeline, [WeightedLora(model, 0.7)]) - noise_of(pipeline.unet)
    plan = MemoryPlan(Rung[rung], frozenset((Rung[rung],)))
    pipeline.unet = prepared(pipeline.unet, Stage.DENOISING, plan, "cpu")
    before = noise_of(pipeline.unet)
    change = painted(pipeline, [WeightedLora(model, 0.7)]) - before
    assert torch.equal(before, noise_of(pipeline.unet))
    alike = torch.nn.functional.cosine_similarity(change.flatten(), exact.flatten(), dim=0)
    assert float(alike) > 0.9  # weights in 8 bit change what is changed, too
    with (
        torch.inference_mode(),
        on_denoiser(pipeline.unet, "unet", type(pipeline), [WeightedLora(model, 1.0)], LoraFiles()),
    ):
        added = {n: each for n, each in pipeline.unet.named_parameters() if ".lora_A." in n}
    (first, *_) = (each for key, each in load_file(model.location).items() if "lora_down" in key)
    assert any(torch.equal(each, first) for each in added.values())
    assert {each.dtype for each in added.values()} == {torch.float32}


def test_blocks_that_were_compiled_hear_it_and_forget_it(tmp_path):
    torch.manual_seed(0)
    pipeline = build("sd15")
    model = lora(lora_file(tmp_path / "ink.safetensors", pipeline, text=False))
    eager = noise_of(pipeline.unet), painted(pipeline, [WeightedLora(model, 0.7)])
    pipeline.unet.compile_repeated_blocks(backend="eager", fullgraph=True)
    for _ in range(2):
        assert torch.equal(noise_of(pipeline.unet), eager[0])
        compiled = painted(pipeline, [WeightedLora(model, 0.7)])
        torch.testing.assert_close(compiled, eager[1], rtol=1e-5, atol=1e-6)
