"""Every step over a large array can be stopped: looked at often, and what a look raises ends it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.diffusion.quality import colour
from velatura_backend.engines.diffusion.quality.canvas import all_finite, canvas_of, to_crop
from velatura_backend.engines.diffusion.quality.checking import Check, unchecked
from velatura_backend.engines.diffusion.quality.colour import matched
from velatura_backend.engines.diffusion.quality.enlarging import resized_part
from velatura_backend.engines.diffusion.quality.frames import (
    into_frame,
    mask_into_frame,
    scaled,
)
from velatura_backend.engines.diffusion.quality.grain import with_grain
from velatura_backend.engines.diffusion.quality.masks import denoise_mask
from velatura_backend.engines.diffusion.quality.plan import Edge, Frame
from velatura_backend.engines.diffusion.quality.spreading import spread
from velatura_backend.engines.diffusion.quality.tiles import with_tones_of
from velatura_backend.imaging import banded
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
    """Not counted anew: while a library is left alone, how often depends on how long it takes."""
    work, least = STEPS[name]
    last = round(at * (least - 1))
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


FRAME = Frame(Rect(0, 0, 48, 64), Size(37, 51), Size(48, 80))
MASK = (RANDOM.random((64, 48), np.float32) * HOLE).astype(np.float32)


def _lanes(check: Check) -> Lanes:
    return Lanes(1, _Token(check))


def _masking(check: Check) -> object:
    return denoise_mask(MASK, Edge(4.0, 9.0), _lanes(check))


def _graining(check: Check) -> object:
    noisy = IMAGE * np.float32(0.02) + np.float32(0.5)
    smooth = np.full_like(IMAGE, 0.5)
    known = np.ones((256, 192), np.bool_)
    pictures = [np.tile(each, (4, 4, 1)) for each in (smooth, noisy)]
    hole = np.kron(HOLE, np.ones((4, 4), np.bool_))
    return with_grain(*pictures, hole, known, 1.0, 3, _lanes(check)).image


def _large_matching(check: Check) -> object:
    """Larger than what is fitted on."""
    picture = np.tile(IMAGE, (2, 2, 1))[:123, :95]
    hole = np.kron(HOLE, np.ones((2, 2), np.bool_))[:123, :95]
    shifted = (picture * 0.8 + 0.1).astype(np.float32)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(colour, "_MOST_PIXELS", 1300)
        return matched(shifted, picture, hole, np.ones_like(hole), 1.0, check)


BANDED: dict[str, Callable[[Check], object]] = {
    **{name: work for name, (work, _) in STEPS.items() if not name.startswith("canvas")},
    "canvas": lambda check: canvas_of(CROP, check).colours,
    "canvas with holes": lambda check: canvas_of(cleared(), check).colours,
    "finite": lambda check: all_finite(np.where(CROP > 0.9, np.float32(np.nan), CROP), check),
    "crop": lambda check: to_crop(IMAGE, CROP[..., 3], 4, check),
    "grey crop": lambda check: to_crop(IMAGE, CROP[..., 3], 2, check),
    "enlarged": lambda check: scaled(IMAGE, Size(101, 97), check=check),
    "into a frame": lambda check: into_frame(FRAME, IMAGE, check),
    "mask into a frame": lambda check: mask_into_frame(FRAME, MASK, check),
    "denoise mask": _masking,
    "grain": _graining,
    "tones": lambda check: with_tones_of(IMAGE, IMAGE[::-1], check),
    "matched, large": _large_matching,
}


@pytest.mark.parametrize("name", BANDED)
def test_bands_change_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they are cut never shows; one band is what was done before there were any."""
    looks: list[list[int]] = [[], []]
    monkeypatch.setattr(banded, "_POLL_SECONDS", 60.0)  # only looks between bands are to count
    monkeypatch.setattr(banded, "BAND_PIXELS", 1 << 30)
    whole = np.asarray(BANDED[name](lambda: looks[0].append(1)))
    monkeypatch.setattr(banded, "BAND_PIXELS", 400)
    cut = np.asarray(BANDED[name](lambda: looks[1].append(1)))
    np.testing.assert_array_equal(cut, whole)
    assert len(looks[1]) > len(looks[0])
