"""Scores on photographs that training never saw: those inside scikit-image's and scikit-learn's
wheels. ``python -m training.evaluate CHECKPOINT…``"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from numpy.typing import NDArray
from PIL import Image

from .checkpoints import load
from .degrade import Levels, degraded, reduced
from .networks import Network

HELD_OUT = ("astronaut", "coffee", "flower", "camera", "grass", "text")
_TROUBLES = (
    Levels(0.3, 0.0, 0.0),
    Levels(0.6, 0.0, 0.0),
    Levels(0.0, 0.6, 0.0),
    Levels(0.0, 0.9, 0.0),
    Levels(0.0, 0.0, 0.6),
    Levels(0.2, 0.5, 0.0),
    Levels(0.0, 0.0, 0.0),
)


def photographs(folder: Path | None = None) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Name and (height, width, 3), sides divisible by 4. ``flower`` lies in ``folder`` as PNG where
    scikit-learn is not installed."""
    from skimage import data  # pyright: ignore[reportMissingImports]

    for name in HELD_OUT:
        if name == "flower":
            if folder is None or not (folder / "flower.png").exists():
                continue
            pixels = np.asarray(Image.open(folder / "flower.png").convert("RGB"))
        else:
            pixels = getattr(data, name)()
        if pixels.ndim == 2:
            pixels = np.repeat(pixels[..., None], 3, axis=2)
        height, width = (side // 4 * 4 for side in pixels.shape[:2])
        yield name, np.ascontiguousarray(pixels[:height, :width, :3])


def luma(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """BT.601 studio range, as the literature scores it."""
    return 16.0 + pixels.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255.0


def psnr(result: NDArray[np.uint8], truth: NDArray[np.uint8], border: int) -> float:
    inner = slice(border, -border or None)
    error = luma(result)[inner, inner] - luma(truth)[inner, inner]
    return float(10.0 * np.log10(255.0**2 / np.mean(error**2)))


def run(
    network: Network, pixels: NDArray[np.uint8], levels: Levels | None = None
) -> NDArray[np.uint8]:
    given = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 255.0
    told = torch.tensor([levels.told()]) if levels is not None else None
    with torch.no_grad():
        result = network(given.contiguous(memory_format=torch.channels_last), told)
    values = result[0].permute(1, 2, 0).clamp(0.0, 1.0).numpy() * 255.0
    return np.rint(values).astype(np.uint8)


def score_enlarging(network: Network, folder: Path | None) -> str:
    scale, parts, gains = network.plan.scale, [], []
    for name, truth in photographs(folder):
        small = reduced(truth, scale)
        size = truth.shape[1], truth.shape[0]
        cubic = np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC))
        before, after = psnr(cubic, truth, scale), psnr(run(network, small), truth, scale)
        gains.append(after - before)
        parts.append(f"{name} {before:.2f}→{after:.2f}")
    return f"{float(np.mean(gains)):+.3f} dB  " + "  ".join(parts)


def score_restoring(network: Network, folder: Path | None) -> str:
    lines = []
    for levels in _TROUBLES:
        pairs = []
        for name, truth in photographs(folder):
            crop = truth[:384, :384]
            damaged = degraded(np.random.default_rng(len(name)), crop, levels)
            pairs.append((psnr(damaged, crop, 2), psnr(run(network, damaged, levels), crop, 2)))
        before, after = np.minimum(np.array(pairs), 99.0).mean(axis=0)
        lines.append(f"{levels}: {before:.2f} → {after:.2f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for path in arguments.checkpoints:
        state = load(path)
        score = score_restoring if state.plan.scale == 1 else score_enlarging
        print(path.stem, state.step, score(state.averaged(), arguments.pictures))  # noqa: T201


if __name__ == "__main__":
    main()
