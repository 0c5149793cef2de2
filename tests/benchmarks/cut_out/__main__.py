"""``python -m tests.benchmarks.cut_out --out DIR``: figures on stdout, pictures in DIR."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.shared.tables import table
from velatura_backend.engines.builtin.warm import warm_up

from .held_out import held_out_cases
from .measures import Quality, measure
from .methods import METHODS, Timed, timed
from .subjects import Case, cases

_TILE = 200
SETS = {"drawn": cases, "held_out": held_out_cases}


def main() -> None:
    options = _options()
    names = [name for name in METHODS if not options.only or name == options.only]
    warm_up()
    done: dict[str, list[tuple[Case, Timed, Quality]]] = {name: [] for name in names}
    for case in SETS[options.set]():
        for name in names:
            result = timed(METHODS[name], case)
            alpha, colours = result.cut
            done[name].append((case, result, measure(alpha, case.alpha, colours, case.colours)))
            print(_row(f"{case.name}, {name}", [done[name][-1][2]], [result]), flush=True)
    print("\n" + table(_HEAD, [_cells(name, *_columns(each)) for name, each in done.items()]))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        sheet(done).save(options.out / f"cut_out_{options.set}.webp", quality=80)


_HEAD = ("way", "SAD", "MSE", "gradient", "fringe", "seconds", "CPU seconds")


def _columns(
    results: Sequence[tuple[Case, Timed, Quality]],
) -> tuple[list[Quality], list[Timed]]:
    return [quality for _, _, quality in results], [duration for _, duration, _ in results]


def _cells(name: str, qualities: Sequence[Quality], durations: Sequence[Timed]) -> list[str]:
    columns = [[getattr(each, field) for each in qualities] for field in _HEAD_FIELDS]
    columns += [[each.seconds for each in durations], [each.cpu for each in durations]]
    return [name, *(f"{np.mean(values):.2f} / {max(values):.2f}" for values in columns)]


_HEAD_FIELDS = ("sad", "mse", "gradient", "fringe")


def _row(name: str, qualities: Sequence[Quality], durations: Sequence[Timed]) -> str:
    return "| " + " | ".join(_cells(name, qualities, durations)) + " |"


def sheet(done: dict[str, list[tuple[Case, Timed, Quality]]]) -> Image.Image:
    """A row a subject: the picture with the selection, the true cut-out on green, then each way."""
    rows = len(next(iter(done.values())))
    canvas = Image.new("RGB", ((2 + len(done)) * (_TILE + 4), rows * (_TILE + 16)), (28, 28, 28))
    pen = ImageDraw.Draw(canvas)
    for row in range(rows):
        case = next(iter(done.values()))[row][0]
        tiles = {case.name: _selected(case), "truth": _over(case.alpha, case.colours)}
        tiles |= {name: _over(*each[row][1].cut) for name, each in done.items()}
        for column, (label, picture) in enumerate(tiles.items()):
            place = (column * (_TILE + 4), row * (_TILE + 16) + 14)
            canvas.paste(picture.resize((_TILE, _TILE), Image.Resampling.LANCZOS), place)
            pen.text((place[0] + 2, place[1] - 13), label, fill=(255, 220, 0))
    return canvas


def _over(alpha: np.ndarray, colours: np.ndarray) -> Image.Image:
    shown = colours * alpha[..., None] + np.array((0.1, 0.9, 0.2)) * (1 - alpha[..., None])
    return Image.fromarray((np.clip(shown, 0, 1) * 255 + 0.5).astype(np.uint8))


def _selected(case: Case) -> Image.Image:
    outside = (case.selection < 0.5)[..., None]
    shown = np.where(outside, case.image[..., :3] * 0.4, case.image[..., :3])
    return Image.fromarray((shown * 255 + 0.5).astype(np.uint8))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.cut_out")
    parser.add_argument("--set", default="drawn", choices=tuple(SETS), help="which subjects")
    parser.add_argument("--only", default="", choices=("", *METHODS), help="one way alone")
    parser.add_argument("--out", type=Path, help="folder for the contact sheet")
    return parser.parse_args()


if __name__ == "__main__":
    main()
