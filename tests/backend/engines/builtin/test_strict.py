"""Kernels that know what a number is not."""

from __future__ import annotations

import numpy as np

from velatura_backend.engines.builtin.strict import strict


@strict
def _sound(values, out) -> None:
    for index in range(len(values)):
        out[index] = np.isfinite(values[index])


def test_what_is_not_finite_is_seen() -> None:
    values = np.array([0.0, np.nan, np.inf, -np.inf, 1e30], np.float32)
    out = np.empty(5, np.bool_)
    _sound(values, out)
    assert out.tolist() == [True, False, False, False, True]
