"""``python -m tests.benchmarks.recolour --out DIR``: figures on stdout, pictures in DIR."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.benchmarks.shared.tables import table, verdict
from velatura_backend.engines.base import CancelToken, EngineResult, EngineTask
from velatura_backend.engines.builtin.recolour.engine import RecolourEngine
from velatura_backend.engines.builtin.recolour.oklab import to_oklab
from velatura_backend.engines.builtin.warm import tasks_of
from velatura_backend.engines.specs import RECOLOUR
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation

from .pictures import NEW, OLD, Drawing, Floats, dabs, grey_of, logo, opaque, photographs, pixel_art

_TILE = 190
_TARGET = 0.5
_TRIES = 5


class _Context:
    cancel = CancelToken(np.zeros(1, np.int64), 1)
    threads = 2

    def wants_preview(self) -> bool:
        return False


@dataclass(frozen=True)
class Done:
    image: Floats
    seconds: float
    cpu: float


def recolour(
    image: Floats,
    seed: int = 0,
    images: Mapping[str, tuple[Floats, ...]] | None = None,
    tries: int = 1,
    **parameters: ParameterValue,
) -> Done:
    """The best of so many tries: other work runs on the machine."""
    task = EngineTask(
        Operation.RECOLOUR,
        Intent.NONE,
        image,
        np.ones(image.shape[:2], np.float32),
        seed,
        images or {},
        parameters=parameters,
    )
    done: list[Done] = []
    for _ in range(tries):
        clock, cpu = time.perf_counter(), time.process_time()
        result = list(RecolourEngine().run(task, _Context()))[-1]
        assert isinstance(result, EngineResult)
        assert isinstance(result.image, np.ndarray)
        times = time.perf_counter() - clock, time.process_time() - cpu
        done.append(Done(result.image, *times))
    return Done(done[0].image, min(d.seconds for d in done), min(d.cpu for d in done))


def main() -> None:
    options = _options()
    for task in tasks_of(RECOLOUR):
        if "mode" not in task.parameters or task.images:
            list(RecolourEngine().run(task, _Context()))
    rows: list[dict[str, Floats]] = []
    print(_times(rows) + "\n\n" + _exactness(rows) + "\n\n" + _colouring(rows))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        sheet(rows).save(options.out / "recolour.webp", quality=80)


def _times(rows: list[dict[str, Floats]]) -> str:
    """Colourways of photographs, and how long each way takes."""
    seconds: dict[str, list[Done]] = {"new colours": [], "snap": [], "12 MP, new colours": []}
    for name, image in photographs().items():
        ways = [recolour(image, seed) for seed in range(6)]
        seconds["new colours"].append(recolour(image, tries=_TRIES))
        seconds["snap"].append(recolour(image, tries=_TRIES, mode="snap"))
        rows.append({name: image} | {f"seed {i}": way.image for i, way in enumerate(ways)})
    large = Image.fromarray(np.uint8(photographs()["coffee"][..., :3] * 255)).resize((4000, 3000))
    seconds["12 MP, new colours"].append(recolour(opaque(np.asarray(large)), tries=2))
    cells = []
    for way, done in seconds.items():
        clock, cpu = [each.seconds for each in done], [each.cpu for each in done]
        target = "" if "12" in way else f"{_TARGET} {verdict(max(clock), _TARGET)}"
        spans = (f"{np.mean(each):.2f} / {max(each):.2f}" for each in (clock, cpu))
        cells.append([way, *spans, target])
    return table(("1024² unless said", "seconds", "CPU seconds", "target"), cells)


def _exactness(rows: list[dict[str, Floats]]) -> str:
    drawing = logo()
    own = recolour(drawing.old, palette=OLD)
    order = _as_matched(drawing)
    given = recolour(drawing.old, palette=NEW)
    locked = recolour(drawing.old, 1, lock=(OLD[1],))
    kept = _is(drawing.old, OLD[1])
    snapped = recolour(pixel_art(), mode="snap", palette=NEW)
    soft = recolour(drawing.old, mode="snap", palette=OLD, soft_edges=True)
    hard = recolour(drawing.old, mode="snap", palette=OLD)
    rows.append(
        {
            "logo": drawing.old,
            "given palette": given.image,
            "red locked": locked.image,
            **{f"logo, seed {i}": recolour(drawing.old, i).image for i in (0, 2)},
            "pixel art": pixel_art(),
            "snapped": snapped.image,
        }
    )
    figures = (
        ("its own palette: error, 16-bit levels", _worst(own.image, drawing.old) * 65535),
        (
            "given palette: error in flats, 8-bit levels",
            _worst(given.image, order, drawing.flat) * 255,
        ),
        ("given palette: error at edges, mean", _mean(given.image, order, ~drawing.flat) * 255),
        ("given palette: error at edges, worst", _worst(given.image, order, ~drawing.flat) * 255),
        ("locked colour: error, 16-bit levels", _worst(locked.image, drawing.old, kept) * 65535),
        ("snapped: distance to the palette, 8-bit levels", _off_palette(snapped.image) * 255),
        (
            "snapped, edges hard: error at edges, mean",
            _mean(hard.image, drawing.old, ~drawing.flat) * 255,
        ),
        (
            "snapped, edges soft: error at edges, mean",
            _mean(soft.image, drawing.old, ~drawing.flat) * 255,
        ),
    )
    return table(("drawn work", ""), [[name, f"{value:.3f}"] for name, value in figures])


def _as_matched(drawing: Drawing) -> Floats:
    """The drawing in the new palette, each colour as it was matched by lightness."""
    result = recolour(drawing.old, palette=NEW).image
    chosen: list[str] = []
    for colour in OLD:
        became = result[drawing.flat & _is(drawing.old, colour)][0, :3]
        chosen.append(min(NEW, key=lambda new: float(np.abs(_value(new) - became).max())))
    return drawing.painted(tuple(chosen))


def _value(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])


def _is(image: Floats, colour: str) -> NDArray[np.bool_]:
    return np.abs(image[..., :3] - _value(colour)).max(axis=-1) < 1e-5


def _worst(image: Floats, truth: Floats, where: NDArray[np.bool_] | None = None) -> float:
    error = np.abs(image - truth)
    return float((error if where is None else error[where]).max())


def _mean(image: Floats, truth: Floats, where: NDArray[np.bool_]) -> float:
    return float(np.abs(image - truth)[where][:, :3].mean())


def _off_palette(image: Floats) -> float:
    away = [np.abs(image[..., :3] - _value(colour)).max(axis=-1) for colour in NEW]
    return float(np.min(away, axis=0).max())


def _colouring(rows: list[dict[str, Floats]]) -> str:
    cells = []
    for name, image in photographs().items():
        grey = grey_of(image)
        strokes = dabs(image, 150, 1)
        drawn = recolour(grey, images={"strokes": (strokes,)}, mode="colourise")
        other = np.ascontiguousarray(image[:, ::-1])
        near = recolour(grey, images={"reference": (other,)}, mode="colourise")
        shown = np.where(strokes[..., 3:] > 0, strokes, grey)
        rows.append({f"{name}, strokes": shown, "from them": drawn.image, "mirrored": near.image})
        for way, done in (("150 strokes", drawn), ("reference: itself, mirrored", near)):
            errors = (_colour_error(each, image) for each in (grey, done.image))
            spans = (f"{done.seconds:.2f}", f"{done.cpu:.2f}")
            cells.append([name, way, *(f"{100 * e:.2f}" for e in errors), *spans])
    head = ("colourise", "from", "grey: error", "ours: error", "seconds", "CPU seconds")
    return table(head, cells)


def _colour_error(image: Floats, truth: Floats) -> float:
    """Mean distance in OKLab's a and b, hundredths when printed."""
    away = to_oklab(image[..., :3])[..., 1:] - to_oklab(truth[..., :3])[..., 1:]
    return float(np.hypot(away[..., 0], away[..., 1]).mean())


def sheet(rows: list[dict[str, Floats]]) -> Image.Image:
    width = max(len(row) for row in rows) * (_TILE + 4)
    canvas = Image.new("RGB", (width, len(rows) * (_TILE + 16)), (28, 28, 28))
    pen = ImageDraw.Draw(canvas)
    for row, tiles in enumerate(rows):
        for column, (label, image) in enumerate(tiles.items()):
            place = (column * (_TILE + 4), row * (_TILE + 16) + 14)
            picture = Image.fromarray((np.clip(image[..., :3], 0, 1) * 255 + 0.5).astype(np.uint8))
            canvas.paste(picture.resize((_TILE, _TILE), Image.Resampling.LANCZOS), place)
            pen.text((place[0] + 2, place[1] - 13), label, fill=(255, 220, 0))
    return canvas


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.recolour")
    parser.add_argument("--out", type=Path, help="folder for the contact sheet")
    return parser.parse_args()


if __name__ == "__main__":
    main()
