"""What the built-in restoration says about itself."""

from __future__ import annotations

from velatura_protocol.engines import ContextRule, EngineSpec, RoleSpec
from velatura_protocol.parameters import Parameter, ParameterKind
from velatura_protocol.tasks import Operation, Role


def _amount(id: str, label: str, help: str, visible_if: str = "") -> Parameter:
    return Parameter(
        id,
        ParameterKind.FLOAT,
        label,
        0.0,
        help=help,
        minimum=0.0,
        maximum=1.0,
        visible_if=visible_if,
    )


RESTORE = EngineSpec(
    id="builtin_restore",
    name="Built-in restoration",
    version="1",
    operations=(Operation.RESTORE,),
    sentence=(
        "Takes away noise, JPEG blocks and slight blur, and fills painted-over scratches from "
        "around them; it brings back no detail that is gone, and smooths fine texture a little."
    ),
    roles=(
        RoleSpec(Role.IMAGE, required=True, label="Picture"),
        RoleSpec(Role.MASK, label="Area", help="Nothing selected: all of the layer."),
        RoleSpec(
            Role.GUIDE, label="Scratches", help="These places are filled first, as by Remove."
        ),
    ),
    parameters=(
        Parameter(
            "measure",
            ParameterKind.BOOL,
            "Measure what is wrong",
            True,
            help="Noise and JPEG blocks are measured and taken away as far as they go. "
            "Off: by the amounts below.",
        ),
        _amount(
            "denoise",
            "Noise",
            "How noisy it is: 1 stands for very. 0: left alone.",
            "measure=false",
        ),
        _amount(
            "dejpeg",
            "JPEG",
            "How hard it was compressed. 0: its blocks are left alone.",
            "measure=false",
        ),
        _amount("deblur", "Blur", "How soft it is: 1 stands for a blur of two pixels."),
    ),
    context=ContextRule(factor=0.0, minimum=48),
    rank=10,
)
