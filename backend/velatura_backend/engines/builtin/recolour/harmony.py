"""New colours for a picture's palette: harmonies after hue templates (Cohen-Or et al., Color
Harmonization, SIGGRAPH 2006), and a given palette matched by lightness."""

from __future__ import annotations

import numpy as np

from .extraction import Palette
from .oklab import Doubles, fitted_chroma, from_oklab, to_oklab

_GOLDEN = 0.6180339887498949
_TEMPLATES: dict[str, tuple[float, ...]] = {
    "complementary": (0.0, 180.0),
    "analogous": (-35.0, 0.0, 35.0),
    "triadic": (0.0, 120.0, 240.0),
    "split": (0.0, 150.0, 210.0),
    "square": (0.0, 90.0, 180.0, 270.0),
    "single": (0.0,),
}
_KINDS = ("rotate", "complementary", "analogous", "triadic", "split", "square", "single")
_SPREAD_KEPT = 0.4
_LEAST_TURN = 0.1
_HUE_COUNTS = 0.25
_REPEAT = 0.02
_SKIP = 0.002


def harmonised(palette: Palette, kind: str, seed: int) -> Doubles:
    """(k, 3) encoded colours of the same lightness, so that contrast and its order stay.

    ``kind`` ``auto`` follows the seed: consecutive seeds go through the kinds. The seed also says
    how far the hues are turned.
    """
    chosen = _KINDS[seed % len(_KINDS)] if kind == "auto" else kind
    lab = palette.lab
    hue, chroma = np.arctan2(lab[:, 2], lab[:, 1]), np.hypot(lab[:, 1], lab[:, 2])
    turned = _new_hues(hue, palette.weights * chroma, chosen, _turn(seed))
    wanted = np.stack([lab[:, 0], chroma * np.cos(turned), chroma * np.sin(turned)], axis=1)
    return np.clip(from_oklab(fitted_chroma(_as_vivid(lab, wanted))), 0.0, 1.0)


def _turn(seed: int) -> float:
    """Radians, spread evenly over successive seeds, never next to nothing."""
    share = ((seed + 1) * _GOLDEN) % 1.0
    return 2 * np.pi * (_LEAST_TURN + (1 - 2 * _LEAST_TURN) * share)


def _new_hues(hue: Doubles, importance: Doubles, kind: str, turn: float) -> Doubles:
    if kind == "rotate" or not len(hue):
        return hue + turn
    first = hue[int(np.argmax(importance))]
    offsets = np.radians(_TEMPLATES[kind])
    relative = _wrapped(hue - first)
    away = _wrapped(relative[:, None] - offsets[None, :])
    nearest = np.abs(away).argmin(axis=1)
    rest = away[np.arange(len(hue)), nearest]
    return first + turn + offsets[nearest] + _SPREAD_KEPT * np.clip(rest, -0.6, 0.6)


def _wrapped(angle: Doubles) -> Doubles:
    return (angle + np.pi) % (2 * np.pi) - np.pi


def _as_vivid(before: Doubles, wanted: Doubles) -> Doubles:
    """Chroma between what it was and the same share of what its new hue can have: yellow that turns
    blue would else look dull, blue that turns yellow shrill."""
    share = _most_chroma(wanted) / np.maximum(_most_chroma(before), 1e-6)
    return np.concatenate(
        [wanted[:, :1], wanted[:, 1:] * np.sqrt(np.clip(share, 0.25, 2.5))[:, None]], axis=1
    )


def _most_chroma(lab: Doubles) -> Doubles:
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    direction = lab[:, 1:] / np.maximum(chroma, 1e-6)[:, None] * 0.45
    limit = fitted_chroma(np.concatenate([lab[:, :1], direction], axis=1))
    return np.hypot(limit[:, 1], limit[:, 2])


def matched(palette: Palette, given: Doubles, seed: int) -> Doubles:
    """For each of the palette's colours one of ``given`` ((m, 3) encoded), darker ones for darker
    ones; which of several hues, other seeds answer otherwise, every fourth one as it fits best."""
    order, lab = np.argsort(palette.lab[:, 0], kind="stable"), palette.lab
    ranks = np.argsort(to_oklab(given)[:, 0], kind="stable")
    cost = _costs(lab[order], to_oklab(given)[ranks], palette.weights[order], seed)
    chosen = np.empty(len(order), np.int64)
    chosen[order] = ranks[_rising(cost)]
    return given[chosen]


def _costs(own: Doubles, given: Doubles, weights: Doubles, seed: int) -> Doubles:
    turn = (seed % 4) * 2 * np.pi * _GOLDEN
    cosine, sine = np.cos(turn), np.sin(turn)
    a = given[:, 1] * cosine - given[:, 2] * sine
    b = given[:, 1] * sine + given[:, 2] * cosine
    light = _spread(own[:, 0])[:, None] - _spread(given[:, 0])[None, :]
    hue = (own[:, 1, None] - a) ** 2 + (own[:, 2, None] - b) ** 2
    return np.sqrt(weights)[:, None] * (light**2 + _HUE_COUNTS * hue)


def _spread(light: Doubles) -> Doubles:
    """Half as it is, half stretched to 0..1: a dark palette still has a lightest colour."""
    extent = float(np.ptp(light)) or 1.0
    return 0.5 * light + 0.5 * (light - light.min()) / extent


def _rising(cost: Doubles) -> list[int]:
    """The cheapest column for each row, columns never falling; using one twice costs a little,
    leaving one out less."""
    rows, columns = cost.shape
    best, back = np.full((rows, columns), np.inf), np.zeros((rows, columns), np.int64)
    best[0] = cost[0] + _SKIP * np.arange(columns)
    for row in range(1, rows):
        for column in range(columns):
            before = best[row - 1, : column + 1].copy()
            before += _SKIP * np.maximum(column - 1 - np.arange(column + 1), 0)
            before[column] += _REPEAT
            back[row, column] = int(np.argmin(before))
            best[row, column] = before[back[row, column]] + cost[row, column]
    best[-1] += _SKIP * np.arange(columns)[::-1]
    path = [int(np.argmin(best[-1]))]
    for row in range(rows - 1, 0, -1):
        path.append(int(back[row, path[-1]]))
    return path[::-1]
