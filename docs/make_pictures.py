"""Makes the read me's picture with the real command: ``.venv/bin/python docs/make_pictures.py``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

_ROOT = Path(__file__).resolve().parent.parent
_DEMO = _ROOT / "installer" / "demo"
_TARGET = _ROOT / "docs" / "images" / "before_after.png"
_GAP = 8


def before_after() -> Image.Image:
    """The demo's photograph with the mask laid over it in red, beside what the fill made of it."""
    photo, mask = _DEMO / "photo.png", _DEMO / "mask.png"
    with tempfile.TemporaryDirectory() as folder:
        filled = Path(folder) / "after.png"
        command = [Path(sys.executable).parent / "velatura", "fill", photo, "--mask", mask]
        subprocess.run([*command, "--intent", "remove", "-o", filled], check=True)
        after = Image.open(filled).convert("RGB")
    before = Image.open(photo).convert("RGB")
    red = Image.new("RGB", before.size, (224, 48, 48))
    half = Image.open(mask).convert("L").point([value // 2 for value in range(256)])
    masked = Image.composite(red, before, half)
    return _beside(before, masked, after)


def _beside(*pictures: Image.Image) -> Image.Image:
    width, height = pictures[0].size
    step = width + _GAP
    sheet = Image.new("RGB", (step * len(pictures) - _GAP, height), "white")
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (place * step, 0))
    return sheet.resize((sheet.width * 2 // 3, sheet.height * 2 // 3), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    before_after().save(_TARGET, optimize=True)
