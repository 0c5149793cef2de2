"""Weights in one byte each: whole numbers with a scale for each output channel.

Of what a layer computes, so many times its weights' own spread is off: 0.01, where the 8-bit floats
of the hardware (e4m3) are off by 0.03; and every device has whole numbers. Multiplied out as a
layer runs, in the type of what goes in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

_LARGEST = 127.0
Quantised = tuple[Tensor, Tensor]
"""Whole numbers of a weight's shape, and the scale of each of its rows."""


def quantised(weight: Tensor) -> Quantised:
    """Rows that are all zero have scale 1. What has the grid already comes back to the bit."""
    rows = weight.detach().float().flatten(1)
    largest = rows.abs().amax(dim=1)
    scale = torch.where(largest > 0, largest / _LARGEST, torch.ones_like(largest))
    steps = (rows / scale[:, None]).round().clamp(-_LARGEST, _LARGEST)
    return steps.to(torch.int8).view(weight.shape), scale


def multiplied_out(steps: Tensor, scale: Tensor, dtype: torch.dtype) -> Tensor:
    """The weight again; the product is rounded once."""
    shape = (-1, *(1,) * (steps.ndim - 1))
    return (steps.to(scale.dtype) * scale.view(shape)).to(dtype)


class EightBitLinear(nn.Linear):
    """Still a linear layer to whoever asks: adapters wrap it like any other."""

    scale: Tensor

    def forward(self, input: Tensor) -> Tensor:
        weight = multiplied_out(self.weight, self.scale, input.dtype)
        return nn.functional.linear(input, weight, _like(self.bias, input))


class EightBitConv2d(nn.Conv2d):
    scale: Tensor

    def forward(self, input: Tensor) -> Tensor:
        weight = multiplied_out(self.weight, self.scale, input.dtype)
        return self._conv_forward(input, weight, _like(self.bias, input))


_FORMS: dict[type[Any], type[Any]] = {nn.Linear: EightBitLinear, nn.Conv2d: EightBitConv2d}


def store_in_eight_bit(module: nn.Module, kept: Sequence[str]) -> None:
    """In place; layers whose names have one of the patterns ``kept`` in them stay as they are."""
    for name, layer in module.named_modules():
        form = _FORMS.get(type(layer))
        if form is None or any(re.search(each, name) for each in kept):
            continue
        weight: Tensor = layer.weight  # pyright: ignore[reportAssignmentType]
        steps, scale = quantised(weight)
        layer.weight = nn.Parameter(steps, requires_grad=False)
        layer.register_buffer("scale", scale)
        layer.__class__ = form


def _like(bias: Tensor | None, given: Tensor) -> Tensor | None:
    return None if bias is None else bias.to(given.dtype)
