"""Further subjects, drawn in other ways with other seeds; no setting was chosen by them."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw
from scipy import ndimage
from skimage import data

from .subjects import (
    FINE,
    SIDE,
    Case,
    Floats,
    bokeh,
    case_of,
    drawn,
    grey_photo,
    photo,
    shaded,
    strand,
)

Subject = tuple[Floats, Floats]


def held_out_cases() -> list[Case]:
    wood = photo(data.coffee()[:240, 340:])
    return [
        case_of("ponytail, brick", _ponytail(21), _wall((200, 195, 185)), 31),
        case_of("curls, soft background", _curls(22), bokeh(41), 32),
        case_of("cat's tail, meadow", _tail(23), grey_photo("grass", (120, 140, 60)), 33),
        case_of("mane, gravel", _mane(24), grey_photo("gravel", (170, 165, 160)), 34),
        case_of("fern, gravel", _fern(25), grey_photo("gravel", (190, 170, 150)), 35),
        case_of("twig, soft background", _twig(26), bokeh(42), 36),
        case_of(
            "wine glass, brick", _wine_glass(27), grey_photo("brick", (150, 120, 110)), 37, 0.75
        ),
        case_of("veil, wood", _veil(28), wood, 38, 0.5),
        case_of("cap like the wall behind, brick", _cap(29), _wall((180, 105, 80)), 39),
    ]


def _wall(tint: tuple[int, int, int]) -> Floats:
    return grey_photo("brick", tint)


def _ellipse(pen: ImageDraw.ImageDraw, x: float, y: float, across: float, down: float) -> None:
    box = [(x - across) * FINE, (y - down) * FINE, (x + across) * FINE, (y + down) * FINE]
    pen.ellipse(box, fill=255)


def _ponytail(seed: int) -> Subject:
    """A head in profile; a bundle of hair swings away from it and opens at its end."""
    random = np.random.default_rng(seed)

    def draw(pen: ImageDraw.ImageDraw) -> None:
        _ellipse(pen, 190, 200, 80, 95)
        pen.polygon(
            [(x * FINE, y * FINE) for x, y in ((140, 270), (230, 270), (300, 480), (90, 480))], 255
        )
        for _ in range(420):
            points, angle = (
                [np.array((250.0, 150.0)) + random.normal(0, 9, 2)],
                random.normal(-0.5, 0.16),
            )
            for _ in range(22):
                angle += 0.085 + random.normal(0, 0.035)
                points.append(points[-1] + 9.5 * np.array((np.cos(angle), np.sin(angle))))
            pen.line(
                [tuple(each * FINE) for each in points], fill=255, width=int(random.integers(2, 5))
            )

    return shaded((88, 52, 30), seed), drawn(draw)


def _curls(seed: int) -> Subject:
    random = np.random.default_rng(seed)

    def draw(pen: ImageDraw.ImageDraw) -> None:
        _ellipse(pen, 240, 240, 90, 110)
        for _ in range(320):
            angle = random.uniform(-np.pi, np.pi)
            place = np.array((240, 240)) + (88, 106) * np.array((np.cos(angle), np.sin(angle)))
            turn, points = random.choice((-1, 1)) * random.uniform(0.25, 0.5), [place]
            for _ in range(int(random.integers(10, 26))):
                angle += turn
                points.append(
                    points[-1]
                    + 5.0 * np.array((np.cos(angle), np.sin(angle)))
                    + random.normal(0.6, 0.6, 2)
                )
            pen.line(
                [tuple(each * FINE) for each in points], fill=255, width=int(random.integers(2, 4))
            )

    return shaded((48, 34, 30), seed), drawn(draw)


def _tail(seed: int) -> Subject:
    """Fur along a bend."""
    random = np.random.default_rng(seed)
    turns = np.linspace(0.2, 3.6, 60)
    spine = np.stack([240 + 120 * np.cos(turns), 250 + 130 * np.sin(turns) * (0.6 + turns / 9)], 1)

    def draw(pen: ImageDraw.ImageDraw) -> None:
        for index, (x, y) in enumerate(spine):
            radius = 34 * np.sin(np.pi * (index + 6) / 70)
            _ellipse(pen, x, y, radius, radius)
            for _ in range(34):
                angle = random.uniform(-np.pi, np.pi)
                start = np.array((x, y)) + (radius - 3) * np.array((np.cos(angle), np.sin(angle)))
                pen.line(
                    strand(random, start, angle + random.normal(0.5, 0.4), random.gamma(4, 4)),
                    fill=255,
                    width=2,
                )

    return shaded((210, 150, 90), seed), drawn(draw)


def _mane(seed: int) -> Subject:
    """Long thin strands that hang and are blown aside."""
    random = np.random.default_rng(seed)

    def draw(pen: ImageDraw.ImageDraw) -> None:
        pen.polygon(
            [
                (x * FINE, y * FINE)
                for x, y in ((60, 480), (120, 180), (260, 90), (330, 130), (300, 260), (230, 480))
            ],
            255,
        )
        for _ in range(520):
            along = random.uniform(0, 1)
            start = np.array((120, 180)) * (1 - along) + np.array((300, 100)) * along
            pen.line(
                strand(random, start, random.normal(-0.6, 0.5), random.gamma(7, 12)),
                fill=255,
                width=int(random.integers(1, 4)),
            )

    return shaded((235, 225, 205), seed), drawn(draw)


def _fern(seed: int) -> Subject:
    random = np.random.default_rng(seed)

    def draw(pen: ImageDraw.ImageDraw) -> None:
        for frond in range(3):
            lean = -0.5 + 0.5 * frond + random.normal(0, 0.05)
            spine = [np.array((240.0, 440.0))]
            for step in range(34):
                lean_now = lean * (1 + step / 20)
                spine.append(spine[-1] + 10 * np.array((np.sin(lean_now), -np.cos(lean_now))))
            pen.line([tuple(each * FINE) for each in spine], fill=255, width=9)
            for step, place in enumerate(spine[6:], 6):
                length = 46 * np.sin(np.pi * (step + 2) / 40)
                for side in (-1, 1):
                    tip = place + length * np.array((side * 0.9, -0.5))
                    middle = (place + tip) / 2 + (0, 4)
                    pen.polygon(
                        [tuple(each * FINE) for each in (place, middle - (0, 7), tip, middle)],
                        fill=255,
                    )

    return shaded((70, 120, 45), seed), drawn(draw)


def _twig(seed: int) -> Subject:
    random = np.random.default_rng(seed)

    def branch(pen: ImageDraw.ImageDraw, start: np.ndarray, angle: float, size: float) -> None:
        end = start + size * np.array((np.cos(angle), np.sin(angle)))
        pen.line([tuple(start * FINE), tuple(end * FINE)], fill=255, width=max(3, int(size / 5)))
        if size < 22:
            x, y = end * FINE
            pen.ellipse([x - 30, y - 22, x + 30, y + 22], fill=255)
            return
        for _ in range(3):
            branch(pen, end, angle + random.normal(0, 0.55), size * random.uniform(0.6, 0.8))

    return shaded((95, 60, 40), seed), drawn(
        lambda pen: branch(pen, np.array((240.0, 460.0)), -1.57, 95)
    )


def _body(cover: Floats, clear: float, rim: float) -> Floats:
    """Half transparent, denser at its rim."""
    inside = np.asarray(ndimage.distance_transform_edt(cover > 0.5))
    return (cover * (clear + (0.95 - clear) * np.exp(-((inside / rim) ** 2)))).astype(np.float32)


def _wine_glass(seed: int) -> Subject:
    """A clear bowl on a solid stem and foot."""

    def bowl(pen: ImageDraw.ImageDraw) -> None:
        _ellipse(pen, 240, 180, 100, 120)

    def stem(pen: ImageDraw.ImageDraw) -> None:
        pen.rectangle([234 * FINE, 290 * FINE, 246 * FINE, 420 * FINE], fill=255)
        _ellipse(pen, 240, 425, 70, 14)

    alpha = np.maximum(_body(drawn(bowl), 0.25, 12), drawn(stem))
    return shaded((200, 215, 225), seed), alpha


def _veil(seed: int) -> Subject:
    """Cloth one can see through, in folds."""
    random = np.random.default_rng(seed)

    def draw(pen: ImageDraw.ImageDraw) -> None:
        pen.polygon(
            [
                (x * FINE, y * FINE)
                for x, y in ((150, 60), (320, 70), (400, 420), (250, 450), (80, 410))
            ],
            255,
        )

    folds = ndimage.gaussian_filter(random.normal(0, 1, (SIDE, SIDE)), (90, 7))
    dense = np.clip(0.5 + 0.18 * folds / folds.std(), 0.2, 0.95)
    return shaded((235, 232, 228), seed), (drawn(draw) * dense).astype(np.float32)


def _cap(seed: int) -> Subject:
    """Where it is as red as the bricks, only its shape tells it from them."""

    def draw(pen: ImageDraw.ImageDraw) -> None:
        _ellipse(pen, 240, 250, 110, 130)

    colours = shaded((60, 80, 130), seed)
    wall = shaded((165, 95, 72), seed + 1)
    upper = np.clip((230 - np.arange(SIDE)[:, None, None]) / 8.0 + 0.5, 0, 1).astype(np.float32)
    return colours * (1 - upper) + wall * upper, drawn(draw)
