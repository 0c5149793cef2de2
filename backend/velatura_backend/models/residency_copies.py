"""One module's tensors: what they weigh, what they are, and where they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

_SAMPLES = 64
"""Values of each tensor that go into a fingerprint; equality is then decided by all of them."""


def loaded(load: Callable[[], Module]) -> Module:
    """What ``load`` returns, its weights ordinary tensors whoever calls: those made in inference
    mode could be used in no other and moved in none."""
    import torch

    with torch.inference_mode(False):
        return load().requires_grad_(False)


def bytes_of(module: Module) -> int:
    return sum(each.numel() * each.element_size() for each in _tensors(module))


def fingerprint(module: Module) -> str:
    """Of class, configuration and a sample of every tensor: equal modules have equal ones."""
    import torch

    digest = blake2b(digest_size=16)
    digest.update(f"{type(module).__qualname__} {getattr(module, 'config', '')}".encode())
    for name, tensor in _named(module):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        flat = tensor.detach().reshape(-1)
        sample = flat[:: max(1, flat.numel() // _SAMPLES)].to("cpu").contiguous()
        digest.update(sample.view(torch.uint8).numpy().tobytes() if sample.numel() else b"")
    return digest.hexdigest()


@dataclass(frozen=True)
class HostCopy:
    """A module's tensors as they were loaded, so that leaving a device copies nothing back.

    The tensor objects stay the same wherever their data lie, so adapters that were wrapped around
    them meanwhile do not matter; what adapters added themselves is moved beside.
    """

    pairs: tuple[tuple[Tensor, Tensor], ...]
    """Tensor object → its data in the host's memory."""

    @classmethod
    def of(cls, module: Module) -> HostCopy:
        return cls(tuple((each, each.data) for each in _tensors(module)))

    def to_device(self, module: Module, device: str, check: Callable[[], None]) -> None:
        """``check`` is called between tensors: gigabytes take longer than a cancel may."""
        import torch

        try:
            with torch.inference_mode(False):
                for tensor, data in self.pairs:
                    check()
                    tensor.data = data.to(device, copy=True)
                module.to(device)
        except BaseException:
            self.to_host(module)
            raise

    def to_host(self, module: Module) -> None:
        import torch

        with torch.inference_mode(False):
            for tensor, data in self.pairs:
                tensor.data = data
            module.to("cpu")

    def equals(self, module: Module) -> bool:
        """Whether every value is the same; both are in the host's memory."""
        import torch

        others = tuple(_tensors(module))
        return len(others) == len(self.pairs) and all(
            torch.equal(data, other.data)
            for (_, data), other in zip(self.pairs, others, strict=True)
        )


def _tensors(module: Module) -> Iterator[Tensor]:
    yield from module.parameters()
    yield from module.buffers()


def _named(module: Module) -> Iterator[tuple[str, Tensor]]:
    yield from module.named_parameters()
    yield from module.named_buffers()
