"""Shifts that are known, taken back: by how much, and what is left at the outline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.shared.tables import table
from velatura_backend.engines.diffusion.quality.colour import matched

from .drifts import DRIFTS
from .grounds import BoolMask, Ground, Picture, decoded, grounds, new_thing
from .measures import difference, edge_step

_WORTH = 0.5
"""ΔE: what is less to begin with says nothing about a share that is taken back."""


@dataclass(frozen=True)
class Outcome:
    """ΔE2000 of low frequencies under the mask, of what was continued there and of the new thing in
    its middle; and across the outline, where ``own`` is what the unshifted picture has there."""

    ground: Ground
    drift: str
    shifted: Picture
    fitted: Picture
    continued: tuple[float, float]
    new: tuple[float, float]
    edge: tuple[float, float]
    own: float

    @property
    def removed(self) -> float:
        return 1.0 - self.continued[1] / self.continued[0]


def outcomes() -> Iterator[Outcome]:
    for ground in grounds():
        clean = decoded(ground.picture, ground.mask)
        thing = new_thing(ground.mask)
        for name, drift in DRIFTS.items():
            painted = drift(clean, ground.mask).astype(np.float32)
            known = np.ones_like(ground.mask)
            fitted = matched(painted, ground.picture, ground.mask, known)
            ways = (painted, fitted)
            continued = _pair(ways, clean, ground.mask & ~thing)
            new = _pair(ways, clean, thing)
            shown = [_shown(each, ground) for each in (painted, fitted, clean)]
            before, after, own = (edge_step(each, ground.mask) for each in shown)
            yield Outcome(
                ground, name, shown[0], shown[1], continued, new, (before, after), own
            )  # fmt: skip


def _pair(ways: tuple[Picture, Picture], clean: Picture, where: BoolMask) -> tuple[float, float]:
    before, after = ways
    return difference(before, clean, where), difference(after, clean, where)


def _shown(painted: Picture, ground: Ground) -> Picture:
    return np.where(ground.mask[..., None], painted, ground.picture).astype(np.float32)


def by_kind(found: list[Outcome]) -> str:
    rows: list[list[str]] = []
    for kind in ("smooth", "textured", "edges"):
        for drift in DRIFTS:
            own = [each for each in found if each.ground.kind == kind and each.drift == drift]
            rows.append([kind, drift, *_cells(own)])
    head = [
        "ground",
        "shift",
        "continued",
        "taken back",
        "worst",
        "new thing",
        "edge",
        "edge's own",
    ]
    return table(head, rows)


def _cells(own: list[Outcome]) -> list[str]:
    worth = [each.removed for each in own if each.continued[0] >= _WORTH]
    share = [f"{100 * np.mean(worth):.0f} %", f"{100 * min(worth):.0f} %"] if worth else ["", ""]
    pairs = [_arrow([getattr(each, name) for each in own]) for name in ("continued", "new", "edge")]
    return [pairs[0], *share, pairs[1], pairs[2], f"{np.mean([each.own for each in own]):.2f}"]


def _arrow(pairs: list[tuple[float, float]]) -> str:
    before, after = (np.mean([pair[side] for pair in pairs]) for side in (0, 1))
    return f"{before:.2f} → {after:.2f}"
