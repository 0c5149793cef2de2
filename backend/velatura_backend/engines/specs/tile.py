"""What the built-in tiling says about itself."""

from __future__ import annotations

from velatura_protocol.engines import ContextRule, EngineSpec, RoleSpec
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.tasks import Operation, Role

TILE = EngineSpec(
    id="builtin_tile",
    name="Built-in tiling",
    version="4",
    operations=(Operation.TILE,),
    sentence=(
        "Makes opposite borders of a texture meet by making strips along them anew; what has a "
        "perspective, or a rhythm that does not fit its size, still shows where it repeats."
    ),
    roles=(
        RoleSpec(Role.IMAGE, required=True, label="Picture"),
        RoleSpec(Role.EXCLUDE, label="Never copy from", help="These places are not sampled."),
    ),
    parameters=(
        Parameter(
            "direction",
            ParameterKind.CHOICE,
            "Direction",
            "both",
            help="In which directions the picture is to repeat.",
            choices=(
                Choice("both", "Both"),
                Choice("x", "Left and right"),
                Choice("y", "Up and down"),
            ),
            main=True,
        ),
        Parameter(
            "even_light",
            ParameterKind.FLOAT,
            "Even light",
            0.5,
            help="How much of the light that falls off over the picture is taken away.",
            minimum=0.0,
            maximum=1.0,
        ),
    ),
    context=ContextRule(factor=0.0, minimum=0),
    rank=10,
)
