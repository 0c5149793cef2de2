"""Writes the golden pictures anew. Look at them before committing them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from tests.backend.engines import test_vary_engines as vary
from tests.backend.engines.test_fill_engine import GOLDEN, filled, golden_task


def main() -> None:
    colours = np.clip(filled(golden_task())[..., :3], 0.0, 1.0)
    Image.fromarray((colours * 255.0 + 0.5).astype(np.uint8)).save(GOLDEN)
    for operation in vary.OPERATIONS:
        made = np.clip(vary.made(vary.golden_task(operation)).image[..., :3], 0.0, 1.0)
        path = vary.GOLDEN / f"{operation.value}.png"
        Image.fromarray((made * 255.0 + 0.5).astype(np.uint8)).save(path)


if __name__ == "__main__":
    main()
