"""Photographs that no network of ours was trained on, nor any other: those in the wheels of
scikit-image and scikit-learn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage import data
from skimage.metrics import structural_similarity
from sklearn.datasets import load_sample_image

Picture = NDArray[np.uint8]
"""(height, width, 3)"""

SCORED = ("astronaut", "coffee", "flower", "camera", "grass", "text")
MORE = ("chelsea", "china", "page", "brick", "rocket")


def photograph(name: str) -> Picture:
    """Sides divisible by 4; at most 640 pixels long."""
    if name in ("flower", "china"):
        pixels = np.asarray(load_sample_image(f"{name}.jpg"))
    else:
        pixels = getattr(data, name)()
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    height, width = (min(640, side) // 4 * 4 for side in pixels.shape[:2])
    return np.ascontiguousarray(pixels[:height, :width, :3])


def luma(picture: Picture) -> NDArray[np.float64]:
    """BT.601 in studio range, as the literature scores it."""
    return 16.0 + picture.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255.0


def scores(result: Picture, truth: Picture, border: int) -> tuple[float, float]:
    """PSNR and SSIM of the luma, without the border."""
    inner = slice(border, -border)
    first, second = luma(result)[inner, inner], luma(truth)[inner, inner]
    psnr = 10.0 * np.log10(255.0**2 / np.mean((first - second) ** 2))
    similarity = structural_similarity(
        first, second, data_range=255.0, gaussian_weights=True, sigma=1.5
    )
    return float(psnr), float(similarity)
