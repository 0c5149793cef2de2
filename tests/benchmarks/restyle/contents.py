"""What is restyled: photographs inside the wheels of scikit-image and scikit-learn, and a drawing.
They are looked at here and belong to no product."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from skimage import data
from sklearn.datasets import load_sample_image

from velatura_backend.engines.base import FloatImage

Picture = NDArray[np.uint8]
"""(height, width, 3)"""


def contents() -> Mapping[str, FloatImage]:
    pictures = {
        "astronaut": data.astronaut(),
        "coffee": data.coffee(),
        "chelsea": data.chelsea(),
        "pagoda": load_sample_image("china.jpg"),
        "rocket": data.rocket(),
        "flower": load_sample_image("flower.jpg"),
        "drawing": drawing(),
    }
    return {name: opaque(picture) for name, picture in pictures.items()}


def opaque(picture: Picture) -> FloatImage:
    colours = picture.astype(np.float32) / np.float32(255.0)
    return np.dstack([colours, np.ones(colours.shape[:2], np.float32)])


def enlarged(image: FloatImage, width: int, height: int) -> FloatImage:
    picture = Image.fromarray(shown(image)).resize((width, height), Image.Resampling.BICUBIC)
    return opaque(np.asarray(picture))


def shown(image: FloatImage) -> Picture:
    return np.rint(np.clip(image[..., :3], 0.0, 1.0) * 255.0).astype(np.uint8)


def drawing() -> Picture:
    """Flat colours with black outlines, 512²."""
    image = Image.new("RGB", (1024, 1024), (238, 232, 214))
    pen = ImageDraw.Draw(image)
    black = (20, 20, 30)
    pen.rectangle((0, 640, 1024, 1024), fill=(120, 170, 110))
    for corners, colour in (
        ([(0, 640), (300, 300), (560, 640)], (92, 110, 150)),
        ([(380, 640), (720, 240), (1024, 640)], (70, 88, 128)),
        ([(150, 520), (300, 390), (450, 520)], (96, 50, 48)),
    ):
        pen.polygon(corners, fill=colour)
        pen.line([*corners, corners[0]], fill=black, width=6, joint="curve")
    for box, colour in (
        ((180, 520, 420, 800), (214, 92, 70)),
        ((210, 560, 260, 620), (250, 240, 190)),
        ((340, 560, 390, 620), (250, 240, 190)),
        ((270, 660, 340, 800), (60, 40, 40)),
    ):
        pen.rectangle(box, fill=colour, outline=black, width=6)
    pen.ellipse((760, 80, 900, 220), fill=(250, 196, 70), outline=black, width=6)
    for number in range(14):
        foot = 480 + number * 40
        pen.line((foot, 1024, foot + 40 * (number % 3 - 1), 700), fill=(40, 90, 50), width=10)
    return np.asarray(image.resize((512, 512), Image.Resampling.LANCZOS))
