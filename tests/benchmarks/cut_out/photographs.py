"""Photographs to look at: nobody knows their true matte. ``python -m
tests.benchmarks.cut_out.photographs --out DIR``."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from skimage import data

from velatura_backend.engines.base import EngineResult, EngineTask
from velatura_backend.engines.builtin.cut_out.engine import CutOutEngine
from velatura_protocol.tasks import Intent, Operation

from .methods import Context

Floats = NDArray[np.float32]

_HEIGHT = 260

SELECTIONS: dict[str, list[tuple[int, int]]] = {
    "astronaut": [
        *((130, 200), (140, 30), (220, -5), (310, 20), (330, 150), (400, 200), (400, 330)),
        *((511, 400), (511, 511), (20, 511), (60, 300)),
    ],
    "coffee": [
        *((80, 180), (120, 60), (230, -10), (400, 20), (480, 120), (485, 260), (400, 370)),
        *((250, 395), (120, 330)),
    ],
    "chelsea": [(0, 0), (380, 0), (420, 100), (420, 299), (0, 299)],
}
"""Corners (x, y) as somebody in a hurry would put them."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.cut_out.photographs")
    parser.add_argument("--out", type=Path, required=True)
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_row(getattr(data, name)(), corners) for name, corners in SELECTIONS.items()]
    canvas = Image.new("RGB", (max(row.width for row in rows), len(rows) * (_HEIGHT + 4)))
    for index, row in enumerate(rows):
        canvas.paste(row, (0, index * (_HEIGHT + 4)))
    canvas.save(folder / "cut_out_photographs.webp", quality=80)


def _row(picture: NDArray[np.uint8], corners: list[tuple[int, int]]) -> Image.Image:
    """Selection, matte, on green, on black, the filled background."""
    image = np.ones((*picture.shape[:2], 4), np.float32)
    image[..., :3] = picture / np.float32(255)
    drawn = Image.new("L", (picture.shape[1], picture.shape[0]), 0)
    ImageDraw.Draw(drawn).polygon(corners, fill=255)
    selection = np.asarray(drawn, np.float32) / 255
    result = _cut(image, selection)
    assert result.mask is not None
    assert isinstance(result.image, np.ndarray)
    alpha, colours = result.mask[..., None], result.image[..., :3]
    shown = (
        image[..., :3] * (0.35 + 0.65 * selection[..., None]),
        np.repeat(alpha, 3, axis=2),
        colours * alpha + np.array((0.1, 0.9, 0.2), np.float32) * (1 - alpha),
        colours * alpha,
        result.layers[0].image[..., :3],
    )
    width = picture.shape[1] * _HEIGHT // picture.shape[0]
    row = Image.new("RGB", (len(shown) * (width + 4), _HEIGHT))
    for index, tile in enumerate(shown):
        small = Image.fromarray((np.clip(tile, 0, 1) * 255 + 0.5).astype(np.uint8))
        row.paste(
            small.resize((width, _HEIGHT), Image.Resampling.LANCZOS), (index * (width + 4), 0)
        )
    return row


def _cut(image: Floats, selection: Floats) -> EngineResult:
    task = EngineTask(
        Operation.CUT_OUT, Intent.NONE, image, selection, 0, parameters={"background": True}
    )
    result = list(CutOutEngine().run(task, Context()))[-1]
    assert isinstance(result, EngineResult)
    return result


if __name__ == "__main__":
    main()
