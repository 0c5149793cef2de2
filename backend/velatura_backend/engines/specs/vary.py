"""What the built-in variations say about themselves."""

from __future__ import annotations

from velatura_protocol.engines import ContextRule, EngineSpec, RoleSpec
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.tasks import Operation, Role

VARY = EngineSpec(
    id="builtin_vary",
    name="Built-in variations",
    version="4",
    operations=(Operation.VARY,),
    sentence=(
        "Rearranges pieces of a texture or a landscape; it knows nothing of objects, so faces, "
        "figures and letters come apart unless they are protected."
    ),
    roles=(
        RoleSpec(Role.IMAGE, required=True, label="Picture"),
        RoleSpec(Role.MASK, label="Where", help="What is to change; everything if nothing is."),
        RoleSpec(Role.PROTECT, label="Keep", help="Stays as it is, to the last pixel.", main=True),
        RoleSpec(Role.EXCLUDE, label="Never copy from", help="These places are not sampled."),
    ),
    parameters=(
        Parameter(
            "pieces",
            ParameterKind.FLOAT,
            "Size of pieces",
            0.5,
            help="Higher: larger parts stay together. Lower: more is mixed.",
            minimum=0.0,
            maximum=1.0,
        ),
        Parameter(
            "outline",
            ParameterKind.CHOICE,
            "Transparency",
            "auto",
            help="Whether the layer keeps its outline, or what is transparent moves with the rest.",
            choices=(
                Choice("auto", "Moves if it is most of the layer"),
                Choice("keep", "Stays as it is"),
                Choice("move", "Moves with the rest"),
            ),
        ),
    ),
    context=ContextRule(factor=1.0, minimum=128),
    rank=10,
)
