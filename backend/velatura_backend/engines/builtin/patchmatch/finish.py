"""The last vote, and tones that fit the surroundings."""

from __future__ import annotations

import numpy as np

from .field import Level
from .kernels import Floats
from .lanes import Lanes
from .poisson import poisson_finish
from .stages import Settings
from .unknowns import build_system
from .vote import vote, vote_steps, weigh

TOO_MANY_UNKNOWNS = 600_000
"""For as many rounds as smaller holes get."""


def finish(
    level: Level, channels: int, colours: int, spread: float, thin: bool, settings: Settings,
    value_range: tuple[Floats, Floats], lanes: Lanes,
) -> None:  # fmt: skip
    """In place. ``spread``: the cost at which a patch's say has fallen to 1/e. Where the
    surroundings clash the tones overshoot: no value goes beyond ``value_range``, what is there to
    be copied."""
    field = level.field
    weight = weigh(field, level.confidence, spread, lanes)
    reach = settings.thin_reach if thin else settings.final_reach
    vote(field, level.hole, weight, channels, reach, lanes)
    if settings.screening is None:
        return
    system = build_system(level.hole, level.present, 1, lanes)
    steps = vote_steps(field, weight, channels, colours, reach, system.places, lanes)
    limit = 50 if len(system.places) > TOO_MANY_UNKNOWNS else 100
    poisson_finish(
        field.features, system, level.present, channels, steps, settings.screening, limit, lanes,
        settings.thin_tolerance if thin else 1.0, by_stretch=True,
    )  # fmt: skip
    pixels = field.features.reshape(-1, channels)[:, :colours]
    pixels[system.places] = np.clip(pixels[system.places], *value_range)
