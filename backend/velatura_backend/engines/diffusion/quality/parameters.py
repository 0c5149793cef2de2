"""The quality path's parameters, for the specs of diffusion engines. Imports nothing heavy."""

from __future__ import annotations

from velatura_protocol.parameters import Choice, Parameter, ParameterKind

CONTEXT = Parameter(
    "context",
    ParameterKind.CHOICE,
    "What the model sees",
    "around",
    help=(
        "Around: the selection and what it needs of what surrounds it. Selection only: nothing "
        "else, for a panel of a comic. All of it: the whole picture, or as much as is possible."
    ),
    choices=(
        Choice("around", "Around the selection"),
        Choice("selection", "Selection only"),
        Choice("whole", "All of it"),
    ),
)
SEES_ALL = f"{CONTEXT.id}=whole"
PADDING = Parameter(
    "padding",
    ParameterKind.FLOAT,
    "Padding",
    6.0,
    help="Room around the selection, as a share of its diagonal, beside what the edge needs.",
    minimum=0.0,
    maximum=50.0,
    unit="%",
)
FEATHER = Parameter(
    "feather",
    ParameterKind.FLOAT,
    "Soft edge",
    10.0,
    help=(
        "Over which share of the selection's diagonal the new goes over into the old, inside the "
        "selection; 0: changes all of it alike."
    ),
    minimum=0.0,
    maximum=50.0,
    unit="%",
)
LEAST_FEATHER = Parameter(
    "least_feather",
    ParameterKind.INT,
    "Soft edge, at least",
    32,
    help="Of a selection that is small.",
    minimum=0,
    maximum=256,
    unit="px",
)
GROW = Parameter(
    "grow",
    ParameterKind.INT,
    "Paint beyond",
    4,
    help=(
        "How far beyond the selection is painted too, so that the edge itself is in the middle of "
        "something; it does not show."
    ),
    minimum=0,
    maximum=256,
    unit="px",
)
SECOND_PASS = Parameter(
    "second_pass",
    ParameterKind.FLOAT,
    "Refine large selections",
    0.4,
    help=(
        "What is too large for the model is painted at its own size, enlarged, and painted over "
        "once more as strongly as this; 0: enlarged only."
    ),
    minimum=0.0,
    maximum=1.0,
)
LARGEST_PASS = Parameter(
    "largest_pass",
    ParameterKind.FLOAT,
    "Largest pass",
    6.0,
    help="What is larger is painted smaller and enlarged.",
    minimum=0.1,
    maximum=64.0,
    unit="MP",
)
COLOUR_MATCH = Parameter(
    "colour_match",
    ParameterKind.FLOAT,
    "Match colours",
    1.0,
    help="How far a shift of tone against what surrounds the selection is taken back.",
    minimum=0.0,
    maximum=1.0,
)
GRAIN = Parameter(
    "grain",
    ParameterKind.FLOAT,
    "Grain",
    0.7,
    help=(
        "Noise for what was painted too smoothly, like that around the selection; 1: as much. "
        "Clean pictures stay clean."
    ),
    minimum=0.0,
    maximum=1.0,
)
TOGETHER = Parameter(
    "together",
    ParameterKind.CHOICE,
    "Variations at once",
    "auto",
    help=(
        "Painted together they are done sooner, where memory allows and the device is not busy "
        "with one alone; the first is longer in coming. Automatic: on graphics cards."
    ),
    choices=(
        Choice("auto", "Automatic"),
        Choice("always", "Where memory allows"),
        Choice("never", "One after another"),
    ),
)
REFINE = Parameter(
    "refine",
    ParameterKind.FLOAT,
    "Invent detail",
    0.3,
    help="When enlarging: how much the model may paint over what was enlarged; 0: not at all.",
    minimum=0.0,
    maximum=1.0,
)
OVERLAP = Parameter(
    "overlap",
    ParameterKind.INT,
    "Overlap of tiles",
    0,
    help="When enlarging, in pixels; 0: as the strength needs.",
    minimum=0,
    maximum=512,
    unit="px",
)

QUALITY_PARAMETERS = (
    CONTEXT,
    PADDING,
    FEATHER,
    LEAST_FEATHER,
    GROW,
    SECOND_PASS,
    LARGEST_PASS,
    COLOUR_MATCH,
    GRAIN,
    REFINE,
    OVERLAP,
    TOGETHER,
)
"""In the order panels show them."""
