"""``python -m tests.benchmarks.vary --out DIR``: tables on stdout, contact sheets in DIR.

``--large`` adds pictures of 1024² and 12 megapixels.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.shared.pictures import photograph
from tests.benchmarks.shared.tables import table
from velatura_backend.engines.base import EngineTask, FloatImage
from velatura_backend.engines.builtin.warm import warm_up
from velatura_protocol.tasks import Intent, Operation

from .contents import TEXTURES, contents, shown
from .measures import Outcome, cancelled_after, changed, measured, patch_distance, sharpness

_SCALE = 0.45
_CANCEL_AT = (0.02, 0.1, 0.2, 0.4, 0.8)


@dataclass(frozen=True)
class Way:
    name: str
    task: Callable[[FloatImage], EngineTask]
    of: Sequence[str] = ()
    """Names of contents; all of them if empty."""


WAYS = (
    Way("vary", lambda image: _task(Operation.VARY, image)),
    Way("vary, strength 0.4", lambda image: _task(Operation.VARY, image, strength=0.4)),
    Way("tile", lambda image: _task(Operation.TILE, image), TEXTURES),
    Way("tile in x", lambda image: _task(Operation.TILE, image, direction="x"), TEXTURES),
    Way("retarget, width x 1.5", lambda image: _task(Operation.RETARGET, image, across=1.5)),
    Way("retarget, width x 0.66", lambda image: _task(Operation.RETARGET, image, across=0.66)),
)


def main() -> None:
    options = _options()
    warm_up()
    pictures = contents()
    for way in WAYS:  # what is not compiled yet is not to be timed
        measured(way.task(pictures["gravel"][:200, :200].copy()))
    made: dict[str, dict[str, Outcome]] = {}
    for way in WAYS:
        names = way.of or tuple(pictures)
        made[way.name] = {name: measured(way.task(pictures[name])) for name in names}
        print(table(*_table(way, pictures, made[way.name])), "\n", flush=True)
    _cancels(pictures["gravel"])
    if options.large:
        _large(pictures)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        _sheet(pictures, made).save(options.out / "vary.png")
        _tiles(pictures, made["tile"]).save(options.out / "tiles.png")


def _task(
    operation: Operation,
    image: FloatImage,
    strength: float = 1.0,
    across: float = 1.0,
    direction: str = "both",
) -> EngineTask:
    height, width = image.shape[:2]
    return EngineTask(
        operation,
        Intent.NONE,
        image,
        np.ones((height, width), np.float32),
        seed=1,
        strength=strength,
        target=(height, round(across * width)) if operation is Operation.RETARGET else None,
        parameters={"direction": direction} if operation is Operation.TILE else {},
    )


def _table(
    way: Way, pictures: Mapping[str, FloatImage], made: Mapping[str, Outcome]
) -> tuple[list[str], list[list[str]]]:
    head = [way.name, "seconds", "CPU s", "first preview CPU s", "patch distance", "sharpness"]
    head += ["wrap seam before → after"] if way.name.startswith("tile") else ["changed"]
    rows: list[list[str]] = []
    numbers: list[list[float]] = []
    for name, outcome in made.items():
        before, after = pictures[name], outcome.image
        figures = [outcome.clock, outcome.cpu, outcome.preview_cpu]
        figures += [patch_distance(before, after), sharpness(before, after)]
        numbers.append(figures)
        rows.append([name, *(f"{each:.2f}" for each in figures), _last(before, outcome)])
    columns = list(zip(*numbers, strict=True))
    worst = [max(column) for column in columns[:-1]] + [min(columns[-1])]
    mean = [float(np.mean(column)) for column in columns]
    rows.append(
        ["mean / worst", *(f"{m:.2f} / {w:.2f}" for m, w in zip(mean, worst, strict=True)), ""]
    )
    return head, rows


def _last(before: FloatImage, outcome: Outcome) -> str:
    if "wrap_seam" in outcome.metrics:
        return f"{outcome.metrics['wrap_seam_before']:.2f} → {outcome.metrics['wrap_seam']:.2f}"
    if before.shape != outcome.image.shape:
        return ""
    return f"{changed(before, outcome.image):.2f}"


def _cancels(image: FloatImage) -> None:
    rows = []
    for way in WAYS:
        waits = [cancelled_after(way.task(image), at) for at in _CANCEL_AT]
        caught = [each for each in waits if each > 0.0]
        rows.append([way.name, str(len(caught)), f"{1e3 * max(caught, default=0.0):.0f}"])
    print(table(["cancel → stopped", "of 5 caught", "worst ms"], rows), "\n", flush=True)


def _large(pictures: Mapping[str, FloatImage]) -> None:
    rows = []
    gravel = np.tile(pictures["gravel"], (2, 2, 1))
    twelve = (photograph() / np.float32(255.0)).astype(np.float32)
    for title, image in (("1024²", gravel), ("12 MP", twelve)):
        for way in WAYS:
            outcome = measured(way.task(image))
            stopped = max(cancelled_after(way.task(image), at) for at in (0.5, 2.0))
            rows.append(
                [f"{way.name}, {title}", f"{outcome.clock:.1f}", f"{outcome.cpu:.1f}",
                 f"{outcome.preview_cpu:.2f}", f"{1e3 * stopped:.0f}"]
            )  # fmt: skip
            print(rows[-1], flush=True)
    head = ["large", "seconds", "CPU s", "first preview CPU s", "cancel ms"]
    print(table(head, rows), "\n", flush=True)


def _sheet(
    pictures: Mapping[str, FloatImage], made: Mapping[str, Mapping[str, Outcome]]
) -> Image.Image:
    """A row a picture: itself, then every way."""
    rows = [
        [("", image), *((way, each[name].image) for way, each in made.items() if name in each)]
        for name, image in pictures.items()
    ]
    return _pasted([[(title or "input", _small(image)) for title, image in row] for row in rows])


def _tiles(pictures: Mapping[str, FloatImage], made: Mapping[str, Outcome]) -> Image.Image:
    """Twice in each direction, before and after."""
    rows = []
    for name, outcome in made.items():
        pair = (pictures[name], outcome.image)
        rows.append([(name, _small(np.tile(each, (2, 2, 1)))) for each in pair])
    return _pasted(rows)


def _small(image: FloatImage) -> Image.Image:
    picture = Image.fromarray(shown(image))
    size = (round(picture.width * _SCALE), round(picture.height * _SCALE))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _pasted(rows: Sequence[Sequence[tuple[str, Image.Image]]]) -> Image.Image:
    heights = [max(each.height for _, each in row) + 18 for row in rows]
    width = max(sum(each.width + 4 for _, each in row) for row in rows)
    sheet = Image.new("RGB", (width, sum(heights)), (28, 28, 28))
    pen, top = ImageDraw.Draw(sheet), 0
    for row, height in zip(rows, heights, strict=True):
        left = 0
        for title, picture in row:
            pen.text((left + 2, top + 2), title, fill=(255, 220, 0))
            sheet.paste(picture, (left, top + 15))
            left += picture.width + 4
        top += height
    return sheet


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.vary")
    parser.add_argument("--out", type=Path, help="folder for contact sheets")
    parser.add_argument("--large", action="store_true", help="1024² and 12 megapixels too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
