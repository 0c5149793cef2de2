"""The list the manifest is written from: ``python -m tests.benchmarks.fill --write-manifest``."""

from __future__ import annotations

from .cases import Case
from .masks import MaskRecipe

_PAGODA = (
    (0.30, 0.03), (0.35, 0.03), (0.39, 0.16), (0.53, 0.28), (0.50, 0.36), (0.54, 0.43),
    (0.52, 0.49), (0.58, 0.62), (0.57, 0.71), (0.59, 0.81), (0.47, 0.94), (0.36, 0.90),
    (0.19, 0.81), (0.08, 0.79), (0.11, 0.60), (0.14, 0.47), (0.11, 0.40), (0.12, 0.26),
    (0.25, 0.16),
)  # fmt: skip
_SPOON = (
    (0.653, 0.187), (0.687, 0.135), (0.725, 0.170), (0.665, 0.510), (0.695, 0.675), (0.672, 0.810),
    (0.582, 0.840), (0.532, 0.755), (0.532, 0.645), (0.598, 0.585), (0.635, 0.475),
)  # fmt: skip
_SHUTTLE = (
    (0.72, 0.0), (0.85, 0.0), (0.92, 0.35), (0.94, 0.49), (0.86, 0.56), (0.68, 0.46), (0.67, 0.36),
)  # fmt: skip
_ROCKET = ((0.472, 0.30), (0.50, 0.255), (0.53, 0.30), (0.54, 0.945), (0.465, 0.945))


def _blob(share: float, seed: int, x: float = 0.5, y: float = 0.5) -> MaskRecipe:
    return MaskRecipe("blob", seed, share, centre=(x, y))


def _wires(count: int, width: int, seed: int) -> MaskRecipe:
    return MaskRecipe("wires", seed, count, width)


def _scratches(count: int, width: int, seed: int) -> MaskRecipe:
    return MaskRecipe("scratches", seed, count, width)


def _text(size: int) -> MaskRecipe:
    return MaskRecipe("text", 0, size)


def _outline(points: tuple[tuple[float, float], ...]) -> MaskRecipe:
    return MaskRecipe("outline", outline=points)


def all_cases() -> list[Case]:
    return [*_tuning(), *_scoring(), *_held_out()]


def _tuning() -> list[Case]:
    small = [
        ("brick_blob", "brick.png", _blob(0.14, 1)),
        ("coins_blob", "coins.png", _blob(0.08, 2, 0.4, 0.55)),
        ("camera_blob", "camera.png", _blob(0.06, 3, 0.75, 0.8)),
        ("china_blob", "china.jpg", _blob(0.07, 4, 0.72, 0.8)),
        ("ihc_blob", "ihc.png", _blob(0.18, 5, 0.55, 0.45)),
        ("coffee_blob", "coffee.png", _blob(0.10, 6, 0.2, 0.75)),
        ("moto_wires", "motorcycle_left.png", _wires(9, 6, 7)),
        ("china_text", "china.jpg", _text(30)),
        ("coffee_scratches", "coffee.png", _scratches(60, 5, 8)),
        ("brick_wires", "brick.png", _wires(8, 5, 9)),
        ("china_pagoda", "china.jpg", _outline(_PAGODA)),
        ("coffee_spoon", "coffee.png", _outline(_SPOON)),
    ]
    large = [
        ("brick2048_blob", "brick.png", _blob(0.10, 11), 2048),
        ("coins2048_blob", "coins.png", _blob(0.08, 12, 0.4, 0.55), 2048),
        ("moto2048_wires", "motorcycle_left.png", _wires(9, 17, 13), 2048),
        ("china2048_text", "china.jpg", _text(80), 2048),
        ("china2048_pagoda", "china.jpg", _outline(_PAGODA), 2048),
        ("coffee2048_spoon", "coffee.png", _outline(_SPOON), 2048),
    ]
    return _listed("tuning", small, large)


def _scoring() -> list[Case]:
    small = [
        ("grass_blob", "grass.png", _blob(0.20, 21)),
        ("gravel_blob", "gravel.png", _blob(0.15, 22)),
        ("astronaut_blob", "astronaut.png", _blob(0.06, 23, 0.25, 0.72)),
        ("chelsea_blob", "chelsea.png", _blob(0.08, 24, 0.75, 0.7)),
        ("rocket_blob", "rocket.jpg", _blob(0.12, 25, 0.75, 0.75)),
        ("flower_blob", "flower.jpg", _blob(0.10, 26, 0.8, 0.3)),
        ("chelsea_wires", "chelsea.png", _wires(9, 5, 27)),
        ("flower_wires", "flower.jpg", _wires(10, 6, 28)),
        ("astronaut_wires", "astronaut.png", _wires(8, 5, 29)),
        ("astronaut_text", "astronaut.png", _text(26)),
        ("rocket_text", "rocket.jpg", _text(28)),
        ("chelsea_scratches", "chelsea.png", _scratches(50, 4, 30)),
        ("rocket_scratches", "rocket.jpg", _scratches(70, 5, 31)),
        ("gravel_scratches", "gravel.png", _scratches(60, 5, 32)),
        ("astronaut_shuttle", "astronaut.png", _outline(_SHUTTLE)),
        ("rocket_object", "rocket.jpg", _outline(_ROCKET)),
    ]
    large = [
        ("retina1411_blob", "retina.jpg", _blob(0.06, 41, 0.62, 0.35), 0),
        ("hubble2048_blob", "hubble_deep_field.jpg", _blob(0.08, 42), 2048),
        ("grass2048_blob", "grass.png", _blob(0.12, 43), 2048),
        ("flower2048_blob", "flower.jpg", _blob(0.20, 44, 0.5, 0.5), 2048),
        ("astronaut2048_wires", "astronaut.png", _wires(9, 17, 45), 2048),
        ("chelsea2048_text", "chelsea.png", _text(90), 2048),
        ("rocket2048_scratches", "rocket.jpg", _scratches(70, 15, 46), 2048),
        ("rocket2048_object", "rocket.jpg", _outline(_ROCKET), 2048),
    ]
    return _listed("scoring", small, large)


def _held_out() -> list[Case]:
    small = [
        ("moon_blob", "moon.png", _blob(0.10, 51, 0.55, 0.45)),
        ("clock_blob", "clock_motion.png", _blob(0.06, 52, 0.3, 0.7)),
        ("page_blob", "page.png", _blob(0.08, 53)),
        ("cell_blob", "cell.png", _blob(0.05, 54, 0.7, 0.25)),
        ("leaves_blob", "drawn:leaves", _blob(0.12, 55)),
        ("cobbles_blob", "drawn:cobbles", _blob(0.10, 56, 0.45, 0.55)),
        ("weave_blob", "drawn:weave", _blob(0.10, 57)),
        ("horizon_blob", "drawn:horizon", _blob(0.08, 58, 0.5, 0.62)),
        ("moon_scratches", "moon.png", _scratches(60, 5, 59)),
        ("leaves_wires", "drawn:leaves", _wires(9, 6, 60)),
        ("horizon_text", "drawn:horizon", _text(28)),
    ]
    return _listed("held_out", small, [])


def _listed(
    split: str,
    small: list[tuple[str, str, MaskRecipe]],
    large: list[tuple[str, str, MaskRecipe, int]],
) -> list[Case]:
    return [Case(name, split, "small", picture, mask) for name, picture, mask in small] + [
        Case(name, split, "large", picture, mask, width) for name, picture, mask, width in large
    ]
