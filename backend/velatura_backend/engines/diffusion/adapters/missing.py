"""What to install where an adapter is not there, by name and size. Standard library alone."""

from __future__ import annotations

from velatura_protocol.errors import NoModel

from ....models.manifest import offers
from ....models.records import Family, ModelKind
from .control_kinds import UNION, modes_of

_PREPROCESSORS = {
    "depth": "the folder of a Depth Anything, DPT or ZoeDepth",
    "pose": "the folder of a ViTPose",
    "segmentation": (
        "the folder of a SegFormer, UPerNet, DPT, Mask2Former or OneFormer taught on ADE20K"
    ),
}
"""None of them is offered: a model is offered once the hashes of its files are pinned."""


def no_control(kind: str, family: Family) -> NoModel:
    """The smallest network that takes the kind; its name alone, where none is offered."""
    details = {kind, UNION} if kind in modes_of(family) else {kind}
    return _smallest(ModelKind.CONTROL, family, f"a control network for {kind}", details)


def no_adapter(family: Family) -> NoModel:
    return _smallest(ModelKind.IP_ADAPTER, family, "an IP-adapter", None)


def no_encoder(width: int, adapter: str) -> NoModel:
    """``width``: of what the adapter is shown."""
    wanted = f"the image encoder of {adapter}, {width} wide"
    return _smallest(ModelKind.IMAGE_ENCODER, Family.NONE, wanted, None)


def no_preprocessor(kind: str) -> NoModel:
    wanted = f"a network that finds {kind} in pictures ({_PREPROCESSORS.get(kind, 'as a folder')})"
    return _smallest(ModelKind.PREPROCESSOR, Family.NONE, wanted, {kind})


def no_safety() -> NoModel:
    return _smallest(ModelKind.SAFETY, Family.NONE, "a safety filter", None)


def _smallest(kind: ModelKind, family: Family, wanted: str, details: set[str] | None) -> NoModel:
    fitting = [
        each
        for each in offers()
        if each.kind is kind
        and each.family is family
        and (details is None or each.detail in details)
    ]
    if not fitting:
        return NoModel(model="", name=wanted, bytes=0)
    best = min(fitting, key=lambda each: each.bytes)
    return NoModel(model=best.id, name=best.name, bytes=best.bytes)
