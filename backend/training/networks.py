"""The networks, in torch: a trunk of residual pairs of 3x3 convolutions, small enough for a laptop.

Leaky ReLU, not PReLU: onnxruntime fuses it into the convolution before it. Convolutions are padded
here and not in the exported graph, where tiles bring their own surroundings; the loss leaves out
the border.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from torch import Tensor, nn  # pyright: ignore[reportMissingImports]
from torch.nn import functional  # pyright: ignore[reportMissingImports]

SLOPE = 0.1


@dataclass(frozen=True)
class Plan:
    """``scale`` 1 restores: pixels are folded 2x2 into channels and ``maps`` levels (noise, JPEG,
    blur; 0..1) go in beside them. Otherwise enlarges by ``scale``."""

    name: str
    channels: int
    pairs: int
    scale: int = 2
    maps: int = 0
    warm: str | None = None
    """The network whose trunk this one starts from."""

    @property
    def fold(self) -> int:
        return 2 if self.scale == 1 else 1


PLANS = {
    plan.name: plan
    for plan in (
        Plan("fast2", 32, 4),
        Plan("fast4", 32, 4, scale=4, warm="fast2"),
        Plan("best2", 48, 7),
        Plan("best4", 48, 7, scale=4, warm="best2"),
        Plan("restore", 48, 5, scale=1, maps=3),
    )
}


class Pair(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        for each in (self.first, self.second):
            nn.init.kaiming_normal_(each.weight, a=SLOPE)
            nn.init.zeros_(each.bias)  # type: ignore[arg-type]
        self.second.weight.data.mul_(0.3)

    def forward(self, features: Tensor) -> Tensor:
        inner = functional.leaky_relu(self.first(features), SLOPE)
        return functional.leaky_relu(features + self.second(inner), SLOPE)


class Network(nn.Module):
    """Colours (batch, 3, height, width) in 0..1 → (batch, 3, height·scale, width·scale)."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        fold = plan.fold
        self.head = nn.Conv2d(3 * fold * fold + plan.maps, plan.channels, 3, padding=1)
        self.trunk = nn.Sequential(*(Pair(plan.channels) for _ in range(plan.pairs)))
        grow = fold * plan.scale
        self.tail = nn.Conv2d(plan.channels, 3 * grow * grow, 3, padding=1)
        nn.init.kaiming_normal_(self.head.weight, a=SLOPE)
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)  # type: ignore[arg-type]
        if plan.scale > 1:
            self.register_buffer("cubic", cubic_kernel(plan.scale), persistent=False)

    def forward(self, colours: Tensor, levels: Tensor | None = None) -> Tensor:
        plan = self.plan
        inner = functional.pixel_unshuffle(colours - 0.5, plan.fold)
        if levels is not None:
            maps = levels[:, :, None, None].expand(-1, -1, *inner.shape[2:])
            inner = torch.cat([inner, maps], 1)
        inner = functional.leaky_relu(self.head(inner), SLOPE)
        change = self.tail(self.trunk(inner))
        return self._plain(colours) + functional.pixel_shuffle(change, plan.fold * plan.scale)

    def _plain(self, colours: Tensor) -> Tensor:
        """What the network's answer is added to: the picture itself, enlarged where asked."""
        if self.plan.scale == 1:
            return colours
        batch, _, height, width = colours.shape
        single = functional.pad(colours.reshape(-1, 1, height, width), (2, 2, 2, 2), "replicate")
        grown = functional.conv2d(single, self.cubic)  # type: ignore[arg-type]
        scale = self.plan.scale
        return functional.pixel_shuffle(grown.reshape(batch, -1, height, width), scale)


def cubic_kernel(scale: int) -> Tensor:
    """(scale², 1, 5, 5): bicubic enlargement (Keys, a = -0.5), a filter for each place in the
    pixel, in pixel shuffle's order."""
    places = (np.arange(scale) + 0.5) / scale - 0.5
    distance = np.abs(np.arange(-2, 3)[None, :] - places[:, None])
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1.0
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4.0 * distance + 2.0
    taps = np.where(distance <= 1.0, near, np.where(distance < 2.0, far, 0.0))
    kernel = taps[:, None, :, None] * taps[None, :, None, :]
    return torch.from_numpy(kernel.reshape(scale * scale, 1, 5, 5).astype(np.float32))
