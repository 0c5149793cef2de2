"""Latents as pictures: in full by the model's VAE, and at a glance while they are denoised."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import numpy as np
from torch import Tensor

from velatura_protocol.errors import BadInput

from ...base import FloatImage
from ...resources import EngineResources
from ..loading.parts import Parts, residency_of
from ..loading.tiny_autoencoders import glanced, load_tiny
from .contract import Notice, PaintRequest, RgbImage
from .hooks import checked
from .latents import LatentSpace
from .previewing import PreviewMap, measure
from .seamless import circular

_log = logging.getLogger("velatura.worker")

_SHARE = 0.1
"""Of the time that previews by a network may take."""


class PreviewMaps:
    """The map of each model's VAE, by the model's id."""

    def __init__(self) -> None:
        self.maps: dict[str, PreviewMap] = {}


class Viewer:
    """``check`` raises to stop the VAE at its work."""

    def __init__(
        self,
        parts: Parts,
        space: LatentSpace,
        request: PaintRequest,
        resources: EngineResources,
        check: Callable[[], None],
    ) -> None:
        self._parts, self._space, self._request = parts, space, request
        self._resources, self._check = resources, check
        self._tiny: Any = None
        self._due = 0.0
        self.notices: tuple[Notice, ...] = ()

    def map(self) -> PreviewMap:
        """Measured once for each VAE."""
        maps = self._resources.keep.get(PreviewMaps, PreviewMaps).maps
        source = self._parts.source
        if source.model.id not in maps:
            with self._parts.use("vae") as parts, checked(parts["vae"], self._check):
                made = measure(self._space, source.row.packing, parts["vae"])
                maps[source.model.id] = made
        return maps[source.model.id]

    @contextmanager
    def glancing(self) -> Iterator[None]:
        """The tiny autoencoder that was asked for is at hand meanwhile. One that cannot be used is
        no reason not to paint: there is the map, and a notice."""
        with ExitStack() as stack:
            if self._request.previewer:
                self._tiny = self._placed(self._request.previewer, stack)
            try:
                yield
            finally:
                self._tiny = None

    def _placed(self, previewer: str, stack: ExitStack) -> Any:
        channels = self.map().channels
        try:
            model = self._resources.models.get(previewer)
            load = partial(load_tiny, model, channels)
            use = residency_of(self._resources).use(model.id, "tiny_vae", load, check=self._check)
            return stack.enter_context(use)
        except (BadInput, MemoryError) as error:
            _log.warning("previews without %s: %s", previewer, type(error).__name__)
            self.notices = (Notice("previewer_left_out", previewer),)
            return None

    def glance(self, grid: Tensor) -> RgbImage | None:
        """What one picture's latents look like; None: the network has looked a moment ago, and
        would take more than its share of the time."""
        if self._tiny is None:
            return self.map().picture(self._space.whole(grid))
        began = time.monotonic()
        if began < self._due:
            return None
        picture = glanced(self._tiny, grid)
        ended = time.monotonic()
        self._due = ended + (ended - began) / _SHARE
        return picture

    def decode(self, grids: Tensor, decoding: Callable[[], None]) -> list[RgbImage]:
        """One after the other: of all that a model does this takes the most memory. ``decoding`` is
        called when it begins."""
        with self._parts.use("vae") as parts, checked(parts["vae"], self._check):
            decoding()
            return [self._decoded(parts["vae"], each[None]) for each in grids]

    def decode_layers(self, grid: Tensor) -> tuple[FloatImage, ...]:
        """What the picture is made of, from bottom to top, (height, width, 4) each."""
        with self._parts.use("vae") as parts, checked(parts["vae"], self._check):
            vae = parts["vae"]
            with circular(vae, self._request.seamless):
                return tuple(self._layer(each[0]) for each in self._space.layers(vae, grid))

    def _layer(self, decoded: Tensor) -> FloatImage:
        self._check()
        layer = ((decoded + 1) / 2).permute(1, 2, 0).cpu().numpy().astype(np.float32)
        np.clip(layer[..., 3], 0.0, 1.0, out=layer[..., 3])
        return layer

    def _decoded(self, vae: Any, grid: Tensor) -> RgbImage:
        with circular(vae, self._request.seamless):
            picture = self._space.decode(vae, grid)[0]
        self._check()
        return ((picture + 1) / 2).permute(1, 2, 0).cpu().numpy().astype(np.float32)
