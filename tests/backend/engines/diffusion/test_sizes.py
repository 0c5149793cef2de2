"""What a model weighs, before any of it is loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("diffusers")

from safetensors.torch import save_file

from tests.support import tiny_pipelines
from velatura_backend.engines.diffusion.families import Stage, row_of
from velatura_backend.engines.diffusion.sizes import appetite_of, size_of, values_in
from velatura_backend.models.records import (
    Family,
    InstalledModel,
    ModelForm,
    ModelKind,
    Variant,
)

KINDS = {
    "sd15": (Family.SD15, Variant.BASE),
    "sdxl": (Family.SDXL, Variant.BASE),
    "sd3": (Family.SD3, Variant.BASE),
    "flux1-fill": (Family.FLUX1, Variant.INPAINT),
    "flux2-klein": (Family.FLUX2_KLEIN, Variant.BASE),
    "z-image": (Family.Z_IMAGE, Variant.BASE),
}


def installed(kind: str) -> InstalledModel:
    family, variant = KINDS[kind]
    return InstalledModel(
        kind,
        kind,
        ModelKind.CHECKPOINT,
        family,
        tiny_pipelines.folder(kind),
        ModelForm.FOLDER,
        variant=variant,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_headers_tell_what_loading_will_bring(kind: str) -> None:
    model = installed(kind)
    row = row_of(*KINDS[kind])
    size = size_of(model, row, model.location)
    pipeline = tiny_pipelines.build(kind)
    for part in size.parts:
        loaded = getattr(pipeline, part.name)
        stored = {each.data_ptr(): each.numel() for each in loaded.state_dict().values()}
        assert part.values == sum(stored.values())
        assert part.stage is row.component(part.name).stage
    assert {part.stage for part in size.parts} == set(Stage)
    assert size.appetite.step > 0
    assert size.appetite.picture > 0


def test_a_single_file_is_told_apart_by_its_names(tmp_path: Path) -> None:
    import torch

    file = tmp_path / "model.safetensors"
    tensors = {
        "model.diffusion_model.a": torch.zeros(3, 5),
        "first_stage_model.b": torch.zeros(7),
        "cond_stage_model.c": torch.zeros(2, 2),
    }
    save_file(tensors, file)
    sd15 = installed("sd15")
    model = InstalledModel("f", "f", ModelKind.CHECKPOINT, Family.SD15, file, ModelForm.FILE)
    size = size_of(model, row_of(Family.SD15, Variant.BASE), sd15.location)
    assert {part.name: part.values for part in size.parts} == {
        "text_encoder": 4,
        "unet": 15,
        "vae": 7,
    }
    assert values_in(file) == 26


def test_of_two_precisions_the_one_that_is_loaded_counts(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "sd15"
    shutil.copytree(tiny_pipelines.folder("sd15"), folder)
    unet = folder / "unet" / "diffusion_pytorch_model.safetensors"
    shutil.copy(unet, unet.with_name("diffusion_pytorch_model.fp16.safetensors"))
    model = replace(installed("sd15"), location=folder)
    row = row_of(Family.SD15, Variant.BASE)
    assert size_of(model, row, folder) == size_of(installed("sd15"), row, folder)


def test_appetites_follow_the_width() -> None:
    unet = {"down_block_types": ["DownBlock2D"], "block_out_channels": [320, 640]}
    transformer = {"num_attention_heads": 24, "attention_head_dim": 128}
    vae = {"block_out_channels": [128, 256]}
    sd15, flux = appetite_of(unet, vae), appetite_of(transformer, vae)
    assert sd15.step == pytest.approx(162)  # 340 MB for a megapixel in two bytes
    assert sd15.step_text == 0
    assert flux.step == pytest.approx(316.8)
    assert sd15.picture == flux.picture == pytest.approx(921.6)
    assert appetite_of({"dim": 3072}, vae) == flux
    assert appetite_of(unet, {"base_dim": 96}).picture > 2 * sd15.picture
