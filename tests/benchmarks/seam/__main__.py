"""``python -m tests.benchmarks.seam --out DIR``: tables on stdout, contact sheets in DIR."""

from __future__ import annotations

import argparse
from pathlib import Path

from .cancels import longest_gaps
from .drifts import DRIFTS
from .grounds import Picture
from .sheet import contact_sheet
from .synthetic import Outcome, by_kind, outcomes
from .trained import Filled, by_ground, filled

_SMALL, _QUALITY = 96, 55
"""Of the sheet for the docs."""
_SHOWN = ("uniform", "gradient", "cast", "inside only")


def main() -> None:
    options = _options()
    if options.cancels is not None:
        print(longest_gaps(options.cancels))
        return
    found = list(outcomes())
    print(by_kind(found))
    trained: list[Filled] = []
    if options.fills:
        trained = list(filled(options.fills))
        print("\n" + by_ground(trained))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        rows, fills = _rows(found), [list(each.pictures.values()) for each in trained]
        contact_sheet(rows, options.side).save(options.out / "seam_synthetic.png")
        if fills:
            contact_sheet(fills, 128).save(options.out / "seam_trained.png")
        both = contact_sheet([*rows, *_two_a_row(_first_of_each_ground(trained))], _SMALL)
        both.save(options.out / "seam.webp", quality=_QUALITY, method=6)


def _rows(found: list[Outcome]) -> list[list[Picture]]:
    """A ground a row: before and after for some of the shifts."""
    count = len(DRIFTS)
    rows = (found[start : start + count] for start in range(0, len(found), count))
    return [
        [picture for each in row if each.drift in _SHOWN for picture in (each.shifted, each.fitted)]
        for row in rows
    ]


def _first_of_each_ground(trained: list[Filled]) -> list[list[Picture]]:
    first = {each.asked.ground: each for each in reversed(trained)}
    return [list(each.pictures.values()) for each in reversed(first.values())]


def _two_a_row(fills: list[list[Picture]]) -> list[list[Picture]]:
    return [[*first, *second] for first, second in zip(fills[::2], fills[1::2], strict=False)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.seam")
    parser.add_argument("--fills", type=int, default=50, help="by the trained model; 0: none")
    parser.add_argument("--side", type=int, default=160, help="of a picture on the sheet")
    parser.add_argument(
        "--cancels", nargs="*", metavar="ORDER",
        help="only: how long a cancel of 12 megapixels may wait, by processor time",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, help="folder for the contact sheets")
    return parser.parse_args()


if __name__ == "__main__":
    main()
