"""Single files against folders that hold the same numbers."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers")

from tests.support import tiny_files, tiny_pipelines, tiny_transformer_files
from tests.support.painting_desk import box_mask, installed, painted, painter_of, picture
from velatura_backend.engines.diffusion.painting.contract import PaintRequest, Sampling, Wording
from velatura_backend.models.records import Family, ModelForm, ModelKind, Variant
from velatura_protocol.errors import ModelDamaged

# The library's own: it hands tensors to numpy as numpy 1 took them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

REQUEST = PaintRequest(
    64, 64, 3, Wording("a red disc"), image=picture(64, 64), mask=box_mask(64, 64),
    sampling=Sampling(3),
)  # fmt: skip


@pytest.mark.parametrize("kind", tiny_files.FILES)
def test_a_file_paints_what_its_folder_paints(kind: str) -> None:
    file, folder = tiny_files.pair(kind)
    told = installed(file)
    assert told.form is ModelForm.FILE
    assert told.family is (Family.SDXL if kind == "sdxl" else Family.SD15)
    assert (told.variant is Variant.INPAINT) == (kind == "sd15-inpaint")
    whole = painted(painter_of(folder), REQUEST).image
    alone = painted(painter_of(file, installed(folder)), REQUEST).image
    assert np.abs(alone - whole).max() < 1e-4


@pytest.mark.parametrize("kind", tiny_transformer_files.TRANSFORMERS)
def test_a_transformers_file_is_lent_the_rest(kind: str) -> None:
    file, folder = tiny_transformer_files.transformer_pair(kind)
    told = installed(file)
    assert told.family is installed(folder).family
    assert told.variant is installed(folder).variant
    whole = painted(painter_of(folder), REQUEST).image
    lent = painted(painter_of(file, installed(folder)), REQUEST).image
    assert np.abs(lent - whole).max() < 1e-4


def test_without_a_tokenizer_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "velatura_backend.engines.diffusion.loading.file_home.is_clip_vocabulary_here",
        lambda: False,
    )
    file, _ = tiny_files.pair("sd15")
    with pytest.raises(ModelDamaged) as caught:
        painted(painter_of(file), REQUEST)
    assert caught.value.params["file"] == "tokenizer"


def test_a_denoiser_alone_is_lent_the_rest(tmp_path: Path) -> None:
    folder = tiny_files.pair("sd15")[1]
    alone = tmp_path / "unet.safetensors"
    shutil.copy(folder / "unet" / "diffusion_pytorch_model.safetensors", alone)
    whole = painted(painter_of(folder), REQUEST).image
    lent = painted(painter_of(alone, installed(folder)), REQUEST).image
    assert np.abs(lent - whole).max() < 1e-4
    with pytest.raises(ModelDamaged) as caught:
        painted(painter_of(alone), REQUEST)
    assert caught.value.params["file"] == "text_encoder"


def test_a_vae_of_its_own_is_preferred(tmp_path: Path) -> None:
    folder = tiny_files.pair("sd15")[1]
    alone, vae = tmp_path / "unet.safetensors", tmp_path / "vae.safetensors"
    shutil.copy(folder / "unet" / "diffusion_pytorch_model.safetensors", alone)
    other = tiny_files.pair("sdxl")[1]
    shutil.copy(other / "vae" / "diffusion_pytorch_model.safetensors", vae)
    single = installed(vae)
    assert single.kind is ModelKind.VAE
    own = painted(painter_of(alone, installed(folder)), REQUEST).image
    others = painted(painter_of(alone, single, installed(folder)), REQUEST).image
    assert not np.array_equal(own, others)


def test_a_file_that_lacks_tensors_is_named(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    file, folder = tiny_files.pair("sd15")
    tensors = load_file(file)
    del tensors["model.diffusion_model.middle_block.0.in_layers.2.weight"]
    broken = tmp_path / "broken.safetensors"
    save_file(tensors, broken)
    with pytest.raises(ModelDamaged) as caught:
        painted(painter_of(broken, installed(folder)), REQUEST)
    assert caught.value.params["file"] == "unet"


def test_folders_of_other_families_lend_nothing() -> None:
    file, _ = tiny_files.pair("sd15")
    painter = painter_of(file, installed(tiny_pipelines.folder("sdxl")))
    assert painter.source.has(painter.row.component("vae"))
    assert not painter.source.has(painter.row.component("tokenizer"))
