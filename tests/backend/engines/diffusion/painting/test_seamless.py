from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch

from tests.support import tiny_pipelines
from tests.support.painting_desk import painted, painter_of
from velatura_backend.engines.diffusion.families.table import ROWS
from velatura_backend.engines.diffusion.painting.contract import (
    PaintRequest,
    Sampling,
    Seamless,
    Wording,
)
from velatura_backend.engines.diffusion.painting.latents import latent_space
from velatura_backend.engines.diffusion.painting.seamless import Rolling, circular

# The library's own: it hands tensors to numpy as numpy 1 took them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def _convolution() -> torch.nn.Conv2d:
    torch.manual_seed(0)
    return torch.nn.Conv2d(1, 1, 3, padding=1)


@pytest.mark.parametrize(
    ("borders", "down", "right"),
    [(Seamless.X, 0, 3), (Seamless.Y, 2, 0), (Seamless.BOTH, 2, 3)],
)
def test_a_convolution_moves_with_the_picture(borders: Seamless, down: int, right: int) -> None:
    """Rolled by any offset, and filtered: the filtered picture, rolled."""
    convolution, picture = _convolution(), torch.rand(1, 1, 6, 8)
    with circular(convolution, borders):
        filtered = convolution(picture)
        rolled = convolution(picture.roll((down, right), (2, 3)))
    assert torch.allclose(rolled, filtered.roll((down, right), (2, 3)), atol=1e-6)


def test_a_border_that_is_not_to_join_stays_one() -> None:
    convolution, picture = _convolution(), torch.rand(1, 1, 6, 8)
    plain = convolution(picture)
    with circular(convolution, Seamless.X):
        joined = convolution(picture)
    assert torch.allclose(joined[..., 1:-1], plain[..., 1:-1], atol=1e-6)
    assert not torch.allclose(joined[..., :1], plain[..., :1])
    assert torch.equal(convolution(picture), plain)


@pytest.mark.parametrize("row", [row for row in ROWS if row.packing.value != "layers"],
                         ids=lambda row: row.title)  # fmt: skip
def test_what_is_rolled_comes_back(row) -> None:
    space = latent_space(row)
    stepped = space.stepped(torch.rand(1, 16, 6, 8))
    rolling = Rolling(space, 6, 8, Seamless.BOTH)
    offsets = set()
    for step in range(5):
        turned = rolling.turned(stepped, step)
        assert torch.equal(rolling.back(turned, step), stepped)
        offsets.add(rolling._offsets(step))
    assert (0, 0) in offsets
    assert len(offsets) > 2


def _jump(image: np.ndarray) -> float:
    """How much larger the step from the last column to the first is than those inside."""
    inside = np.abs(np.diff(image, axis=1)).mean()
    across = np.abs(image[:, -1] - image[:, 0]).mean()
    return float(across / inside)


@pytest.mark.parametrize("kind", ["sd15", "z-image", "flux1-fill"])
def test_painted_seamlessly(kind: str) -> None:
    painter = painter_of(tiny_pipelines.folder(kind))

    def made(borders: Seamless) -> np.ndarray:
        return painted(
            painter,
            PaintRequest(64, 96, 4, Wording("sand"), sampling=Sampling(4), seamless=borders),
        ).image

    joined, plain = made(Seamless.X), made(Seamless.NONE)
    assert np.isfinite(joined).all()
    assert not np.array_equal(joined, plain)
    if painter.row.convolves:  # a transformer of random weights paints noise either way
        assert _jump(joined) < _jump(plain)
    assert np.array_equal(made(Seamless.NONE), plain)
