"""``python -m tests.benchmarks.restore [--out DIR]``: tables on stdout, a contact sheet in DIR."""

from __future__ import annotations

import argparse
import os
import statistics
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.shared.engines import pixels, run_engine, working
from tests.benchmarks.shared.held_out import SCORED, Picture, photograph, scores
from tests.benchmarks.shared.tables import table
from velatura_protocol.tasks import Role

from .methods import METHODS, TROUBLES

_TILE = 220
_BORDER = 2
_SHOWN = (
    ("astronaut", "noise 25", (10, 150)),
    ("coffee", "JPEG 20", (120, 200)),
    ("flower", "noise 10, JPEG 50", (120, 240)),
    ("text", "blur 1", (10, 150)),
    ("camera", "noise 10", (60, 180)),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.restore")
    parser.add_argument("--out", type=Path, help="folder for the contact sheet")
    options = parser.parse_args()
    print(_scores(), flush=True)
    print(f"\n{_scratches()}\n\n{_times()}", flush=True)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        _sheet().save(options.out / "restore.png")


def _scores() -> str:
    """PSNR / SSIM, mean over the photographs; in brackets the worst change of PSNR."""
    rows: list[list[str]] = []
    for trouble in TROUBLES:
        truths = [photograph(name)[:320, :400] for name in SCORED]
        found = np.array(
            [
                [
                    _finite(scores(restore(damaged, trouble), truth, _BORDER))
                    for restore in METHODS.values()
                ]
                for truth, damaged in ((truth, trouble.on(truth)) for truth in truths)
            ]
        )
        worst = (found[:, :, 0] - found[:, :1, 0]).min(axis=0)
        means = found.mean(axis=0)
        cells = [
            f"{psnr:.2f} / {ssim:.3f} ({change:+.2f})"
            for (psnr, ssim), change in zip(means, worst, strict=True)
        ]
        rows.append([trouble.name, *cells])
    return table(["PSNR / SSIM (worst change, dB)", *METHODS], rows)


def _finite(score: tuple[float, float]) -> tuple[float, float]:
    return min(score[0], 99.0), score[1]


def _scratched(picture: Picture) -> tuple[Picture, np.ndarray]:
    """White hairs and specks, and where they are."""
    image = Image.new("L", (picture.shape[1], picture.shape[0]))
    draw = ImageDraw.Draw(image)
    random = np.random.default_rng(3)
    for _ in range(14):
        start = random.uniform((0, 0), image.size)
        steps = np.cumsum(random.normal(0, 12, (12, 2)) + random.normal(0, 9, 2), axis=0)
        draw.line([(float(x), float(y)) for x, y in start + steps], fill=255, width=2)
    mask = np.asarray(image) > 0
    damaged = picture.copy()
    damaged[mask] = 245
    return damaged, mask


def _scratches() -> str:
    rows: list[list[str]] = []
    for name in SCORED:
        truth = photograph(name)[:320, :400]
        damaged, mask = _scratched(truth)
        masks = {Role.GUIDE: mask.astype(np.float32)}
        amounts = {"measure": False}
        done = run_engine("builtin_restore", working(damaged), amounts, masks=masks)
        assert isinstance(done.image, np.ndarray)
        before, after = (scores(each, truth, _BORDER) for each in (damaged, pixels(done.image)))
        rows.append(
            [name, f"{before[0]:.2f} / {before[1]:.3f}", f"{after[0]:.2f} / {after[1]:.3f}"]
        )
    return table(["scratches", "given", "built-in"], rows)


def _times() -> str:
    picture = np.asarray(Image.fromarray(photograph("astronaut")).resize((1024, 1024)))
    amounts = {"measure": False, "denoise": 0.3, "dejpeg": 0.3}
    done = [run_engine("builtin_restore", working(picture), amounts) for _ in range(3)]
    clock = statistics.median(each.seconds for each in done)
    cpu = statistics.median(each.cpu for each in done)
    head = [f"two threads, load {os.getloadavg()[0]:.1f}", "seconds", "CPU seconds"]
    return table(head, [["1024²", f"{clock:.2f}", f"{cpu:.2f}"]])


def _sheet() -> Image.Image:
    """A row a trouble, at 100 %."""
    titles = [*METHODS, "truth"]
    sheet = Image.new("RGB", (len(titles) * (_TILE + 4), len(_SHOWN) * (_TILE + 16)), (28,) * 3)
    pen = ImageDraw.Draw(sheet)
    for row, (name, kind, (y, x)) in enumerate(_SHOWN):
        trouble = next(each for each in TROUBLES if each.name == kind)
        truth = photograph(name)
        damaged = trouble.on(truth)
        own = [restore(damaged, trouble) for restore in METHODS.values()] + [truth]
        for column, (title, picture) in enumerate(zip(titles, own, strict=True)):
            place = column * (_TILE + 4), row * (_TILE + 16)
            part = np.ascontiguousarray(picture[y : y + _TILE, x : x + _TILE])
            sheet.paste(Image.fromarray(part), (place[0], place[1] + 14))
            label = kind if title == "given" else title
            pen.text((place[0] + 2, place[1] + 1), label, fill=(255, 220, 0))
    return sheet


if __name__ == "__main__":
    main()
