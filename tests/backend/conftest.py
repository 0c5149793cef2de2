from __future__ import annotations

from pathlib import Path

import pytest

from tests.backend.live import served


@pytest.fixture
async def backend(tmp_path: Path):
    """A backend with the inline executor."""
    async with served(tmp_path) as backend:
        yield backend
