"""Pictures as latents, and latents as each family's pipeline lays them out while it steps.

Between the two stands the *grid*: (1, channels, height, width) float32, normalised as the denoiser
expects it. Masks, noise and blending are thought of on the grid; what the pipeline takes and what
its scheduler sees are made from it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from ..families.table import FamilyRow, Packing

PATCH = 2


class LatentSpace(Protocol):
    """``factor``: pixels to a side of one place of the grid."""

    @property
    def factor(self) -> int: ...

    @property
    def frames(self) -> int:
        """How many pictures lie below one another in the grid's channels."""
        ...

    def encode(self, vae: Any, picture: Tensor) -> Tensor:
        """``picture`` (1, 3, height, width) in -1..1 → the grid."""
        ...

    def decode(self, vae: Any, grid: Tensor) -> Tensor:
        """The grid → (1, 3, height, width), nominally in -1..1."""
        ...

    def stepped(self, grid: Tensor) -> Tensor:
        """As the scheduler sees it."""
        ...

    def handed(self, grid: Tensor) -> Tensor:
        """As the pipeline's argument ``latents`` takes it."""
        ...

    def grid(self, stepped: Tensor, height: int, width: int) -> Tensor:
        """Back from what the scheduler saw; sizes of the grid."""
        ...

    def whole(self, grid: Tensor) -> Tensor:
        """The part of the grid that is the picture as a whole."""
        ...

    def layers(self, vae: Any, grid: Tensor) -> Iterator[Tensor]:
        """What the picture is made of, from bottom to top, as (1, 4, height, width), nominally in
        -1..1, alpha last; nothing, where it is in one piece."""
        ...


def latent_space(row: FamilyRow, layers: int = 0) -> LatentSpace:
    """``layers``: of a picture in layers; 0: as many as the family's usually have."""
    if row.packing is Packing.LAYERS:
        return LayerSpace(row.latent_factor, layers or row.layers)
    return _SPACES[row.packing](row.latent_factor)


@dataclass(frozen=True)
class PlainSpace:
    factor: int

    @property
    def frames(self) -> int:
        return 1

    def encode(self, vae: Any, picture: Tensor) -> Tensor:
        shift = vae.config.get("shift_factor") or 0.0
        return (_mode(vae, picture) - shift) * vae.config.scaling_factor

    def decode(self, vae: Any, grid: Tensor) -> Tensor:
        shift = vae.config.get("shift_factor") or 0.0
        return _decoded(vae, grid / vae.config.scaling_factor + shift)

    def stepped(self, grid: Tensor) -> Tensor:
        return grid

    def handed(self, grid: Tensor) -> Tensor:
        return self.stepped(grid)

    def grid(self, stepped: Tensor, height: int, width: int) -> Tensor:
        return stepped

    def whole(self, grid: Tensor) -> Tensor:
        return grid

    def layers(self, vae: Any, grid: Tensor) -> Iterator[Tensor]:
        return iter(())


