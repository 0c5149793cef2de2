from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin.restyle.settings import settings_of
from velatura_protocol.tasks import Intent, Operation, Role


def task_of(height=512, width=512, style=None, **parameters) -> EngineTask:
    image = np.zeros((height, width, 4), np.float32)
    images = {} if style is None else {Role.STYLE: (style,)}
    return EngineTask(
        Operation.RESTYLE, Intent.NONE, image, image[..., 0], 0, images, parameters=parameters
    )


def test_marks_grow_with_the_picture_and_never_vanish():
    assert settings_of(task_of()).unit == 1.0
    assert settings_of(task_of(2048, 2048)).unit == 4.0
    assert settings_of(task_of(2048, 2048, stroke_size=0.5)).unit == 2.0
    assert settings_of(task_of(16, 16, stroke_size=0.3)).unit == 0.8


@pytest.mark.parametrize(
    ("colours", "with_style", "taken"),
    [
        ("auto", True, True),
        ("auto", False, False),
        ("keep", True, False),
        ("style", False, True),
    ],
)
def test_whose_colours_are_taken(colours, with_style, taken):
    style = np.ones((8, 8, 4), np.float32) if with_style else None
    assert settings_of(task_of(style=style, colours=colours)).recoloured is taken


def test_an_empty_style_is_none():
    assert settings_of(task_of(style=np.ones((0, 0, 4), np.float32))).style is None


def test_a_colour_table_belongs_to_a_grade():
    assert settings_of(task_of(mode="grade", colour_table=True)).colour_table
    assert not settings_of(task_of(colour_table=True)).colour_table
