"""What a model weighs, before any of it is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("diffusers")

from tests.support import tiny_files, tiny_pipelines
from tests.support.tiny_models import FAMILIES, checkpoint
from velatura_backend.engines.diffusion.families.table import FamilyRow, Stage, row_of
from velatura_backend.engines.diffusion.loading.components import Source
from velatura_backend.engines.diffusion.recognition.sizes import (
    appetite_of,
    folder_outline,
    size_of,
    values_in,
)
from velatura_backend.models.records import (
    Family,
    InstalledModel,
    ModelForm,
    ModelKind,
    Variant,
)

KINDS = ("sd15", "sdxl", "sd3", "flux1-fill", "flux2-klein", "z-image")


@pytest.mark.parametrize("kind", KINDS)
def test_the_headers_tell_what_loading_will_bring(kind: str) -> None:
    row = row_of(*FAMILIES[kind])
    size = size_of(row, Source(checkpoint(kind), row, "cpu").outline)
    assert size is not None
    pipeline = tiny_pipelines.build(kind)
    for part in size.parts:
        loaded = getattr(pipeline, part.name)
        stored = {each.data_ptr(): each.numel() for each in loaded.state_dict().values()}
        assert part.values == sum(stored.values())
        assert part.stage is row.component(part.name).stage
    assert {part.stage for part in size.parts} == set(Stage)
    assert size.appetite.step > 0
    assert size.appetite.picture > 0


@pytest.mark.parametrize("kind", tiny_files.FILES)
def test_a_single_file_tells_what_its_folder_tells(kind: str) -> None:
    """But for what the folder has twice, or in another shape."""
    file, folder = tiny_files.pair(kind)
    row = row_of(Family.SDXL if kind == "sdxl" else Family.SD15, _variant(kind))
    told = [
        size_of(row, Source(_model(place, form, row), row, "cpu").outline)
        for place, form in ((file, ModelForm.FILE), (folder, ModelForm.FOLDER))
    ]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0].appetite == told[1].appetite
    for one, other in zip(told[0].parts, told[1].parts, strict=True):
        assert (one.name, one.stage) == (other.name, other.stage)
        assert one.values == pytest.approx(other.values, rel=0.05)


def _variant(kind: str) -> Variant:
    return Variant.INPAINT if "inpaint" in kind else Variant.BASE


def _model(place: Path, form: ModelForm, row: FamilyRow) -> InstalledModel:
    return InstalledModel(
        "m", "m", ModelKind.CHECKPOINT, row.family, place, form, variant=row.variant
    )


def test_what_does_not_tell_its_size_is_for_loading_to_judge(tmp_path: Path) -> None:
    row = row_of(Family.SD15, Variant.BASE)
    nothing = Source(_model(tmp_path, ModelForm.FOLDER, row), row, "cpu")
    assert size_of(row, nothing.outline) is None
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no safetensors at all")
    file = Source(_model(broken, ModelForm.FILE, row), row, "cpu")
    assert size_of(row, file.outline) is None


def test_of_two_precisions_the_one_that_is_loaded_counts(tmp_path: Path) -> None:
    folder = tmp_path / "unet"
    shutil.copytree(tiny_pipelines.folder("sd15") / "unet", folder)
    before = folder_outline(folder)
    weights = folder / "diffusion_pytorch_model.safetensors"
    shutil.copy(weights, weights.with_name("diffusion_pytorch_model.fp16.safetensors"))
    assert before is not None
    assert before.values == values_in(weights)
    assert folder_outline(folder) == before
    assert folder_outline(tmp_path / "vae") is None


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
