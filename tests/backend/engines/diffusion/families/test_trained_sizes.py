"""How large a model's passes are, by what its own configuration says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from velatura_backend.engines.diffusion.families.table import row_of
from velatura_backend.engines.diffusion.families.trained_sizes import trained_sizes
from velatura_backend.models.records import (
    Family,
    InstalledModel,
    ModelForm,
    ModelKind,
    Variant,
)

ROW = row_of(Family.SD15, Variant.INPAINT)
UNET = ["DownBlock2D"]


def model(folder: Path, config: object, form: ModelForm = ModelForm.FOLDER) -> InstalledModel:
    (folder / "unet").mkdir()
    (folder / "unet" / "config.json").write_text(json.dumps(config))
    return InstalledModel("m", "m", ModelKind.CHECKPOINT, ROW.family, folder, form)


@pytest.mark.parametrize(("latents", "side"), [(16, 128), (64, 512), (96, 768)])
def test_a_unet_says_what_it_was_trained_on(tmp_path, latents, side):
    sizes = trained_sizes(model(tmp_path, {"sample_size": latents, "down_block_types": UNET}), ROW)
    assert sizes.native == side**2
    assert sizes.min_side == side
    assert sizes.max_side == side * 3 // 2
    assert sizes.maximum == side**2 * 3 // 2
    assert (sizes == ROW.sizes) == (side == 512)


@pytest.mark.parametrize(
    "config",
    [
        {},
        [],
        {"sample_size": 128},
        {"sample_size": None, "down_block_types": UNET},
        {"sample_size": [16, 16], "down_block_types": UNET},
        {"sample_size": 0, "down_block_types": UNET},
    ],
)
def test_what_tells_nothing_leaves_the_familys_sizes(tmp_path, config):
    assert trained_sizes(model(tmp_path, config), ROW) is ROW.sizes


def test_files_and_missing_configurations_leave_the_familys_sizes(tmp_path):
    config = {"sample_size": 16, "down_block_types": UNET}
    kept = model(tmp_path, config, ModelForm.FILE)
    assert trained_sizes(kept, ROW) is ROW.sizes
    (tmp_path / "unet" / "config.json").write_text("{")
    gone = InstalledModel("m", "m", ModelKind.CHECKPOINT, ROW.family, tmp_path, ModelForm.FOLDER)
    assert trained_sizes(gone, ROW) is ROW.sizes
