"""The map from latents to colours: right where latents are colours in disguise."""

from __future__ import annotations

import time
from typing import Any

import pytest

pytest.importorskip("diffusers")

import torch
from torch import Tensor

from velatura_backend.engines.diffusion.families.table import Packing
from velatura_backend.engines.diffusion.painting.latents import PlainSpace, patched
from velatura_backend.engines.diffusion.painting.previewing import measure

torch.set_num_threads(1)


class Disguised(PlainSpace):
    """Latents that are mixtures of the mean colours of 8 x 8 pixels; ``patches``: of 2 x 2."""

    def __init__(self, channels: int, *, patches: bool = False) -> None:
        super().__init__(16 if patches else 8)
        generator = torch.Generator().manual_seed(1)
        self.mixture = torch.randn(channels, 3, generator=generator)
        self.patches = patches

    def encode(self, vae: Any, picture: Tensor) -> Tensor:
        small = torch.nn.functional.avg_pool2d(picture, 8)
        grid = torch.einsum("kc,bchw->bkhw", self.mixture, small) + 0.3
        return patched(grid) if self.patches else grid


@pytest.mark.parametrize(("channels", "patches"), [(4, False), (16, False), (8, True)])
def test_what_is_linear_is_shown_as_it_is(channels: int, patches: bool) -> None:
    space = Disguised(channels, patches=patches)
    packing = Packing.NORMALISED_PATCHES if patches else Packing.PLAIN
    shown = measure(space, packing, None)
    picture = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(2))
    preview = shown.picture(space.encode(None, picture * 2 - 1))
    wanted = torch.nn.functional.avg_pool2d(picture, 8)[0].permute(1, 2, 0).numpy()
    assert preview.shape == wanted.shape
    assert abs(preview - wanted).max() < 0.01
    assert shown.channels == channels * (4 if patches else 1)


def test_it_is_measured_alike_each_time() -> None:
    one, two = (measure(Disguised(4), Packing.PLAIN, None) for _ in range(2))
    assert torch.equal(one.matrix, two.matrix)


def test_it_takes_next_to_nothing() -> None:
    """A megapixel's latents, in processor time, many times over what it takes."""
    shown = measure(Disguised(16), Packing.PLAIN, None)
    grid = torch.randn(1, 16, 128, 128)
    seconds = []
    for _ in range(20):
        began = time.process_time()
        shown.picture(grid)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.05
