"""What models see: masked channels, and pictures that they look at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch
from PIL import Image

from tests.support import tiny_pipelines, tiny_texts
from tests.support.painting_desk import picture
from velatura_backend.engines.diffusion.families.table import ROWS, PictureInput, row_of
from velatura_backend.engines.diffusion.loading.processors import (
    PictureProcessor,
    picture_processor,
)
from velatura_backend.engines.diffusion.painting.contract import PaintRequest, Reference
from velatura_backend.engines.diffusion.painting.latents import latent_space
from velatura_backend.engines.diffusion.painting.mask_inputs import MaskedInput, extra_channels
from velatura_backend.engines.diffusion.painting.pictures import picture_arguments, prompt_picture
from velatura_backend.models.records import Family, Variant

SD15 = row_of(Family.SD15, Variant.BASE)


def test_masked_channels_of_nine() -> None:
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., :32] = 1
    space = latent_space(SD15)
    given = MaskedInput(
        row_of(Family.SD15, Variant.INPAINT).mask_input, mask, torch.full((1, 4, 8, 8), 2.0), space
    )
    channels = given.channels()
    assert channels.shape == (1, 5, 8, 8)
    assert channels[0, 0, 0].tolist() == [1.0] * 4 + [0.0] * 4
    assert (channels[0, 1:] == 2.0).all()


def test_masked_channels_in_patches_are_the_librarys() -> None:
    """The order of FLUX.1 Fill: masked latents, then each latent's 64 pixels, then patches."""
    row = row_of(Family.FLUX1, Variant.INPAINT)
    mask = torch.rand(1, 1, 32, 48)
    masked = torch.rand(1, 4, 4, 6)
    ours = MaskedInput(row.mask_input, mask, masked, latent_space(row)).channels()
    pixels = mask[:, 0].view(1, 4, 8, 6, 8).permute(0, 2, 4, 1, 3).reshape(1, 64, 4, 6)
    import diffusers

    theirs = torch.cat(
        [
            diffusers.FluxFillPipeline._pack_latents(masked, 1, 4, 4, 6),
            diffusers.FluxFillPipeline._pack_latents(pixels, 1, 64, 4, 6),
        ],
        dim=2,
    )
    assert torch.equal(ours, theirs)


def test_channels_are_joined_while_it_runs() -> None:
    class Denoiser(torch.nn.Module):
        dtype = torch.float32

        def forward(self, sample: torch.Tensor) -> torch.Tensor:
            return sample

    denoiser, space = Denoiser(), latent_space(SD15)
    kind = row_of(Family.SD15, Variant.INPAINT).mask_input
    given = MaskedInput(kind, torch.ones(1, 1, 16, 16), torch.zeros(1, 4, 2, 2), space)
    with extra_channels(denoiser, given, lambda channels: channels):
        assert denoiser(torch.zeros(2, 4, 2, 2)).shape == (2, 9, 2, 2)
        assert denoiser(sample=torch.zeros(2, 4, 2, 2)).shape == (2, 9, 2, 2)
    assert denoiser(torch.zeros(2, 4, 2, 2)).shape == (2, 4, 2, 2)
    with extra_channels(denoiser, None, lambda channels: channels):
        assert denoiser(torch.zeros(2, 4, 2, 2)).shape == (2, 4, 2, 2)


def test_pictures_that_are_looked_at() -> None:
    klein = next(row for row in ROWS if row.picture_input is PictureInput.SEVERAL)
    request = PaintRequest(
        32, 48, 1, image=picture(32, 48), instruction=True,
        references=(Reference(picture(16, 16)),),
    )  # fmt: skip
    images = picture_arguments(klein, request)["image"]
    assert [each.size for each in images] == [(48, 32), (16, 16)]
    assert picture_arguments(klein, replace(request, instruction=False, references=())) == {}
    assert picture_arguments(SD15, request) == {}
    assert prompt_picture(SD15, request) is None
    kontext = row_of(Family.FLUX1, Variant.EDIT)
    assert picture_arguments(kontext, request)["image"].size == (48, 32)


def test_models_that_only_edit_are_given_a_sheet() -> None:
    row = row_of(Family.QWEN_IMAGE, Variant.EDIT)
    sheet = prompt_picture(row, PaintRequest(32, 48, 1))
    assert sheet.size == (48, 32)
    assert np.asarray(sheet).min() == 255


def test_a_processor_without_torchvision(tmp_path: Path) -> None:
    tokenizer = tiny_texts.qwen_tokenizer()
    folder = tiny_pipelines.folder("qwen-image-edit") / "processor"
    processor = picture_processor(folder, tokenizer)
    assert isinstance(processor, PictureProcessor)
    image = Image.fromarray(np.zeros((56, 56, 3), np.uint8))
    text = "<|vision_start|><|image_pad|><|vision_end|>night"
    told: Any = processor(text=[text], images=image, padding=True, return_tensors="pt")
    rows, columns = told["image_grid_thw"][0, 1:].tolist()
    pads = (told["input_ids"] == processor.image_token_id).sum().item()
    assert pads == rows * columns // 4
    assert picture_processor(tmp_path, tokenizer).image_processor is not None
