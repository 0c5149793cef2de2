from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch

from tests.support import tiny_pipelines
from tests.support.painting_desk import Context, box_mask, painted, painter_of, picture
from velatura_backend.engines.diffusion.memory.mixing import mixed
from velatura_backend.engines.diffusion.memory.plan import Rung, plan_for
from velatura_backend.engines.diffusion.painting.contract import (
    Painted,
    PaintRequest,
    Sampling,
    Wording,
)

# The library's own: it hands tensors to numpy as numpy 1 took them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SLOW = {"qwen-image-edit", "qwen-image-edit-plus", "qwen-image-layered"}
KINDS = [kind for kind in tiny_pipelines.KINDS if kind not in SLOW]


@pytest.mark.parametrize("kind", KINDS)
def test_in_sixteen_bit_it_is_the_same_picture(kind: str) -> None:
    """As on an accelerator: denoiser and text encoders in 16 bit, the VAE in 32."""
    painter = painter_of(tiny_pipelines.folder(kind))
    request = PaintRequest(
        64, 96, 1, Wording("a disc"), image=picture(), mask=box_mask(),
        instruction=painter.traits.edits, sampling=Sampling(2),
    )  # fmt: skip
    last = list(painter._painted(request, Context(previews=False), plan_for(Rung.HALF, "cpu")))[-1]
    assert isinstance(last, Painted)
    assert last.image.dtype == np.float32
    assert np.abs(last.image - painted(painter, request).image).mean() < 0.01


def test_nothing_is_left_behind() -> None:
    class Network(torch.nn.Linear):
        dtype = torch.float16

        def encode(self, picture: torch.Tensor) -> torch.Tensor:
            return picture

    denoiser, vae = Network(2, 2), Network(2, 2)
    with mixed(denoiser, vae):
        assert vae.encode(torch.ones(1, 1, 2)).dtype is torch.float16
    assert "encode" not in vars(vae)
    assert not denoiser._forward_pre_hooks