class PatchSpace(PlainSpace):
    """A token for each 2 × 2 places, its numbers ordered by channel, row, column."""

    def stepped(self, grid: Tensor) -> Tensor:
        return patched(grid).flatten(2).transpose(1, 2)

    def grid(self, stepped: Tensor, height: int, width: int) -> Tensor:
        tokens = stepped.transpose(1, 2)
        return unpatched(tokens.unflatten(2, (height // PATCH, width // PATCH)))


class NormalisedPatchSpace(PlainSpace):
    """The grid's places are the patches themselves: their statistics are the VAE's."""

    def __init__(self, factor: int) -> None:
        super().__init__(factor * PATCH)

    def encode(self, vae: Any, picture: Tensor) -> Tensor:
        mean, deviation = _batch_statistics(vae)
        return (patched(_mode(vae, picture)) - mean) / deviation

    def decode(self, vae: Any, grid: Tensor) -> Tensor:
        mean, deviation = _batch_statistics(vae)
        return _decoded(vae, unpatched(grid * deviation + mean))

    def stepped(self, grid: Tensor) -> Tensor:
        return grid.flatten(2).transpose(1, 2)

    def handed(self, grid: Tensor) -> Tensor:
        return grid

    def grid(self, stepped: Tensor, height: int, width: int) -> Tensor:
        return stepped.transpose(1, 2).unflatten(2, (height, width))


class FrameSpace(PatchSpace):
    """A VAE of moving pictures: one frame, statistics for each channel in its configuration."""

    def encode(self, vae: Any, picture: Tensor) -> Tensor:
        latents = _mode(vae, picture.unsqueeze(2))[:, :, 0]
        mean, deviation = _channel_statistics(vae, latents)
        return (latents - mean) / deviation

    def decode(self, vae: Any, grid: Tensor) -> Tensor:
        mean, deviation = _channel_statistics(vae, grid)
        return _decoded(vae, (grid * deviation + mean).unsqueeze(2))[:, :, 0]


@dataclass(frozen=True)
class LayerSpace(FrameSpace):
    """Frames behind one another, their channels below one another in the grid. The VAE has alpha;
    the first frame is the picture as a whole, the ``count`` others are its layers."""

    count: int

    @property
    def frames(self) -> int:
        return self.count + 1

    def encode(self, vae: Any, picture: Tensor) -> Tensor:
        opaque = torch.ones_like(picture[:, :1])
        return super().encode(vae, torch.cat([picture, opaque], dim=1)).repeat(1, self.frames, 1, 1)

    def decode(self, vae: Any, grid: Tensor) -> Tensor:
        return super().decode(vae, self.whole(grid))[:, :3]

    def whole(self, grid: Tensor) -> Tensor:
        return grid.chunk(self.frames, dim=1)[0]

    def layers(self, vae: Any, grid: Tensor) -> Iterator[Tensor]:
        for each in grid.chunk(self.frames, dim=1)[1:]:
            yield super().decode(vae, each)

    def stepped(self, grid: Tensor) -> Tensor:
        stepped = super().stepped
        return torch.cat([stepped(each) for each in grid.chunk(self.frames, dim=1)], dim=1)

    def grid(self, stepped: Tensor, height: int, width: int) -> Tensor:
        back = super().grid
        frames = stepped.chunk(self.frames, dim=1)
        return torch.cat([back(each, height, width) for each in frames], dim=1)


_SPACES = {
    Packing.PLAIN: PlainSpace,
    Packing.PATCHES: PatchSpace,
    Packing.NORMALISED_PATCHES: NormalisedPatchSpace,
    Packing.FRAMES: FrameSpace,
}


def patched(grid: Tensor) -> Tensor:
    """(1, c, h, w) → (1, 4c, h/2, w/2); channels outermost, then the patch's rows."""
    return torch.nn.functional.pixel_unshuffle(grid, PATCH)


def unpatched(patches: Tensor) -> Tensor:
    return torch.nn.functional.pixel_shuffle(patches, PATCH)


def _mode(vae: Any, picture: Tensor) -> Tensor:
    """The likeliest latents instead of drawn ones: the same picture is the same latents."""
    encoded = vae.encode(picture.to(vae.device, vae.dtype))
    found = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded.latents
    return found.float()


def _decoded(vae: Any, latents: Tensor) -> Tensor:
    return vae.decode(latents.to(vae.device, vae.dtype), return_dict=False)[0].float()


def _batch_statistics(vae: Any) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel of a patch, as FLUX.2's VAE learnt them."""
    mean = vae.bn.running_mean.float().view(1, -1, 1, 1)
    variance = vae.bn.running_var.float().view(1, -1, 1, 1)
    return mean, torch.sqrt(variance + vae.config.batch_norm_eps)


def _channel_statistics(vae: Any, like: Tensor) -> tuple[Tensor, Tensor]:
    def channels(values: list[float]) -> Tensor:
        return torch.tensor(values, device=like.device).view(1, -1, 1, 1)

    return channels(vae.config.latents_mean), channels(vae.config.latents_std)
