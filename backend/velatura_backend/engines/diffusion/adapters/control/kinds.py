"""Kinds of control and which of them a network knows. Standard library alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from .....models.records import Family, InstalledModel

CUSTOM = "custom"
UNION = "union"


class Making(Enum):
    """What can be made of a layer without weights. ``LINES``: white lines on black, also from
    strokes somebody drew. ``PICTURE``: the layer as it is. ``NETWORK``: only by a network that has
    to be installed. ``MASKED``: of the picture itself, what is to be painted left out."""

    LINES = "lines"
    PICTURE = "picture"
    NETWORK = "network"
    MASKED = "masked"


@dataclass(frozen=True)
class ControlKind:
    id: str
    label: str
    making: Making
    help: str


KINDS: tuple[ControlKind, ...] = (
    ControlKind("scribble", "Scribble", Making.LINES, "Rough strokes that say what is where."),
    ControlKind("line_art", "Line art", Making.LINES, "Lines that the result is to follow."),
    ControlKind("soft_edge", "Soft edges", Making.LINES, "Outlines, followed loosely."),
    ControlKind("canny", "Hard edges", Making.LINES, "Edges, followed to the pixel."),
    ControlKind("depth", "Depth", Making.NETWORK, "How far things are: near is white."),
    ControlKind("pose", "Pose", Making.NETWORK, "How people stand, as coloured sticks."),
    ControlKind(
        "segmentation", "Segments", Making.NETWORK, "What kind of thing is where, as flat colours."
    ),
    ControlKind("tile", "Detail", Making.PICTURE, "A picture whose content is kept."),
    ControlKind("colour", "Colour grid", Making.PICTURE, "Roughly which colour is where."),
    ControlKind("inpaint", "Surroundings", Making.MASKED, "What the picture shows already."),
    ControlKind(CUSTOM, "Control", Making.PICTURE, "What a network of unknown kind takes."),
)

_SDXL_UNION = {
    "pose": 0,
    "depth": 1,
    "soft_edge": 2,
    "scribble": 2,
    "canny": 3,
    "line_art": 3,
    "segmentation": 5,
    "tile": 6,
    "inpaint": 7,
}
_FLUX_UNION = {
    "canny": 0,
    "line_art": 0,
    "scribble": 0,
    "soft_edge": 0,
    "tile": 1,
    "depth": 2,
    "pose": 4,
}
_ONE_FOR_ALL = {"canny": 0, "line_art": 0, "scribble": 0, "soft_edge": 0, "depth": 0, "pose": 0}

_UNIONS: Mapping[Family, Mapping[str, int]] = {
    Family.SDXL: _SDXL_UNION,
    Family.FLUX1: _FLUX_UNION,
}


def kind_named(kind_id: str) -> ControlKind | None:
    return next((each for each in KINDS if each.id == kind_id), None)


def kinds_of(network: InstalledModel) -> tuple[str, ...]:
    """Those the installed network takes; where nobody said, ``custom``."""
    if network.detail == UNION:
        return tuple(modes_of(network.family))
    return (network.detail,) if kind_named(network.detail) else (CUSTOM,)


def modes_of(family: Family) -> Mapping[str, int]:
    """By kind, the number under which union networks of the family know it."""
    return _UNIONS.get(family, _ONE_FOR_ALL)
