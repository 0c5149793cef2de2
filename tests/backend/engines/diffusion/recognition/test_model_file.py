from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.safetensors_files import safetensors_bytes
from velatura_backend.engines.diffusion.recognition.model_file import recognise
from velatura_backend.models.records import Family, ModelForm, ModelKind, Variant
from velatura_protocol.errors import NotFound, UnreadableFile, Unsupported

UNET = {
    "conv_in.weight": (8, 4, 1, 1),
    "time_embedding.linear_1.weight": (4, 4),
    "mid_block.resnets.0.conv1.weight": (1,),
    "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (4, 4),
}


def pipeline(path: Path, name: str = "StableDiffusionPipeline", **scheduler: object) -> Path:
    for part in ("unet", "vae", "text_encoder", "tokenizer", "scheduler"):
        (path / part).mkdir(parents=True)
    (path / "model_index.json").write_text(json.dumps({"_class_name": name}))
    (path / "scheduler" / "scheduler_config.json").write_text(json.dumps(scheduler))
    weights = path / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(safetensors_bytes(UNET))
    return path


def test_a_folder(tmp_path: Path) -> None:
    told = recognise(pipeline(tmp_path / "any name"))
    assert told.kind is ModelKind.CHECKPOINT
    assert told.form is ModelForm.FOLDER
    assert (told.family, told.variant, told.distilled) == (Family.SD15, Variant.BASE, False)
    assert told.missing == ()
    assert told.precision == "F32"
    assert told.parameters == 8 * 4 + 16 + 1 + 16


def test_the_tensors_have_the_last_word_not_the_index(tmp_path: Path) -> None:
    folder = pipeline(tmp_path, "StableDiffusionXLPipeline")
    assert recognise(folder).family is Family.SD15


def test_what_a_folder_lacks(tmp_path: Path) -> None:
    folder = pipeline(tmp_path)
    (folder / "vae").rmdir()
    assert recognise(folder).missing == ("vae",)


@pytest.mark.parametrize(
    ("scheduler", "detail"),
    [
        ({"_class_name": "LCMScheduler"}, "lcm"),
        ({"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "trailing"}, "lightning"),
        (
            {"_class_name": "EulerAncestralDiscreteScheduler", "timestep_spacing": "trailing"},
            "turbo",
        ),
        ({"_class_name": "PNDMScheduler"}, ""),
    ],
)
def test_few_steps_are_told_by_the_scheduler(
    tmp_path: Path, scheduler: dict[str, str], detail: str
) -> None:
    told = recognise(pipeline(tmp_path, **scheduler))
    assert (told.distilled, told.detail) == (bool(detail), detail)


def test_half_precision_and_shards(tmp_path: Path) -> None:
    folder = pipeline(tmp_path)
    whole = folder / "unet" / "diffusion_pytorch_model.safetensors"
    whole.unlink()
    for number, (name, shape) in enumerate(UNET.items()):
        shard = folder / "unet" / f"part-{number}.safetensors"
        shard.write_bytes(safetensors_bytes({name: shape}))
    shards = {name: f"part-{number}.safetensors" for number, name in enumerate(UNET)}
    index = folder / "unet" / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": shards}))
    assert recognise(folder).family is Family.SD15
    index.unlink()
    half = folder / "unet" / "diffusion_pytorch_model.fp16.safetensors"
    half.write_bytes(safetensors_bytes(UNET))
    assert recognise(folder).family is Family.SD15


def test_a_list_of_shards_leads_nowhere_else(tmp_path: Path) -> None:
    folder = pipeline(tmp_path / "model")
    whole = folder / "unet" / "diffusion_pytorch_model.safetensors"
    whole.rename(tmp_path / "elsewhere.safetensors")
    index = folder / "unet" / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "../../elsewhere.safetensors"}}))
    with pytest.raises(NotFound):
        recognise(folder)


def test_a_single_file(tmp_path: Path) -> None:
    shapes = {
        "model.diffusion_model.input_blocks.0.0.weight": (8, 9, 1, 1),
        "first_stage_model.decoder.conv_in.weight": (4, 4, 1, 1),
    }
    path = tmp_path / "whatever.bin"
    path.write_bytes(safetensors_bytes(shapes))
    told = recognise(path)
    assert told.form is ModelForm.FILE
    assert (told.family, told.variant) == (Family.SD15, Variant.INPAINT)
    assert told.missing == ("text_encoder",)
    assert told.parameters == 8 * 9


@pytest.mark.parametrize(
    ("config", "kind", "detail"),
    [
        ({"model_type": "depth_anything"}, ModelKind.PREPROCESSOR, "depth"),
        ({"model_type": "segformer"}, ModelKind.PREPROCESSOR, "segmentation"),
    ],
)
def test_a_component_by_its_configuration(
    tmp_path: Path, config: dict[str, str], kind: ModelKind, detail: str
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes({"a": (1,)}))
    told = recognise(tmp_path)
    assert (told.kind, told.detail) == (kind, detail)


@pytest.mark.parametrize(
    ("scale", "family"), [(0.18215, Family.SD15), (0.13025, Family.SDXL), (0.5, Family.NONE)]
)
def test_a_vae_is_told_by_its_scale(tmp_path: Path, scale: float, family: Family) -> None:
    shapes = {
        "encoder.down_blocks.0.resnets.0.conv1.weight": (4, 4, 1, 1),
        "decoder.conv_in.weight": (4, 4, 1, 1),
    }
    (tmp_path / "config.json").write_text(json.dumps({"scaling_factor": scale}))
    weights = tmp_path / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(safetensors_bytes(shapes))
    told = recognise(tmp_path)
    assert (told.kind, told.family, told.detail) == (ModelKind.VAE, family, "4")


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        recognise(tmp_path / "nothing")


@pytest.mark.parametrize(
    "content", [b"", b"short", b"\xff" * 64, safetensors_bytes(UNET)[:-3]], ids=str
)
def test_damaged_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        recognise(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04" + bytes(60), "pickle"),
        (b"\x80\x02}q\x00." + bytes(60), "pickle"),
        (b"GGUF" + bytes(60), "gguf"),
        (safetensors_bytes({"a.b": (2, 2), "c.d": (2,)}), "unknown"),
    ],
    ids=["zip", "pickle", "gguf", "unknown"],
)
def test_what_it_looks_like_and_what_would_do(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(Unsupported) as caught:
        recognise(path)
    assert caught.value.params["what"] == words
    assert caught.value.params["supported"]


def test_folders_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(Unsupported):
        recognise(tmp_path)
    (tmp_path / "model_index.json").write_text("{}")
    with pytest.raises(Unsupported):
        recognise(tmp_path)
    (tmp_path / "model_index.json").write_text("no")
    with pytest.raises(UnreadableFile):
        recognise(tmp_path)


def test_pickles_in_a_folder_are_refused(tmp_path: Path) -> None:
    folder = pipeline(tmp_path)
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(Unsupported, match="pickle"):
        recognise(folder)
