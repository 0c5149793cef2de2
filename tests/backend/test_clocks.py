from __future__ import annotations

import time

from velatura_backend.clocks import SYSTEM


def test_the_system_s_own() -> None:
    assert abs(SYSTEM.wall() - time.time()) < 60
    assert abs(SYSTEM.steady() - time.monotonic()) < 60
