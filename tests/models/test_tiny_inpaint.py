"""The tiny model itself, in the library's own pipeline."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("diffusers")

from safetensors import safe_open

from tests.models.asked import answered, fifty
from tests.models.bare import MODEL, Settings, bare_pipeline, painted
from tests.models.scenes.words import WITHHELD, Colour, Shape, every_sentence

# The library's own: it hands tensors to numpy as numpy 1 took them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LIMIT = 12_000_000
SOME = fifty()[::5]


def test_it_is_small_and_in_half_precision():
    files = [path for path in MODEL.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= LIMIT
    weights = [path for path in files if path.suffix == ".safetensors"]
    assert {path.parent.name for path in weights} == {"unet", "vae", "text_encoder"}
    for path in weights:
        with safe_open(path, "numpy") as opened:
            for name in list(opened.keys()):
                assert opened.get_slice(name).get_dtype() == "F16"


def test_it_has_the_shape_of_stable_diffusion_inpainting():
    index = json.loads((MODEL / "model_index.json").read_text())
    assert index["_class_name"] == "StableDiffusionInpaintPipeline"
    unet = json.loads((MODEL / "unet" / "config.json").read_text())
    vae = json.loads((MODEL / "vae" / "config.json").read_text())
    scheduler = json.loads((MODEL / "scheduler" / "scheduler_config.json").read_text())
    assert (unet["in_channels"], unet["out_channels"], unet["sample_size"]) == (9, 4, 16)
    assert (vae["latent_channels"], len(vae["block_out_channels"])) == (4, 4)
    assert scheduler["beta_schedule"] == "scaled_linear"
    assert scheduler["prediction_type"] == "epsilon"


def test_its_vocabulary_has_each_word_as_one_token():
    tokenizer = bare_pipeline().tokenizer
    for word in {*Colour, *Shape, *" ".join(every_sentence()).replace(",", " ").split()}:
        assert len(tokenizer.tokenize(word)) == 1, word
    assert len(tokenizer.tokenize("zebra café")) > 4
    assert tokenizer("").input_ids[0] == tokenizer.bos_token_id


def test_prompts_are_answered_without_anything_of_ours():
    assert any((one.colour, one.shape) in WITHHELD for one in SOME)
    assert np.mean(answered(SOME, painted(bare_pipeline(), SOME))) >= 0.8


def test_without_prompts_they_are_not():
    pictures = painted(bare_pipeline(), SOME[:5], Settings(prompts=False))
    assert np.mean(answered(SOME[:5], pictures)) <= 0.25
