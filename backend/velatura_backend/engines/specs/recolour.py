"""What the built-in recolouring says about itself."""

from __future__ import annotations

from velatura_protocol.engines import ContextRule, EngineColour, EngineSpec, RoleSpec
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.tasks import Operation, Role

_MODE = Parameter(
    "mode",
    ParameterKind.CHOICE,
    "Way",
    "palette",
    help="What is done to the colours.",
    choices=(
        Choice("palette", "New colours"),
        Choice("snap", "Snap to a palette"),
        Choice("colourise", "Colourise grey"),
    ),
    main=True,
)

_PALETTE_PARAMETERS = (
    Parameter(
        "harmony",
        ParameterKind.CHOICE,
        "Harmony",
        "auto",
        help="How the new hues stand to each other, where no palette is given. "
        "From the seed: every variation has another one.",
        choices=(
            Choice("auto", "From the seed"),
            Choice("rotate", "All hues turned alike"),
            Choice("complementary", "Complementary"),
            Choice("analogous", "Analogous"),
            Choice("triadic", "Triadic"),
            Choice("split", "Split complementary"),
            Choice("square", "Square"),
            Choice("single", "One hue"),
        ),
        visible_if="mode=palette",
    ),
    Parameter(
        "amount",
        ParameterKind.FLOAT,
        "Amount",
        1.0,
        help="0 leaves the colours as they are.",
        minimum=0.0,
        maximum=1.0,
        visible_if="mode=palette",
    ),
    Parameter(
        "lock",
        ParameterKind.PALETTE,
        "Keep these colours",
        (),
        help="Colours that stay exactly as they are, a brand's for instance.",
        visible_if="mode=palette",
    ),
)

_SNAP_PARAMETERS = (
    Parameter(
        "soft_edges",
        ParameterKind.BOOL,
        "Keep soft edges",
        False,
        help="Between two areas their mixtures stay. Off: only the palette's own colours.",
        visible_if="mode=snap",
    ),
    Parameter(
        "dither",
        ParameterKind.FLOAT,
        "Dither",
        0.0,
        help="Patterns of dots for the tones between two colours of the palette.",
        minimum=0.0,
        maximum=1.0,
        visible_if="mode=snap",
    ),
)

_COLOURISE_PARAMETERS = (
    Parameter(
        "saturation",
        ParameterKind.FLOAT,
        "Saturation",
        1.0,
        help="Of the colours that are put on.",
        minimum=0.0,
        maximum=2.0,
        visible_if="mode=colourise",
    ),
)

RECOLOUR = EngineSpec(
    id="builtin_recolour",
    name="Built-in recolour",
    version="1",
    operations=(Operation.RECOLOUR,),
    sentence=(
        "Exchanges a picture's colours and keeps its light and its edges; it knows colours, not "
        "objects: two things of one colour change together, and grey pictures are coloured only "
        "from your strokes or from a similar picture."
    ),
    roles=(
        RoleSpec(Role.IMAGE, required=True, label="Picture"),
        RoleSpec(Role.MASK, label="Area", help="Nothing selected: all of the layer."),
        RoleSpec(Role.PALETTE, label="Colours of", help="A picture whose colours are taken."),
        RoleSpec(
            Role.STROKES,
            label="Colour strokes",
            help="Drawn over the picture; their colours spread up to its edges.",
            visible_if="mode=colourise",
            main=True,
        ),
        RoleSpec(
            Role.REFERENCE,
            label="Reference",
            help="A similar picture in colour, for colourising a grey one.",
            visible_if="mode=colourise",
            main=True,
        ),
        RoleSpec(Role.PROTECT, label="Never change", help="Taken out of the area."),
    ),
    parameters=(
        _MODE,
        Parameter(
            "palette",
            ParameterKind.PALETTE,
            "Palette",
            (),
            help="The colours to use. None: new harmonies, or the picture's own to snap to.",
            main=True,
        ),
        Parameter(
            "colours",
            ParameterKind.INT,
            "Colours",
            0,
            help="How many colours the picture is taken apart into. 0: as many as it needs.",
            minimum=0,
            maximum=24,
        ),
        *_PALETTE_PARAMETERS,
        *_SNAP_PARAMETERS,
        *_COLOURISE_PARAMETERS,
    ),
    colour=EngineColour.SRGB,
    context=ContextRule(factor=0.25, minimum=32),
    rank=10,
)
