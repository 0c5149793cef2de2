"""Pictures and masks on the grid of latents, and what is remembered of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch

from tests.support import tiny_pipelines, tiny_vaes
from velatura_backend.engines.diffusion.families.table import row_of
from velatura_backend.engines.diffusion.loading.components import Source
from velatura_backend.engines.diffusion.loading.parts import Parts
from velatura_backend.engines.diffusion.memory.caches import LatentCache
from velatura_backend.engines.diffusion.painting.contract import PaintRequest, Seamless
from velatura_backend.engines.diffusion.painting.grids import GridMaker, Grids
from velatura_backend.engines.diffusion.painting.latents import latent_space
from velatura_backend.models.records import (
    Family,
    InstalledModel,
    ModelForm,
    ModelKind,
    Variant,
)

SIDE = 32


class OnlyVae:
    """Parts of which only the VAE is ever wanted; counts how often it is."""

    def __init__(self, variant: Variant) -> None:
        row = row_of(Family.SD15, variant)
        model = InstalledModel(
            "m", "m", ModelKind.CHECKPOINT, Family.SD15, tiny_pipelines.folder("sd15"),
            ModelForm.FOLDER, variant=variant,
        )  # fmt: skip
        self.source = Source(model, row, "cpu")
        torch.manual_seed(0)
        self.vae = tiny_vaes.vae()
        self.uses = 0

    @contextmanager
    def use(self, *names: str) -> Iterator[dict[str, Any]]:
        assert names == ("vae",)
        self.uses += 1
        with torch.inference_mode():
            yield {"vae": self.vae}


def request(seed: int = 0, **changes: Any) -> PaintRequest:
    image = np.random.default_rng(seed).random((SIDE, SIDE, 3), np.float32)
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[8:24, 8:20] = 0.5
    return replace(PaintRequest(SIDE, SIDE, seed=0, image=image, mask=mask), **changes)


def made(
    parts: OnlyVae, what: PaintRequest, cache: LatentCache, seen: Callable[[], None] = lambda: None
) -> Grids:
    space = latent_space(parts.source.row)
    maker = GridMaker(what, cast("Parts", parts), space, cache, lambda: None, seen)
    return maker.grids()


def test_without_a_picture_there_are_none() -> None:
    parts = OnlyVae(Variant.INPAINT)
    assert made(parts, request(image=None), LatentCache()) == Grids(None, None, None)
    assert parts.uses == 0


def test_the_soft_mask_is_the_mean_of_its_pixels() -> None:
    grids = made(OnlyVae(Variant.BASE), request(), LatentCache())
    assert grids.mask is not None
    assert grids.mask.shape == (1, 4, 4, 4)
    assert grids.mask[0, 0].tolist() == [
        [0, 0, 0, 0],
        [0, 0.5, 0.25, 0],
        [0, 0.5, 0.25, 0],
        [0, 0, 0, 0],
    ]
    assert grids.masked is None


def test_an_inpainting_model_is_shown_what_is_left() -> None:
    parts = OnlyVae(Variant.INPAINT)
    grids = made(parts, request(), LatentCache())
    assert grids.original is not None
    assert grids.masked is not None
    assert not torch.equal(grids.original, grids.masked)
    maker = GridMaker(
        request(), cast("Parts", parts), latent_space(parts.source.row), LatentCache(),
        lambda: None, lambda: None,
    )  # fmt: skip
    assert maker.hard_mask().mean() == 16 * 12 / SIDE**2
    assert maker.empty().shape == grids.masked.shape
    assert replace(maker, request=request(mask=None)).hard_mask().min() == 1


def test_an_unchanged_picture_is_encoded_once() -> None:
    parts, cache, times = OnlyVae(Variant.INPAINT), LatentCache(), list[int]()
    first = made(parts, request(), cache, lambda: times.append(0))
    second = made(parts, request(strength=0.5), cache, lambda: times.append(0))
    assert parts.uses == len(times) == 2
    assert second.original is first.original
    assert second.masked is first.masked


@pytest.mark.parametrize(
    ("changed", "uses"),
    [
        (request(seed=1), 2),
        (request(mask=np.eye(SIDE, dtype=np.float32)), 1),
        (request(seamless=Seamless.X), 2),
    ],
)
def test_what_changed_is_encoded_again(changed: PaintRequest, uses: int) -> None:
    """Of another mask alone, only what it leaves."""
    parts, cache = OnlyVae(Variant.INPAINT), LatentCache()
    made(parts, request(), cache)
    before = parts.uses
    made(parts, changed, cache)
    assert parts.uses - before == uses
