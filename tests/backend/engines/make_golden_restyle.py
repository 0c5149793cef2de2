"""Writes restyle's golden picture anew. Look at it before committing it."""

from __future__ import annotations

from PIL import Image

from tests.backend.engines.test_restyle_engine import GOLDEN, golden_sheet


def main() -> None:
    Image.fromarray(golden_sheet()).save(GOLDEN)


if __name__ == "__main__":
    main()
