"""A photograph and an illustration of 12 megapixels, and a mask for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from skimage import data

WIDTH, HEIGHT = 4000, 3000

Picture = NDArray[np.uint8]
"""(HEIGHT, WIDTH, 4)"""


def photograph() -> Picture:
    """scikit-image's bundled ``coffee``, enlarged, with the noise of a sensor (sigma 2)."""
    enlarged = Image.fromarray(data.coffee()).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    noise = np.random.default_rng(0).normal(0.0, 2.0, (HEIGHT, WIDTH, 3))
    colours = np.clip(np.rint(np.asarray(enlarged) + noise), 0, 255).astype(np.uint8)
    return np.dstack([colours, np.full((HEIGHT, WIDTH), 255, np.uint8)])


def illustration() -> Picture:
    """Flat polygons with outlines; a few percent of it transparent."""
    random = np.random.default_rng(1)
    image = Image.new("RGBA", (WIDTH, HEIGHT), (240, 236, 224, 255))
    draw = ImageDraw.Draw(image)
    for _ in range(120):
        centre = random.uniform((0, 0), (WIDTH, HEIGHT))
        corners = centre + random.uniform(-500, 500, (int(random.integers(3, 8)), 2))
        points = [(float(x), float(y)) for x, y in corners]
        colour = (*(int(c) for c in random.integers(0, 256, 3)), 255)
        draw.polygon(points, fill=colour)
        draw.line([*points, points[0]], fill=(20, 20, 24, 255), width=6, joint="curve")
    draw.ellipse((300, 300, 1100, 1100), fill=(0, 0, 0, 0))
    return np.asarray(image)


def disc_mask(radius: int) -> NDArray[np.uint8]:
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    inside = (y - HEIGHT // 2) ** 2 + (x - WIDTH // 2) ** 2 < radius**2
    return np.where(inside, 255, 0).astype(np.uint8)
