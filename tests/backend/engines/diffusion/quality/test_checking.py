"""Every step over a large array can be stopped: looked at often, and what a look raises ends it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.diffusion.quality.canvas import canvas_of
from velatura_backend.engines.diffusion.quality.checking import Check, unchecked
from velatura_backend.engines.diffusion.quality.colour import matched
from velatura_backend.engines.diffusion.quality.enlarging import resized_part
from velatura_backend.engines.diffusion.quality.frames import scaled
from velatura_backend.engines.diffusion.quality.spreading import spread
from velatura_protocol.errors import Cancelled
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size

RANDOM = np.random.default_rng(0)
IMAGE = RANDOM.random((64, 48, 3), np.float32)
CROP = np.dstack([IMAGE, np.ones((64, 48), np.float32)])
HOLE = np.zeros((64, 48), bool)
HOLE[20:40, 10:30] = True


def cleared() -> np.ndarray:
    image = CROP.copy()
    image[:9, :, 3] = 0.0
    return image


def _matching(check: Check) -> object:
    shifted = (IMAGE * 0.8 + 0.1).astype(np.float32)
    return matched(shifted, IMAGE, HOLE, np.ones_like(HOLE), 1.0, check)


class Context:
    """Whose flag is looked at by ``check``."""

    threads = 1

    def __init__(self, check: Check) -> None:
        self.cancel = _Token(check)

    def wants_preview(self) -> bool:
        return False


class _Token(CancelToken):
    def __init__(self, check: Check) -> None:
        super().__init__(np.zeros(1, np.int64), 1)
        object.__setattr__(self, "_look", check)

    def check(self, phase: Phase) -> None:
        del phase
        self._look()  # pyright: ignore[reportAttributeAccessIssue]


def _reducing(check: Check) -> object:
    return resized_part(IMAGE, Size(24, 32), Rect(0, 0, 24, 32), Context(check))


STEPS: dict[str, tuple[Callable[[Check], object], int]] = {
    "canvas": (lambda check: canvas_of(CROP, check), 5),
    "canvas with holes": (lambda check: canvas_of(cleared(), check), 40),
    "scaled": (lambda check: scaled(IMAGE, Size(24, 32), check=check), 4),
    "spread": (lambda check: spread(IMAGE, HOLE.astype(np.float32), check), 40),
    "matched": (_matching, 10),
    "reduced": (_reducing, 3),
}


@pytest.mark.parametrize("name", STEPS)
def test_each_step_looks_often(name: str) -> None:
    work, least = STEPS[name]
    looks: list[int] = []
    work(lambda: looks.append(1))
    assert len(looks) >= least


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
def test_each_step_is_stopped_where_it_looks(name: str, at: float) -> None:
    work, _ = STEPS[name]
    looks: list[int] = []
    work(lambda: looks.append(1))
    last = round(at * (len(looks) - 1))
    seen = 0

    def stop() -> None:
        nonlocal seen
        if seen == last:
            raise Cancelled(phase="decoding")
        seen += 1

    with pytest.raises(Cancelled):
        work(stop)


def test_looking_changes_nothing() -> None:
    calls: list[int] = []
    np.testing.assert_array_equal(_matching(unchecked), _matching(lambda: calls.append(1)))
