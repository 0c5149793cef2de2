"""Writes the golden picture anew. Look at it before committing it."""

from __future__ import annotations

import numpy as np
from PIL import Image

from tests.backend.engines.test_fill_engine import GOLDEN, filled, golden_task


def main() -> None:
    colours = np.clip(filled(golden_task())[..., :3], 0.0, 1.0)
    Image.fromarray((colours * 255.0 + 0.5).astype(np.uint8)).save(GOLDEN)


if __name__ == "__main__":
    main()
