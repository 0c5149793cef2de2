"""What the task asks for, as the engine's parts want to know it."""

from __future__ import annotations

from dataclasses import dataclass

from velatura_protocol.tasks import Role

from ...base import EngineTask, FloatImage
from ...specs import RESTYLE
from ..values import flag, number, text
from .table import Protection

_USUAL_SIDE = 512.0
_LEAST_UNIT = 0.8


@dataclass(frozen=True)
class Settings:
    """``style``: a picture to go by, None: the preset. ``unit``: the size of marks in pixels.
    ``recoloured``: whether the style's colours are taken over."""

    style: FloatImage | None
    preset: str
    grade_only: bool
    care: float
    sharp: float
    unit: float
    stroke_size: float
    recoloured: bool
    protection: Protection
    colour_table: bool


def settings_of(task: EngineTask) -> Settings:
    style = next(iter(task.images.get(Role.STYLE, ())), None)
    if style is not None and not style.shape[0] * style.shape[1]:
        style = None
    colours = text(task, RESTYLE, "colours")
    grade_only = text(task, RESTYLE, "mode") == "grade"
    height, width = task.image.shape[:2]
    size = max(1.0, (height * width) ** 0.5 / _USUAL_SIDE)
    return Settings(
        style=style,
        preset=text(task, RESTYLE, "preset"),
        grade_only=grade_only,
        care=number(task, RESTYLE, "faithful"),
        sharp=number(task, RESTYLE, "keep_lines"),
        stroke_size=number(task, RESTYLE, "stroke_size"),
        unit=max(_LEAST_UNIT, size * number(task, RESTYLE, "stroke_size")),
        recoloured=colours == "style" or (colours == "auto" and style is not None),
        protection=Protection(
            number(task, RESTYLE, "keep_neutrals"), number(task, RESTYLE, "keep_skin")
        ),
        colour_table=grade_only and flag(task, RESTYLE, "colour_table"),
    )
