"""``python -m tests.benchmarks.restyle --out DIR``: a table on stdout, contact sheets in DIR.

``--large`` adds pictures of 1024² and 12 megapixels.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.shared.tables import table
from velatura_backend.engines.base import FloatImage
from velatura_backend.engines.builtin.restyle.gallery import painting
from velatura_backend.engines.builtin.restyle.paint.media import PAINTERS

from .contents import contents, enlarged, shown
from .measures import Outcome, Way, measured

_TILE = (300, 225)


def main() -> None:
    options = _options()
    pictures = contents()
    media = [Way(name, {"preset": name}) for name in PAINTERS]
    styles = [
        Way("after an oil painting", {}, painting("oil")),
        Way("after an ink drawing", {}, painting("ink")),
        Way("after the flower", {}, pictures["flower"]),
        Way("after the pagoda", {}, pictures["pagoda"]),
    ]
    grades = [
        Way(f"grade: {name}", {"mode": "grade"}, pictures[name])
        for name in ("coffee", "rocket", "flower", "pagoda")
    ]
    parts = {"media": media, "styles": styles, "grades": grades}
    wanted = options.only.split(",") if options.only else list(parts)
    for way in (way for part in wanted for way in parts[part]):  # compiled before it is timed
        measured(way, next(iter(pictures.values()))[:64, :64].copy())
    for part in wanted if not options.only_large else ():
        _compare(part, parts[part], pictures, options.out)
    if options.large or options.only_large:
        _large(media, styles[0], grades[0], pictures)


def _compare(
    title: str, ways: Sequence[Way], pictures: Mapping[str, FloatImage], out: Path | None
) -> None:
    rows: list[list[str]] = []
    made: dict[str, list[Outcome]] = {}
    for way in ways:
        outcomes = [measured(way, picture, previews=True) for picture in pictures.values()]
        made[way.name] = outcomes
        rows.append(_row(way.name, outcomes))
    print(f"\n{title}\n")
    head = [title, "seconds", "CPU s", "first preview s", "tones kept"]
    print(table(head, rows), flush=True)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        _sheet(pictures, made).save(out / f"restyle_{title}.png")


def _row(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    """``mean / worst``."""
    cells = [name]
    for values, worst in (
        ([each.seconds for each in outcomes], max),
        ([each.cpu for each in outcomes], max),
        ([each.preview for each in outcomes], max),
        ([each.tone for each in outcomes], min),
    ):
        cells.append(f"{np.mean(values):.2f} / {worst(values):.2f}")
    return cells


def _large(
    media: Sequence[Way], style: Way, grade: Way, pictures: Mapping[str, FloatImage]
) -> None:
    rows: list[list[str]] = []
    square = enlarged(pictures["astronaut"], 1024, 1024)
    photograph = enlarged(pictures["pagoda"], 4240, 2829)
    for way in (*media, style, grade):
        middle = measured(way, square)
        large = measured(way, photograph, previews=True)
        rows.append(
            [
                way.name, f"{middle.seconds:.2f}", f"{middle.cpu:.2f}", f"{large.seconds:.2f}",
                f"{large.cpu:.2f}", f"{large.preview:.2f}", f"{large.peak / 1e6:.0f}",
            ]
        )  # fmt: skip
        print(rows[-1], flush=True)
    head = ["", "1024² s", "CPU s", "12 MP s", "CPU s", "first preview s", "12 MP peak MB"]
    print("\n" + table(head, rows))


def _sheet(
    pictures: Mapping[str, FloatImage], made: Mapping[str, Sequence[Outcome]]
) -> Image.Image:
    """A row a way, a column a picture; the pictures themselves on top."""
    rows = {"": list(pictures.values())}
    rows |= {name: [each.image for each in outcomes] for name, outcomes in made.items()}
    width, height = _TILE[0] + 4, _TILE[1] + 4
    sheet = Image.new("RGB", (len(pictures) * width, len(rows) * height), (28, 28, 28))
    pen = ImageDraw.Draw(sheet)
    for row, (name, images) in enumerate(rows.items()):
        for column, image in enumerate(images):
            tile = Image.fromarray(shown(image))
            tile.thumbnail(_TILE, Image.Resampling.LANCZOS)
            sheet.paste(tile, (column * width, row * height))
        pen.text(
            (4, row * height + 2), name, fill=(255, 220, 0), stroke_width=2, stroke_fill=(0, 0, 0)
        )
    return sheet


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.restyle")
    parser.add_argument("--out", type=Path, help="folder for the contact sheets")
    parser.add_argument("--only", default="", help="of media, styles and grades, with commas")
    parser.add_argument("--large", action="store_true", help="1024² and 12 megapixels too")
    parser.add_argument("--only-large", action="store_true", help="nothing else")
    return parser.parse_args()


if __name__ == "__main__":
    main()
