"""Everything here needs a CUDA device; ``pytest tests/gpu``."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in (each for each in items if each.path.is_relative_to(HERE)):
        item.add_marker(pytest.mark.gpu)
        if not torch.cuda.is_available():
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))
