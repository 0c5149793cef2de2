"""``python -m velatura_backend.engines.builtin.restyle.gallery.make``: paints the gallery anew.

Writes the paintings beside this module and the thumbnails that panels show.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyvips

from velatura_protocol.geometry import Size

from .....imaging.resize import resize
from ....base import CancelToken, FloatImage
from ...patchmatch.lanes import Lanes
from ..paint.easel import Easel
from ..paint.guide import reduced
from ..paint.media import PAINTERS
from .motif import motif
from .palettes import PALETTES

SIDE, THUMBNAIL = 512, 96
_SEED = 7
_MOST_BYTES = 100_000
_PAINTINGS = Path(__file__).with_name("paintings")
_THUMBNAILS = Path(__file__).parents[3] / "pictures" / "builtin_restyle"


def main() -> None:
    for folder in (_PAINTINGS, _THUMBNAILS):
        folder.mkdir(parents=True, exist_ok=True)
    with Lanes(2, CancelToken(np.zeros(1, np.int64), 1)) as lanes:
        for medium in PAINTERS:
            whole = painted(medium, SIDE, 1.0, lanes)
            (_PAINTINGS / f"{medium}.webp").write_bytes(_encoded(whole, ".webp", _MOST_BYTES))
            # Twice the size of a thumbnail, with marks that still show when it is halved.
            sketch = painted(medium, 2 * THUMBNAIL, 0.85, lanes)
            small = resize(sketch, Size(THUMBNAIL, THUMBNAIL))
            # The Qt of Krita reads no WebP.
            (_THUMBNAILS / f"{medium}.jpg").write_bytes(_encoded(small, ".jpg", 8_000))


def painted(medium: str, side: int, unit: float, lanes: Lanes) -> FloatImage:
    """The motif in that medium, (side, side, 4)."""
    picture = np.ones((side, side, 4), np.float32)
    picture[..., :3] = motif(side, PALETTES[medium], _SEED)
    easel = Easel(reduced(picture, lanes), side, side, unit, 0.6, 0.5, _SEED, lanes)
    for canvas in PAINTERS[medium](easel):
        picture[..., :3] = canvas.colour
    return picture


def _encoded(picture: FloatImage, suffix: str, most: int) -> bytes:
    """As good as fits."""
    samples = np.rint(np.clip(picture[..., :3], 0.0, 1.0) * 255.0).astype(np.uint8)
    image = pyvips.Image.new_from_array(samples)
    for quality in range(90, 10, -5):
        data = image.write_to_buffer(suffix, Q=quality, keep="none")
        if len(data) <= most:
            return data
    raise AssertionError("no quality makes it small enough")


if __name__ == "__main__":
    main()
