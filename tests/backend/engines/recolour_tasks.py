"""Pictures and tasks for the tests of recolouring."""

from __future__ import annotations

import numpy as np

from tests.contracts.engine import (
    RecordingContext,
    result_of,
)
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin.recolour.engine import RecolourEngine
from velatura_backend.imaging.palettes import from_hex
from velatura_protocol.tasks import Intent, Operation

RED, BLUE, WHITE, GREEN = "#d02020", "#2040c0", "#f8f8f8", "#30a040"


def logo(side: int = 96, colours: tuple[str, ...] = (WHITE, RED, BLUE)):
    """Flat areas with anti-aliased edges, on a transparent rim; and where it is flat."""
    ys, xs = np.mgrid[:side, :side]
    values = from_hex(colours)
    image = np.ones((side, side, 4), np.float32)
    image[..., :3] = values[0]
    covers = []
    for colour, (y, x, r) in zip(values[1:], ((40, 36, 22), (56, 62, 20)), strict=False):
        cover = np.clip(r - np.hypot(ys - y, xs - x) + 0.5, 0, 1)[..., None]
        image[..., :3] = image[..., :3] * (1 - cover) + colour * cover
        covers.append(cover[..., 0])
    image[:6, :, 3] = 0.0
    image[6, :, 3] = 0.5
    flat = np.logical_and.reduce([(cover == 0) | (cover == 1) for cover in covers])
    return image, covers, flat


def recoloured(image, seed=0, images=None, mask=None, **parameters):
    shown = np.ones(image.shape[:2], np.float32) if mask is None else mask
    task = EngineTask(
        Operation.RECOLOUR, Intent.NONE, image, shown, seed, images or {}, parameters=parameters
    )
    return result_of(list(RecolourEngine().run(task, RecordingContext(previews=False)))).image


def grey_of(image):
    grey = image.copy()
    grey[..., :3] = (image[..., :3] @ np.array((0.2126, 0.7152, 0.0722), np.float32))[..., None]
    return grey


def is_near(image, colour, within=1e-6):
    return np.abs(image[..., :3] - from_hex((colour,))[0]).max(axis=-1) <= within
