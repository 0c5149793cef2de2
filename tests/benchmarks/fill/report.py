"""Markdown tables and the contact sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from .cases import Case, Sample
from .measures import Picture, Quality
from .methods import Duration

_TILE = 240


@dataclass(frozen=True)
class Outcome:
    """``quality`` is None where there is no truth to compare with."""

    case: Case
    method: str
    duration: Duration
    quality: Quality | None


@dataclass(frozen=True)
class Column:
    title: str
    value: Callable[[Outcome], float]
    counts: Callable[[Outcome], bool]
    lower_is_better: bool = True


def _quality(outcome: Outcome) -> Quality:
    assert outcome.quality is not None
    return outcome.quality


def _thin(outcome: Outcome) -> bool:
    return outcome.case.is_thin


def _blob(outcome: Outcome) -> bool:
    return outcome.case.mask.kind == "blob"


def _has_truth(outcome: Outcome) -> bool:
    return outcome.quality is not None


COLUMNS = (
    Column("seconds", lambda each: each.duration.clock, lambda each: True),
    Column("CPU seconds", lambda each: each.duration.cpu, lambda each: True),
    Column("PSNR dB (thin)", lambda each: _quality(each).psnr, _thin, lower_is_better=False),
    Column("SSIM (thin)", lambda each: _quality(each).ssim, _thin, lower_is_better=False),
    Column("patch distance (blobs)", lambda each: _quality(each).patch_distance, _blob),
    Column(
        "abs ln sharpness (blobs)", lambda each: abs(float(np.log(_quality(each).sharpness))), _blob
    ),
    Column("abs ln seam (blobs)", lambda each: abs(float(np.log(_quality(each).seam))), _blob),
    Column("abs ln noise", lambda each: abs(float(np.log(_quality(each).noise))), _has_truth),
)


def summary(outcomes: list[Outcome]) -> str:
    """A row a method, ``mean / worst`` a column."""
    lines = [
        "| method | " + " | ".join(column.title for column in COLUMNS) + " |",
        "|---" * (len(COLUMNS) + 1) + "|",
    ]
    for method in dict.fromkeys(each.method for each in outcomes):
        own = [each for each in outcomes if each.method == method]
        cells = [_cell(column, own) for column in COLUMNS]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(column: Column, outcomes: Iterable[Outcome]) -> str:
    values = [column.value(each) for each in outcomes if column.counts(each)]
    if not values:
        return "–"
    worst = max(values) if column.lower_is_better else min(values)
    digits = 3 if "SSIM" in column.title or "ln" in column.title else 2
    return f"{np.mean(values):.{digits}f} / {worst:.{digits}f}"


def details(outcomes: list[Outcome]) -> str:
    """A row a case and method."""
    lines = [
        "| case | method | seconds | CPU s | PSNR | SSIM "
        "| patch distance | sharpness | seam | noise |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for each in outcomes:
        seconds = f"{each.duration.clock:.2f} | {each.duration.cpu:.2f}"
        row = f"| {each.case.name} | {each.method} | {seconds} |"
        q = each.quality
        if q is None:
            lines.append(row + " – | – | – | – | – | – |")
            continue
        lines.append(
            f"{row} {q.psnr:.2f} | {q.ssim:.3f} | {q.patch_distance:.2f} "
            f"| {q.sharpness:.2f} | {q.seam:.2f} | {q.noise:.2f} |"
        )
    return "\n".join(lines)


def contact_sheet(rows: list[tuple[Sample, dict[str, Picture]]]) -> Image.Image:
    """A row a case: the hole in white, then what each method made of it, around the hole."""
    columns = 1 + max(len(filled) for _, filled in rows)
    sheet = Image.new("RGB", (columns * (_TILE + 4), len(rows) * (_TILE + 18)), (28, 28, 28))
    pen = ImageDraw.Draw(sheet)
    for row, (sample, filled) in enumerate(rows):
        holed = np.where(sample.hole[..., None], np.uint8(255), sample.image)
        window = _window(sample)
        tiles = {sample.case.name: holed, **filled}
        for column, (label, picture) in enumerate(tiles.items()):
            tile = Image.fromarray(np.ascontiguousarray(picture[window]))
            tile.thumbnail((_TILE, _TILE), Image.Resampling.LANCZOS)
            place = (column * (_TILE + 4), row * (_TILE + 18))
            sheet.paste(tile, (place[0], place[1] + 14))
            pen.text((place[0] + 2, place[1] + 1), label, fill=(255, 220, 0))
    return sheet


def _window(sample: Sample) -> tuple[slice, slice]:
    """The hole and as much again around it; for thin masks a part of it, to see the detail."""
    height, width = sample.hole.shape
    if sample.case.is_thin:
        side = min(height, width) // 2
        top, left = (height - side) // 2, (width - side) // 2
        return slice(top, top + side), slice(left, left + side)
    ys, xs = np.nonzero(sample.hole)
    margin = max(int(np.ptp(ys)), int(np.ptp(xs))) // 3
    return (
        slice(max(0, int(ys.min()) - margin), int(ys.max()) + margin),
        slice(max(0, int(xs.min()) - margin), int(xs.max()) + margin),
    )
