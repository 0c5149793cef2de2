"""What the built-in cut-out says about itself."""

from __future__ import annotations

from velatura_protocol.engines import ContextRule, EngineSpec, RoleSpec
from velatura_protocol.parameters import Parameter, ParameterKind
from velatura_protocol.tasks import Operation, Role

CUT_OUT = EngineSpec(
    id="builtin_cut_out",
    name="Built-in cut-out",
    version="2",
    operations=(Operation.CUT_OUT,),
    sentence=(
        "Finds the outline inside a rough selection, hair included, from colours and edges; it "
        "knows nothing of objects, so where subject and background look alike the selection has "
        "to be drawn closer."
    ),
    roles=(
        RoleSpec(Role.IMAGE, required=True, label="Picture"),
        RoleSpec(
            Role.MASK, required=True, label="Subject", help="Roughly selected: all of it inside."
        ),
        RoleSpec(Role.EXCLUDE, label="Not the subject", help="These places are background."),
        RoleSpec(Role.GUIDE, label="Surely the subject", help="These places are kept whole."),
    ),
    parameters=(
        Parameter(
            "find_outline",
            ParameterKind.BOOL,
            "Find the outline",
            True,
            help="Looks for the subject's outline inside the selection. Off: the selection follows "
            "it already, and only its edge is refined.",
        ),
        Parameter(
            "openings",
            ParameterKind.BOOL,
            "Openings",
            False,
            help="The subject may have holes through which the background shows.",
            visible_if="find_outline=true",
        ),
        Parameter(
            "refine",
            ParameterKind.BOOL,
            "Refine hair and soft edges",
            True,
            help="Off: a plain edge, a pixel or two wide.",
        ),
        Parameter(
            "band",
            ParameterKind.INT,
            "Edge band",
            0,
            help="How far on each side of the outline hair and soft edges are looked for. "
            "0: from the size of the subject.",
            minimum=0,
            maximum=400,
            unit="px",
            visible_if="refine=true",
        ),
        Parameter(
            "see_through",
            ParameterKind.FLOAT,
            "See-through",
            0.0,
            help="How much of the background shows through the subject where it is clearest, as "
            "through glass or a veil. 0: nothing. Where it is denser is found by itself.",
            minimum=0.0,
            maximum=1.0,
        ),
        Parameter(
            "shift",
            ParameterKind.FLOAT,
            "Shift edge",
            0.0,
            help="Below 0: less of the edge is kept, against fringes. Above: more.",
            minimum=-1.0,
            maximum=1.0,
        ),
        Parameter(
            "contrast",
            ParameterKind.FLOAT,
            "Edge contrast",
            0.0,
            help="Higher: soft edges become harder.",
            minimum=0.0,
            maximum=1.0,
        ),
        Parameter(
            "background",
            ParameterKind.BOOL,
            "Fill the background",
            False,
            help="A second layer below, where the subject is gone and the hole filled.",
            main=True,
        ),
        Parameter(
            "background_grow",
            ParameterKind.INT,
            "Hole larger by",
            6,
            help="How far around the subject the background is filled anew.",
            minimum=0,
            maximum=200,
            unit="px",
            visible_if="background=true",
        ),
    ),
    context=ContextRule(factor=0.25, minimum=64),
    rank=10,
)
