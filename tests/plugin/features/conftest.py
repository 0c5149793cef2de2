from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.plugin.desk import desk
from tests.plugin.features.retouching import Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    with desk() as plugin:
        yield Bench(plugin)
