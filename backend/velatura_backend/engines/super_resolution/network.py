"""A loaded network as a component that can be kept, moved and stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from .tiles import Planes

if TYPE_CHECKING:
    from spandrel import ModelDescriptor


class NetworkModule(nn.Module):
    """``network`` is registered as a part of it, so that moving this moves the weights."""

    def __init__(self, descriptor: ModelDescriptor) -> None:
        super().__init__()
        self.network = descriptor.model
        self.descriptor = descriptor

    @property
    def tiles(self) -> bool:
        """Whether it may see a picture in parts. Some do so by themselves, some must see it all."""
        return self.descriptor.tiling.name == "SUPPORTED"

    def answer(self, planes: Planes, mask: Planes | None, check: Callable[[], None]) -> Planes:
        """``planes`` (channels, height, width); ``mask`` (1, height, width), 0 or 1, for those that
        fill. ``check`` raises to stop: it is asked before each layer.

        :raises MemoryError: or torch's own, when the device has no room
        """
        with ExitStack() as stack, torch.inference_mode():
            for layer in self.network.modules():
                hook = layer.register_forward_pre_hook(_Asking(check))
                stack.callback(hook.remove)
            result = self.descriptor(
                *(self._tensor(each) for each in (planes, mask) if each is not None)
            )
            return result[0].float().cpu().numpy().astype(np.float32, copy=False)

    def _tensor(self, planes: Planes) -> torch.Tensor:
        weight = next(self.network.parameters())
        whole = torch.from_numpy(np.ascontiguousarray(planes))
        return whole[None].to(weight.device, weight.dtype)


class _Asking:
    """A forward pre-hook."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check

    def __call__(self, layer: nn.Module, inputs: Any) -> None:
        self._check()


def as_module(descriptor: ModelDescriptor, device: str) -> NetworkModule:
    """In half precision where the device gains by it and the network bears it."""
    module = NetworkModule(descriptor)
    half = device.startswith("cuda") and descriptor.supports_half
    return module.to(torch.float16 if half else torch.float32)
