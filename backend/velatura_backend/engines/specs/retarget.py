"""What the built-in retargeting says about itself."""

from __future__ import annotations

from velatura_protocol.engines import ContextRule, EngineSpec, RoleSpec
from velatura_protocol.tasks import Operation, Role

RETARGET = EngineSpec(
    id="builtin_retarget",
    name="Built-in retargeting",
    version="4",
    operations=(Operation.RETARGET,),
    sentence=(
        "Gives a picture other proportions by adding to and taking from its quiet parts; it judges "
        "by contrast, so faces and figures keep their shape for certain only if they are protected."
    ),
    roles=(
        RoleSpec(Role.IMAGE, required=True, label="Picture"),
        RoleSpec(Role.PROTECT, label="Protect", help="Keeps its shape and its pixels.", main=True),
    ),
    context=ContextRule(factor=0.0, minimum=0),
    rank=10,
)
