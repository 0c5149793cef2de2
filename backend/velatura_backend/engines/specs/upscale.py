"""What the built-in upscale says about itself."""

from __future__ import annotations

from velatura_protocol.engines import EngineSpec, RoleSpec
from velatura_protocol.parameters import Parameter, ParameterKind
from velatura_protocol.tasks import Operation, Role

UPSCALE = EngineSpec(
    id="builtin_upscale",
    name="Built-in upscale",
    version="2",
    operations=(Operation.UPSCALE,),
    sentence=(
        "Enlarges with sharper edges and lines than a resample; "
        "it invents no detail that the picture does not hold."
    ),
    roles=(
        RoleSpec(Role.IMAGE, required=True, label="Picture"),
        RoleSpec(
            Role.MASK,
            label="Area",
            help="For more detail in the same size alone.",
        ),
    ),
    parameters=(
        Parameter(
            "back_projection",
            ParameterKind.BOOL,
            "True to the original",
            True,
            help="Reduced again, the result gives the picture it was made from. "
            "Off: noise and JPEG blocks are carried over a little less.",
        ),
    ),
    rank=10,
)
