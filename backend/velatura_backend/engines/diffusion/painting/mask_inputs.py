"""Further channels for models that were made to see what they are to leave.

They are joined to the denoiser's input just before it runs, so that the plain pipeline of the
family conducts these models as well: with its control networks, adapters and guidance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..families.table import MaskInput
from .latents import LatentSpace, patched


@dataclass(frozen=True)
class MaskedInput:
    """``mask``: (1, 1, height, width) in pixels, 1 = to paint. ``masked``: the grid of the picture
    with what is to be painted grey."""

    kind: MaskInput
    mask: Tensor
    masked: Tensor
    space: LatentSpace

    def channels(self) -> Tensor:
        """What is joined, laid out as the denoiser takes latents."""
        if self.kind is MaskInput.CHANNELS:
            return torch.cat([self._small_mask(), self.masked], dim=1)
        pixels = torch.nn.functional.pixel_unshuffle(self.mask, self.space.factor)
        mask = patched(pixels).flatten(2).transpose(1, 2)
        return torch.cat([self.space.stepped(self.masked), mask], dim=2)

    def _small_mask(self) -> Tensor:
        return torch.nn.functional.interpolate(self.mask, self.masked.shape[-2:], mode="nearest")


@contextmanager
def extra_channels(
    denoiser: Any, given: MaskedInput | None, shown: Callable[[Tensor], Tensor]
) -> Iterator[None]:
    """While it runs, ``denoiser`` is given these channels behind its own; None: nothing.
    ``shown``: how latents of that layout are shown to it at the moment."""
    if given is None:
        yield
        return
    joined_on = 1 if given.kind is MaskInput.CHANNELS else 2
    channels = given.channels().to(denoiser.dtype)

    def join(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        name = "sample" if given.kind is MaskInput.CHANNELS else "hidden_states"
        own: Tensor = kwargs[name] if name in kwargs else args[0]
        further = shown(channels).expand(own.shape[0], *channels.shape[1:])
        both = torch.cat([own, further], dim=joined_on)
        if name in kwargs:
            return args, kwargs | {name: both}
        return (both, *args[1:]), kwargs

    handle = denoiser.register_forward_pre_hook(join, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()
