"""Makes the read me's pictures with the real command: ``python docs/make_pictures.py``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

_ROOT = Path(__file__).resolve().parent.parent
_DEMO = _ROOT / "installer" / "demo"
_PHOTO, _MASK = _DEMO / "photo.png", _DEMO / "mask.png"
_TARGETS = _ROOT / "docs" / "images"
_GAP = 8
_CROP = (170, 117, 470, 417)
_WINDOW = 300
_CHEQUER = 12
_OPERATIONS = (
    ("restyle", "--style", "oil"),
    ("restyle", "--style", "watercolour"),
    ("restyle", "--style", "ink"),
    ("restyle", "--style", "halftone"),
    ("recolour", "--seed", "1"),
    ("cut_out", "--mask", str(_MASK), "--edge", "grow=6"),
)


def before_after() -> Image.Image:
    """The demo's photograph with the mask laid over it in red, beside what the fill made of it."""
    after = _made(("fill", "--mask", str(_MASK), "--intent", "remove")).convert("RGB")
    before = Image.open(_PHOTO).convert("RGB")
    red = Image.new("RGB", before.size, (224, 48, 48))
    half = Image.open(_MASK).convert("L").point([value // 2 for value in range(256)])
    masked = Image.composite(red, before, half)
    return _beside(before, masked, after)


def operations() -> Image.Image:
    """The same piece of the photograph after each operation, two rows of three."""
    sheet = Image.new("RGB", (3 * _WINDOW + 2 * _GAP, 2 * _WINDOW + _GAP), "white")
    for number, arguments in enumerate(_OPERATIONS):
        piece = _on_chequers(_made(arguments).convert("RGBA")).crop(_CROP)
        row, column = divmod(number, 3)
        sheet.paste(piece, (column * (_WINDOW + _GAP), row * (_WINDOW + _GAP)))
    return sheet


def _made(arguments: Sequence[str]) -> Image.Image:
    operation, *options = arguments
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.png"
        command = [Path(sys.executable).parent / "velatura", operation, _PHOTO, *options]
        subprocess.run([*command, "-o", made], check=True)
        return Image.open(made).copy()


def _on_chequers(picture: Image.Image) -> Image.Image:
    """What is transparent as editors show it."""
    columns, rows = (-(-side // _CHEQUER) for side in picture.size)
    squares = Image.new("L", (columns, rows))
    squares.putdata([160 + 60 * ((n % columns + n // columns) % 2) for n in range(columns * rows)])
    size = (columns * _CHEQUER, rows * _CHEQUER)
    ground = squares.resize(size, Image.Resampling.NEAREST).crop((0, 0, *picture.size))
    ground = ground.convert("RGBA")
    ground.alpha_composite(picture)
    return ground.convert("RGB")


def _beside(*pictures: Image.Image) -> Image.Image:
    width, height = pictures[0].size
    step = width + _GAP
    sheet = Image.new("RGB", (step * len(pictures) - _GAP, height), "white")
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (place * step, 0))
    return sheet.resize((sheet.width * 2 // 3, sheet.height * 2 // 3), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    before_after().save(_TARGETS / "before_after.png", optimize=True)
    operations().save(_TARGETS / "operations.webp", quality=88)
