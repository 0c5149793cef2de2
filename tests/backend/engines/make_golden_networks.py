"""Writes the golden pictures of upscale and restoration anew. Look at them before committing."""

from __future__ import annotations

from PIL import Image

from tests.backend.engines import test_restore_engine, test_upscale_engine


def main() -> None:
    for module in (test_restore_engine, test_upscale_engine):
        Image.fromarray(module.golden_pixels()).save(module.GOLDEN)


if __name__ == "__main__":
    main()
