"""Painters whose every stroke is known: what surrounds them is tested against that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from velatura_backend.engines.base import EngineContext
from velatura_backend.engines.diffusion.painting.contract import (
    Notice,
    Painted,
    PaintEvent,
    PaintPreview,
    PaintProgress,
    PaintRequest,
    RgbImage,
    Traits,
)
from velatura_protocol.events import Phase

SMALL = Traits(
    multiple=16, native_area=64 * 64, min_area=48 * 48, max_area=96 * 96, min_side=32, max_side=128
)
"""Of a model taught on 64 x 64 pixels."""

SD15 = Traits(
    multiple=8, native_area=512**2, min_area=512**2, max_area=512 * 768, min_side=512, max_side=768
)
WIDE = Traits(
    multiple=16, native_area=1024**2, min_area=512**2, max_area=4 * 1024**2, min_side=256,
    max_side=2048,
)  # fmt: skip

Shade = Callable[[RgbImage], RgbImage]


def unchanged(image: RgbImage) -> RgbImage:
    return image


@dataclass
class KnownPainter:
    """Paints ``colour`` with the seed's noise as far as mask and strength let it, over what it is
    given; ``shade`` is done to all of it, as a decoder shifts everything."""

    traits: Traits = SMALL
    colour: tuple[float, float, float] = (0.8, 0.2, 0.2)
    noise: float = 0.0
    shade: Shade = unchanged
    steps: int = 4
    requests: list[PaintRequest] = field(default_factory=list)

    def paint(self, request: PaintRequest, context: EngineContext) -> Iterator[PaintEvent]:
        self._check(request)
        self.requests.append(request)
        for step in range(self.steps):
            context.cancel.check(Phase.STEPPING)
            yield PaintProgress(Phase.STEPPING, step / self.steps, step, self.steps)
            size = (request.height // 8, request.width // 8, 3)
            yield PaintPreview(np.full(size, 0.5, np.float32))
        yield Painted(self.shade(self._picture(request)), (Notice("painted", "once"),))

    def _picture(self, request: PaintRequest) -> RgbImage:
        random = np.random.default_rng(request.seed)
        shape = (request.height, request.width, 3)
        new = np.array(self.colour, np.float32) + self.noise * random.standard_normal(
            shape, np.float32
        )
        if request.image is None:
            return new.astype(np.float32)
        share = np.float32(request.strength)
        if request.mask is not None:
            share = share * request.mask[..., None]
        return (request.image + share * (new - request.image)).astype(np.float32)

    def _check(self, request: PaintRequest) -> None:
        """What every painter may rely on."""
        traits = self.traits
        assert request.height % traits.multiple == 0
        assert request.width % traits.multiple == 0
        assert min(request.height, request.width) >= traits.min_side
        if request.image is not None:
            assert request.image.shape == (request.height, request.width, 3)
            assert request.image.dtype == np.float32
            assert np.isfinite(request.image).all()
            assert -0.2 <= request.image.min() <= request.image.max() <= 1.2
        if request.mask is not None:
            assert request.mask.shape == (request.height, request.width)
            assert request.mask.dtype == np.float32
            assert 0.0 <= request.mask.min() <= request.mask.max() <= 1.0
        assert 0.0 < request.strength <= 1.0
