"""The picture and the mask of a request, on the grid of latents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..families.table import MaskInput
from ..loading.parts import Parts
from ..memory.caches import LatentCache, digest_of
from .contract import PaintRequest, RgbImage
from .hooks import checked
from .latents import LatentSpace
from .seamless import circular


@dataclass(frozen=True)
class Grids:
    """The picture and the mask on the grid of latents; ``masked``: the latents of what the model
    is to leave, for those that look at it."""

    original: Tensor | None
    mask: Tensor | None
    masked: Tensor | None


NOTHING = Grids(None, None, None)
"""Of a picture that is begun from noise alone."""


@dataclass(frozen=True)
class GridMaker:
    """``check`` raises to stop the VAE at its work; ``encoding`` is called when that begins."""

    request: PaintRequest
    parts: Parts
    space: LatentSpace
    cache: LatentCache
    check: Callable[[], None]
    encoding: Callable[[], None]

    def grids(self) -> Grids:
        image = self.request.image
        if image is None:
            return NOTHING
        original = self._latents(image, None)
        masked = None
        if self.parts.source.row.mask_input is not MaskInput.NONE:
            masked = self._latents(image, self.hard_mask())
        return Grids(original, self._mask(original), masked)

    def hard_mask(self) -> Tensor:
        """(1, 1, height, width): 1 wherever anything may change, everywhere without a mask."""
        if self.request.mask is None:
            shape = (1, 1, self.request.height, self.request.width)
            return torch.ones(shape, device=self._device)
        return (_plane(self.request.mask) > 0.0).float().to(self._device)

    def empty(self) -> Tensor:
        """Latents of a picture of which the model is to see nothing."""
        shape = (1, 3, self.request.height, self.request.width)
        with self.parts.use("vae") as parts, checked(parts["vae"], self.check):
            return self.space.encode(parts["vae"], torch.zeros(shape, device=self._device))

    @property
    def _device(self) -> str:
        return self.parts.source.device

    def _latents(self, image: RgbImage, hidden: Tensor | None) -> Tensor:
        """Of the picture, or of what is left of it where ``hidden`` is 1; of one that was seen
        before they are remembered."""
        source, mask = self.parts.source, self.request.mask
        of = digest_of(image), None if hidden is None or mask is None else digest_of(mask)
        key = (source.model.id, source.plan.tiled, self.request.seamless, hidden is None, of)

        def encoded() -> Tensor:
            with self.parts.use("vae") as parts, checked(parts["vae"], self.check):
                self.encoding()
                picture = self._tensor(image)
                seen = picture if hidden is None else picture * (1 - hidden)
                with circular(parts["vae"], self.request.seamless):
                    return self.space.encode(parts["vae"], seen)

        return self.cache.get(key, encoded)

    def _tensor(self, image: RgbImage) -> Tensor:
        planes = torch.from_numpy(np.ascontiguousarray(image, dtype=np.float32))
        return (planes.permute(2, 0, 1)[None] * 2 - 1).to(self._device)

    def _mask(self, grid: Tensor) -> Tensor | None:
        """The soft mask at each place of the grid: the mean of its pixels."""
        if self.request.mask is None:
            return None
        size = (grid.shape[-2], grid.shape[-1])
        small = torch.nn.functional.adaptive_avg_pool2d(_plane(self.request.mask), size)
        return small.clamp(0, 1).to(grid.device).expand_as(grid)


def _plane(mask: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(mask, dtype=np.float32))[None, None]
