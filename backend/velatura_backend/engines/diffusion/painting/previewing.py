"""Latents as a small picture, by the straight map that fits a model's own VAE best.

A map of numbers from latents to colours is good enough to see what becomes of a picture, at a
thousandth of what decoding costs. Published tables fit the published VAEs; here it is measured
once for each VAE, so that a fine-tuned or an unknown one looks right as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..families.table import Packing
from .contract import RgbImage
from .latents import LatentSpace, unpatched

_TILES = 12
"""Tiles to a side of the even part of the chart."""
_OCTAVES = 6
_RIDGE = 1e-2


@dataclass(frozen=True)
class PreviewMap:
    """``matrix``: (latent channels + 1, 3); the last row is added. ``channels``: of the grid,
    where it is in layers those of the picture as a whole."""

    matrix: Tensor
    patches: bool
    channels: int

    def picture(self, grid: Tensor) -> RgbImage:
        """(height, width, 3) in 0..1, a pixel for each place of the grid, or four where the grid's
        places are patches."""
        flat = _flat(grid, self.patches)
        matrix = self.matrix.to(flat.device)
        colours = torch.addmm(matrix[-1], flat.flatten(0, 1), matrix[:-1])
        return colours.view(*flat.shape[:2], 3).clamp(0, 1).cpu().numpy().astype(np.float32)


def measure(space: LatentSpace, packing: Packing, vae: Any) -> PreviewMap:
    """Encodes a chart of colours and fits the map to what came out (ridge regression)."""
    patches = packing is Packing.NORMALISED_PATCHES
    side = space.factor if not patches else space.factor // 2
    chart = _chart(2 * side)
    grid = space.whole(space.encode(vae, chart * 2 - 1))
    latents = _flat(grid, patches).flatten(0, 1).cpu().double()
    small = torch.nn.functional.avg_pool2d(chart, side)[0].permute(1, 2, 0)
    wanted = small.reshape(-1, 3).double()
    known = torch.cat([latents, torch.ones(len(latents), 1, dtype=torch.float64)], dim=1)
    ridge = _RIDGE * torch.eye(known.shape[1], dtype=torch.float64)
    matrix = torch.linalg.solve(known.T @ known + ridge, known.T @ wanted)
    return PreviewMap(matrix.float().to(grid.device), patches, grid.shape[1])


def _flat(grid: Tensor, patches: bool) -> Tensor:
    """(height, width, channels)."""
    return (unpatched(grid) if patches else grid)[0].permute(1, 2, 0).float()


def _chart(tile: int) -> Tensor:
    """(1, 3, side, 2 side): tiles of even colours that span the cube, and clouds beside them, for
    of even colours alone the map would not learn how latents tell texture from colour."""
    generator = torch.Generator("cpu").manual_seed(0)
    colours = torch.rand((1, 3, _TILES, _TILES), generator=generator)
    even = torch.nn.functional.interpolate(colours, scale_factor=float(tile), mode="nearest")
    return torch.cat([even, _clouds(even.shape[-1], generator)], dim=-1)


def _clouds(side: int, generator: torch.Generator) -> Tensor:
    """(1, 3, side, side): octaves whose contrast falls with their size, as photographs have it."""
    clouds = torch.full((1, 3, side, side), 0.5)
    for octave in range(_OCTAVES):
        drawn = torch.randn((1, 3, 3 << octave, 3 << octave), generator=generator)
        smooth = torch.nn.functional.interpolate(drawn, size=(side, side), mode="bicubic")
        clouds += 0.18 * 0.62**octave * smooth
    return clouds.clamp(0, 1)
