"""Troubles, and ways to be rid of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle

from tests.benchmarks.shared.engines import pixels, run_engine, working
from tests.benchmarks.shared.held_out import Picture


@dataclass(frozen=True)
class Trouble:
    """``noise``: deviation in 8-bit levels; ``quality`` of a JPEG, 0: none; ``blur``: deviation in
    pixels. The amounts are what a user who knows them would set."""

    name: str
    noise: float = 0.0
    quality: int = 0
    blur: float = 0.0

    @property
    def amounts(self) -> dict[str, float]:
        jpeg = 1.0 - ((self.quality - 10) / 85.0) ** (1 / 1.3) if self.quality else 0.0
        return {"denoise": self.noise / 50.0, "dejpeg": jpeg, "deblur": self.blur / 2.0}

    def on(self, picture: Picture) -> Picture:
        values = picture.astype(np.float64)
        if self.blur:
            values = ndimage.gaussian_filter(values, (self.blur, self.blur, 0))
        values += np.random.default_rng(1).normal(0.0, self.noise, picture.shape)
        damaged = np.rint(np.clip(values, 0.0, 255.0)).astype(np.uint8)
        if not self.quality:
            return damaged
        file = io.BytesIO()
        Image.fromarray(damaged).save(file, "JPEG", quality=self.quality)
        return np.asarray(Image.open(io.BytesIO(file.getvalue())))


TROUBLES = (
    Trouble("nothing wrong"),
    Trouble("noise 10", noise=10),
    Trouble("noise 25", noise=25),
    Trouble("JPEG 50", quality=50),
    Trouble("JPEG 20", quality=20),
    Trouble("blur 1", blur=1.0),
    Trouble("noise 10, JPEG 50", noise=10, quality=50),
    Trouble("blur 0.7, noise 5, JPEG 70", noise=5, quality=70, blur=0.7),
)

Restore = Callable[[Picture, Trouble], Picture]


def given(picture: Picture, trouble: Trouble) -> Picture:
    return picture


def total_variation(picture: Picture, trouble: Trouble) -> Picture:
    weight = max(trouble.noise, 4.0) / 255.0 * 0.9
    clean = denoise_tv_chambolle(picture / 255.0, weight=weight, channel_axis=2)
    return np.rint(np.clip(clean, 0.0, 1.0) * 255.0).astype(np.uint8)


def non_local_means(picture: Picture, trouble: Trouble) -> Picture:
    sigma = max(trouble.noise, 4.0) / 255.0
    clean = denoise_nl_means(
        picture / 255.0, 5, 6, h=0.8 * sigma, sigma=sigma, fast_mode=True, channel_axis=2
    )
    return np.rint(np.clip(clean, 0.0, 1.0) * 255.0).astype(np.uint8)


def built_in(picture: Picture, trouble: Trouble) -> Picture:
    return _by_engine(picture, {"measure": False, **trouble.amounts})


def built_in_measuring(picture: Picture, trouble: Trouble) -> Picture:
    """As it comes: noise and JPEG measured; nothing else knows of blur."""
    return _by_engine(picture, {"deblur": trouble.amounts["deblur"]})


def _by_engine(picture: Picture, parameters: dict[str, float]) -> Picture:
    done = run_engine("builtin_restore", working(picture), parameters)
    assert isinstance(done.image, np.ndarray)
    return pixels(done.image)


METHODS: dict[str, Restore] = {
    "given": given,
    "total variation": total_variation,
    "non-local means": non_local_means,
    "built-in, told": built_in,
    "built-in, measuring": built_in_measuring,
}
