"""What the built-in fill says about itself."""

from __future__ import annotations

from velatura_protocol.engines import ContextRule, EngineSpec, RoleSpec
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.tasks import Intent, Operation, Role

FILL = EngineSpec(
    id="builtin_fill",
    name="Built-in fill",
    version="6",
    operations=(Operation.FILL,),
    intents=(Intent.REMOVE, Intent.FILL, Intent.EXPAND),
    sentence=(
        "Continues the textures and lines around the hole with pieces of the picture, or of "
        "another one that you give it; it knows nothing of objects and cannot draw what none of "
        "them shows."
    ),
    roles=(
        RoleSpec(Role.IMAGE, required=True, label="Picture"),
        RoleSpec(Role.MASK, required=True, label="Hole", help="What is to be filled."),
        RoleSpec(Role.EXCLUDE, label="Never copy from", help="These places are not sampled."),
        RoleSpec(
            Role.GUIDE,
            label="Guide lines",
            help=(
                "Lines drawn along a horizon, a cable or an edge and on across the hole: what is "
                "filled there comes from elsewhere along the line."
            ),
        ),
        RoleSpec(
            Role.SOURCE,
            label="Also copy from",
            help=(
                "Another layer or file to copy from as well: a swatch, or another frame of the "
                "same scene (of the document's size). Of very large ones the middle is used."
            ),
        ),
        RoleSpec(Role.PROTECT, label="Never change", help="Taken out of the hole."),
    ),
    parameters=(
        Parameter(
            "copy_from",
            ParameterKind.CHOICE,
            "Copy from",
            "both",
            help="With another layer or file to copy from: whether the picture itself is too.",
            choices=(
                Choice("both", "The picture and the other"),
                Choice("source", "The other only"),
            ),
        ),
        Parameter(
            "locality",
            ParameterKind.FLOAT,
            "Stay close",
            0.5,
            help="Higher: copies come from nearby. Lower: from anywhere in the picture.",
            minimum=0.0,
            maximum=1.0,
        ),
        Parameter(
            "texture",
            ParameterKind.FLOAT,
            "Match texture",
            0.5,
            help="Higher: roughness counts as much as colour when pieces are compared.",
            minimum=0.0,
            maximum=1.0,
        ),
        Parameter(
            "blend",
            ParameterKind.FLOAT,
            "Blend tones",
            0.5,
            help="Higher: copied pieces take on the tones around the hole. 0: copied as they are.",
            minimum=0.0,
            maximum=1.0,
        ),
        Parameter(
            "grain",
            ParameterKind.FLOAT,
            "Grain",
            0.7,
            help=(
                "Noise for what was filled too smoothly, like that around the hole; "
                "1: as much. Clean pictures stay clean."
            ),
            minimum=0.0,
            maximum=1.0,
        ),
        Parameter(
            "source_map",
            ParameterKind.BOOL,
            "Show where it comes from",
            False,
            help=(
                "A further layer: hue is the direction a piece was copied from (red: right, green: "
                "below, cyan: left, violet: above), pale is near, grey is another picture."
            ),
        ),
    ),
    context=ContextRule(factor=1.0, minimum=96),
    rank=10,
)
