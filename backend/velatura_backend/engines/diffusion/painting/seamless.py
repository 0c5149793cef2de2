"""Pictures whose borders join their opposites.

Convolutions are padded with what lies at the other end. Transformers look at everything at once and
know where the border is by its position alone: for them the picture is rolled on before each step,
so that no place stays the border for long, and rolled back after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .contract import Seamless
from .latents import PATCH, LatentSpace

_GOLDEN = 0.618034
"""Of the side, from step to step: the shares it leads to spread evenly however many steps there
are."""


@contextmanager
def circular(module: Any, borders: Seamless) -> Iterator[None]:
    """Meanwhile the convolutions of ``module`` see across the borders."""
    if borders is Seamless.NONE:
        yield
        return
    padded = [
        each
        for each in module.modules()
        if isinstance(each, torch.nn.Conv2d)
        and not isinstance(each.padding, str)
        and any(each.padding)
    ]
    for each in padded:
        # An instance's attribute goes before its class's method.
        each._conv_forward = _Across(each, borders)  # pyright: ignore[reportAttributeAccessIssue]
    try:
        yield
    finally:
        for each in padded:
            del each._conv_forward


@dataclass(frozen=True)
class _Across:
    convolution: torch.nn.Conv2d
    borders: Seamless

    def __call__(self, picture: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        own = self.convolution
        assert not isinstance(own.padding, str)
        down, right = own.padding
        picture = _pad(picture, (right, right, 0, 0), joined=self.borders is not Seamless.Y)
        picture = _pad(picture, (0, 0, down, down), joined=self.borders is not Seamless.X)
        return torch.nn.functional.conv2d(
            picture, weight, bias, own.stride, 0, own.dilation, own.groups
        )


def _pad(picture: Tensor, widths: tuple[int, int, int, int], *, joined: bool) -> Tensor:
    mode = "circular" if joined else "constant"
    return torch.nn.functional.pad(picture, widths, mode=mode)


@dataclass(frozen=True)
class Rolling:
    """``height`` and ``width`` of the grid."""

    space: LatentSpace
    height: int
    width: int
    borders: Seamless

    def turned(self, stepped: Tensor, step: int) -> Tensor:
        """What the model is shown before that step, as the scheduler sees latents."""
        return self._rolled(stepped, *self._offsets(step))

    def back(self, stepped: Tensor, step: int) -> Tensor:
        down, right = self._offsets(step)
        return self._rolled(stepped, -down, -right)

    def _offsets(self, step: int) -> tuple[int, int]:
        down = 0 if self.borders is Seamless.X else _offset(self.height, step)
        right = 0 if self.borders is Seamless.Y else _offset(self.width, step)
        return down, right

    def _rolled(self, stepped: Tensor, down: int, right: int) -> Tensor:
        if down == right == 0:
            return stepped
        grid = self.space.grid(stepped, self.height, self.width)
        return self.space.stepped(grid.roll((down, right), dims=(2, 3)))


def _offset(side: int, step: int) -> int:
    """A whole number of patches: half of one would be another picture to the model."""
    return int(side * (step * _GOLDEN % 1.0)) // PATCH * PATCH
