from __future__ import annotations

import pytest

from velatura_backend.engines.builtin.warm import warm_up


@pytest.fixture(scope="session")
def warm() -> None:
    """Kernels compiled, so that no test times the compiler."""
    warm_up()
