"""What the built-in restyle says about itself."""

from __future__ import annotations

from velatura_protocol.engines import ContextRule, EngineColour, EngineSpec, RoleSpec
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.tasks import Operation, Role

RESTYLE = EngineSpec(
    id="builtin_restyle",
    name="Built-in restyle",
    version="4",
    operations=(Operation.RESTYLE,),
    sentence=(
        "Paints the picture in a medium, puts it together from pieces of another picture, or takes "
        "over that picture's colours; it sees edges, tones and colours but not what they show."
    ),
    roles=(
        RoleSpec(Role.IMAGE, required=True, label="Picture"),
        RoleSpec(Role.MASK, label="Area"),
        RoleSpec(
            Role.STYLE,
            label="Style",
            help="A layer or file to take strokes, texture and colours from. None: the medium.",
            main=True,
        ),
        RoleSpec(Role.PROTECT, label="Never change", help="Left as it is."),
    ),
    parameters=(
        Parameter(
            "preset",
            ParameterKind.PRESET,
            "Medium",
            "oil",
            help="What to paint with, where no layer or file is given as the style.",
            choices=(
                Choice("oil", "Oil"),
                Choice("gouache", "Gouache"),
                Choice("watercolour", "Watercolour"),
                Choice("ink", "Ink hatching"),
                Choice("stipple", "Stipple"),
                Choice("pencil", "Pencil"),
                Choice("woodcut", "Woodcut"),
                Choice("pastel", "Pastel"),
                Choice("pointillism", "Pointillism"),
                Choice("halftone", "Halftone"),
                Choice("risograph", "Risograph"),
                Choice("mosaic", "Mosaic"),
            ),
        ),
        Parameter(
            "mode",
            ParameterKind.CHOICE,
            "What to change",
            "full",
            help="Colour grade only: nothing but the style's colours, as a film look.",
            choices=(Choice("full", "Strokes and colours"), Choice("grade", "Colour grade only")),
            main=True,
        ),
        Parameter(
            "faithful",
            ParameterKind.FLOAT,
            "Faithful",
            0.6,
            help="Higher: shapes stay as they are. Lower: looser, more abstract.",
            minimum=0.0,
            maximum=1.0,
            visible_if="mode=full",
        ),
        Parameter(
            "stroke_size",
            ParameterKind.FLOAT,
            "Stroke size",
            1.0,
            help="Of strokes, dots and pieces. They grow with the picture.",
            minimum=0.3,
            maximum=4.0,
            unit="×",
            visible_if="mode=full",
        ),
        Parameter(
            "keep_lines",
            ParameterKind.FLOAT,
            "Keep lines and faces sharp",
            0.5,
            help="Higher: finer marks where the picture has detail.",
            minimum=0.0,
            maximum=1.0,
            visible_if="mode=full",
        ),
        Parameter(
            "colours",
            ParameterKind.CHOICE,
            "Colours",
            "auto",
            help="Automatic: a medium keeps the picture's colours, a style layer brings its own.",
            choices=(
                Choice("auto", "Automatic"),
                Choice("keep", "Of the picture"),
                Choice("style", "Of the style"),
            ),
            visible_if="mode=full",
        ),
        Parameter(
            "keep_neutrals",
            ParameterKind.FLOAT,
            "Keep greys grey",
            0.0,
            help="Higher: greys get lighter or darker, but no tint.",
            minimum=0.0,
            maximum=1.0,
            visible_if="mode=grade",
        ),
        Parameter(
            "keep_skin",
            ParameterKind.FLOAT,
            "Keep skin tones",
            0.0,
            help="Higher: colours like skin keep their hue, and so do wood and sand.",
            minimum=0.0,
            maximum=1.0,
            visible_if="mode=grade",
        ),
        Parameter(
            "colour_table",
            ParameterKind.BOOL,
            "Colour table too",
            False,
            help="Gives the grade as a HaldCLUT as well, to use on other pictures.",
            visible_if="mode=grade",
        ),
    ),
    colour=EngineColour.SRGB,
    context=ContextRule(factor=0.0, minimum=32),
    rank=10,
)
