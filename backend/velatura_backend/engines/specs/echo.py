"""What the checking engine says about itself."""

from __future__ import annotations

from velatura_protocol.engines import EngineSpec, RoleSpec
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.tasks import Intent, Operation, Role

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
