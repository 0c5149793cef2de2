"""Ways to enlarge, and what is to be enlarged."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.shared.engines import pixels, run_engine, working
from tests.benchmarks.shared.held_out import Picture

Enlarge = Callable[[Picture, int], Picture]


def by(how: Image.Resampling) -> Enlarge:
    def enlarge(picture: Picture, scale: int) -> Picture:
        size = picture.shape[1] * scale, picture.shape[0] * scale
        return np.asarray(Image.fromarray(picture).resize(size, how))

    return enlarge


def by_engine(**parameters: bool) -> Enlarge:
    def enlarge(picture: Picture, scale: int) -> Picture:
        done = run_engine("builtin_upscale", working(picture), parameters, scale=float(scale))
        assert isinstance(done.image, np.ndarray)
        return pixels(done.image)

    return enlarge


def restored_first(picture: Picture, scale: int) -> Picture:
    """As restoration comes, then as upscaling comes."""
    done = run_engine("builtin_restore", working(picture), {})
    assert isinstance(done.image, np.ndarray)
    return METHODS["built-in"](pixels(done.image), scale)


METHODS = {
    "bicubic": by(Image.Resampling.BICUBIC),
    "Lanczos": by(Image.Resampling.LANCZOS),
    "built-in": by_engine(),
    "built-in, no back-projection": by_engine(back_projection=False),
}


def reduced(
    picture: Picture, scale: int, how: Image.Resampling = Image.Resampling.BICUBIC
) -> Picture:
    size = picture.shape[1] // scale, picture.shape[0] // scale
    return np.asarray(Image.fromarray(picture).resize(size, how))


def worn(picture: Picture) -> Picture:
    """Noise of deviation 3, then JPEG of quality 80."""
    noise = np.random.default_rng(0).normal(0.0, 3.0, picture.shape)
    noisy = np.rint(np.clip(picture + noise, 0.0, 255.0)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noisy).save(file, "JPEG", quality=80)
    return np.asarray(Image.open(io.BytesIO(file.getvalue())))


def line_art(side: int = 480) -> Picture:
    """Ink lines, flat colours and lettering, drawn eight times as large and averaged: antialiased
    as paint programs do it."""
    random = np.random.default_rng(5)
    large = side * 8
    image = Image.new("RGB", (large, large), (250, 246, 236))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        centre = random.uniform(0, large, 2)
        corners = centre + random.uniform(-0.18 * large, 0.18 * large, (5, 2))
        points = [(float(x), float(y)) for x, y in corners]
        red, green, blue = (int(each) for each in random.integers(40, 240, 3))
        draw.polygon(points, fill=(red, green, blue))
        draw.line([*points, points[0]], fill=(24, 20, 30), width=22, joint="curve")
    for _ in range(10):
        x, y, radius = random.uniform(0, large, 3)
        box = [x - radius / 4, y - radius / 4, x + radius / 4, y + radius / 4]
        draw.ellipse(box, outline=(24, 20, 30), width=int(random.integers(8, 40)))
    return np.asarray(image.resize((side, side), Image.Resampling.BOX))
