"""``python -m tests.benchmarks.upscale [--out DIR] [--large]``: tables on stdout, a sheet in DIR"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.shared.engines import cancelled_after, run_engine, streamed, working
from tests.benchmarks.shared.held_out import MORE, SCORED, Picture, photograph, scores
from tests.benchmarks.shared.memory import PeakMemory, resident
from tests.benchmarks.shared.tables import percentile, table

from .methods import METHODS, line_art, reduced, restored_first, worn

_TILE = 200
_CANCELS = 20
_CROPS = {
    "astronaut": (180, 60),
    "coffee": (120, 200),
    "flower": (60, 200),
    "camera": (180, 80),
    "grass": (100, 100),
    "text": (0, 120),
    "china": (180, 120),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.upscale")
    parser.add_argument("--out", type=Path, help="folder for the contact sheet")
    parser.add_argument("--large", action="store_true", help="also 24 megapixels, for memory")
    options = parser.parse_args()
    for title, scale, worn_first in (("×2", 2, False), ("×4", 4, False), ("×2, worn", 2, True)):
        print(f"\n{title}\n\n{_scores(scale, worn_first=worn_first)}", flush=True)
    print(f"\n{_faithful()}\n\n{_times()}\n\n{_cancels()}", flush=True)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        _sheet().save(options.out / "upscale.png")
    if options.large:
        print(f"\n{_memory()}")


def _scores(scale: int, *, worn_first: bool) -> str:
    """A row a picture: PSNR / SSIM a method; means and the worst gain at the end."""
    methods = METHODS | ({"restored, then built-in": restored_first} if worn_first else {})
    rows: list[list[str]] = []
    found: list[list[tuple[float, float]]] = []
    for name in (*SCORED, *MORE):
        truth = photograph(name)
        small = reduced(truth, scale)
        small = worn(small) if worn_first else small
        own = [scores(enlarge(small, scale), truth, scale) for enlarge in methods.values()]
        found.append(own)
        rows.append([name, *(f"{psnr:.2f} / {ssim:.4f}" for psnr, ssim in own)])
    for title, count in (("mean of the first six", len(SCORED)), ("mean", len(found))):
        means = np.array(found[:count]).mean(axis=0)
        rows.append([title, *(f"{psnr:.2f} / {ssim:.4f}" for psnr, ssim in means)])
    gains = np.array(found)[:, :, 0] - np.array(found)[:, :1, 0]
    rows.append(["least gain, dB", *(f"{gain:+.2f}" for gain in gains.min(axis=0))])
    return table(["picture", *methods], rows)


def _faithful() -> str:
    """How far the result, reduced again, is from what it was made of."""
    rows: list[list[str]] = []
    for name, enlarge in METHODS.items():
        differences: list[np.ndarray] = []
        for picture in (*SCORED, "chelsea"):
            small = reduced(photograph(picture), 2)
            again = reduced(enlarge(small, 2), 2)
            differences.append(np.abs(again.astype(int) - small).reshape(-1))
        every = np.concatenate(differences)
        rows.append([name, f"{every.mean():.3f}", f"{(every > 1).mean():.3%}", str(every.max())])
    return table(["down(up(x)) − x, 8-bit levels", "mean", "beyond 1", "worst"], rows)


def _times() -> str:
    rows: list[list[str]] = []
    picture = np.asarray(Image.fromarray(photograph("astronaut")).resize((1024, 1024)))
    for scale in (2.0, 4.0):
        done = [run_engine("builtin_upscale", working(picture), {}, scale=scale) for _ in range(3)]
        clock = statistics.median(each.seconds for each in done)
        cpu = statistics.median(each.cpu for each in done)
        rows.append([f"1024² ×{scale:.0f}", f"{clock:.2f}", f"{cpu:.2f}"])
    load = os.getloadavg()[0]
    return table([f"two threads, load {load:.1f}", "seconds", "CPU seconds"], rows)


def _cancels() -> str:
    """At random moments of the first half second; from the flag to the end of the engine."""
    random, waits = np.random.default_rng(0), list[float]()
    picture = working(np.asarray(Image.fromarray(photograph("coffee")).resize((2000, 1500))))
    for _ in range(_CANCELS):
        waits.append(cancelled_after(picture, float(random.uniform(0.05, 0.5))) * 1000.0)
    cells = [
        f"{each:.0f}" for each in (statistics.median(waits), percentile(waits, 95), max(waits))
    ]
    return table(
        [f"{_CANCELS} cancels, load {os.getloadavg()[0]:.1f}", "median ms", "p95 ms", "worst ms"],
        [["2000×1500 ×2", *cells]],
    )


def _memory() -> str:
    """24 megapixels to 96, strip by strip; the input's own 384 MB count as well."""
    before = resident(os.getpid())
    picture = np.asarray(Image.fromarray(photograph("coffee")).resize((6000, 4000)))
    peak = PeakMemory.start(os.getpid())
    clock, cpu, rows = time.perf_counter(), time.process_time(), 0
    for strip in streamed(working(picture), 2.0):
        rows += strip.shape[0]
    assert rows == 8000
    spent = time.perf_counter() - clock, time.process_time() - cpu
    most = (peak.extra() + peak.began - before) / 1e6
    return table(
        ["24 MP ×2", "seconds", "CPU seconds", "peak MB"],
        [["streamed", f"{spent[0]:.0f}", f"{spent[1]:.0f}", f"{most:.0f}"]],
    )


def _sheet() -> Image.Image:
    """A row a picture, at 100 %: the small one (nearest), each method, the truth."""
    pictures = {name: photograph(name) for name in _CROPS} | {"line art": line_art()}
    titles = ["given", *list(METHODS)[:3], "truth"]
    sheet = Image.new("RGB", (len(titles) * (_TILE + 4), len(pictures) * (_TILE + 16)), (28,) * 3)
    pen = ImageDraw.Draw(sheet)
    for row, (name, truth) in enumerate(pictures.items()):
        how = Image.Resampling.BOX if name == "line art" else Image.Resampling.BICUBIC
        small = reduced(truth, 2, how)
        own: list[Picture] = [small.repeat(2, axis=0).repeat(2, axis=1)]
        own += [enlarge(small, 2) for enlarge in list(METHODS.values())[:3]] + [truth]
        y, x = _CROPS.get(name, (140, 140))
        for column, (title, picture) in enumerate(zip(titles, own, strict=True)):
            place = column * (_TILE + 4), row * (_TILE + 16)
            tile = Image.fromarray(np.ascontiguousarray(picture[y : y + _TILE, x : x + _TILE]))
            sheet.paste(tile, (place[0], place[1] + 14))
            pen.text((place[0] + 2, place[1] + 1), f"{name}: {title}", fill=(255, 220, 0))
    return sheet


if __name__ == "__main__":
    main()
