"""What every engine says about itself. The server process reads this: nothing heavy is imported."""

from __future__ import annotations

from velatura_protocol.engines import ContextRule, EngineSpec, RoleSpec
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.tasks import Intent, Operation, Role

FILL = EngineSpec(
    id="builtin_fill",
    name="Built-in fill",
    version="2",
    operations=(Operation.FILL,),
    intents=(Intent.REMOVE, Intent.FILL, Intent.EXPAND),
    sentence=(
        "Continues the textures and lines around the hole with pieces of the same picture; "
        "it knows nothing of objects and cannot draw what the picture does not show."
    ),
    roles=(
        RoleSpec(Role.IMAGE, required=True, label="Picture"),
        RoleSpec(Role.MASK, required=True, label="Hole", help="What is to be filled."),
        RoleSpec(Role.EXCLUDE, label="Never copy from", help="These places are not sampled."),
        RoleSpec(Role.PROTECT, label="Never change", help="Taken out of the hole."),
    ),
    parameters=(
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
    ),
    context=ContextRule(factor=1.0, minimum=96),
    rank=10,
)

ECHO = EngineSpec(
    id="echo",
    name="Echo",
    version="1",
    operations=tuple(Operation),
    intents=tuple(intent for intent in Intent if intent is not Intent.NONE),
    sentence="Inverts the picture's colours; for checking an installation, not for pictures.",
    roles=(
        RoleSpec(Role.IMAGE, label="Picture"),
        RoleSpec(Role.MASK, label="Mask"),
        RoleSpec(Role.EXCLUDE, label="Exclude"),
        RoleSpec(Role.PROTECT, label="Protect"),
        RoleSpec(Role.SOURCE, label="Source"),
        RoleSpec(Role.STYLE, label="Style"),
    ),
    parameters=(
        Parameter(
            "seconds",
            ParameterKind.FLOAT,
            "Duration",
            0.0,
            help="How long it pretends to work.",
            minimum=0.0,
            maximum=600.0,
            unit="s",
        ),
        Parameter(
            "previews", ParameterKind.INT, "Previews", 0, help="How many.", minimum=0, maximum=1000
        ),
        Parameter(
            "fail",
            ParameterKind.CHOICE,
            "Failure",
            "none",
            help="How it ends instead of with a result.",
            choices=(
                Choice("none", "None"),
                Choice("no_source", "Nothing to sample"),
                Choice("out_of_memory", "Out of memory"),
                Choice("unexpected", "Unexpected exception"),
            ),
        ),
        Parameter(
            "crash", ParameterKind.BOOL, "Crash", False, help="The worker process exits at once."
        ),
        Parameter(
            "ignore_cancel",
            ParameterKind.BOOL,
            "Ignore cancel",
            False,
            help="Works on when told to stop, so that the worker has to be terminated.",
        ),
    ),
    takes_prompt=True,
    rank=-100,
)
