"""What to install where an adapter is not there, by name and size. Standard library alone."""

from __future__ import annotations

from velatura_protocol.errors import NoModel

from ....models.manifest import offers
from ....models.records import Family, ModelKind
from .control.kinds import UNION, modes_of


def no_control(kind: str, family: Family) -> NoModel:
    """The smallest network that takes the kind."""
    details = {kind, UNION} if kind in modes_of(family) else {kind}
    return _smallest(ModelKind.CONTROL, family, kind, details)


def no_adapter(family: Family) -> NoModel:
    return _smallest(ModelKind.IP_ADAPTER, family, "", None)


def no_encoder(width: int, adapter: str) -> NoModel:
    """``width``: of what the adapter is shown."""
    found = _smallest(ModelKind.IMAGE_ENCODER, Family.NONE, adapter, None)
    return NoModel(**found.params, width=width)


def no_preprocessor(kind: str) -> NoModel:
    return _smallest(ModelKind.PREPROCESSOR, Family.NONE, kind, {kind})


def no_safety() -> NoModel:
    return _smallest(ModelKind.SAFETY, Family.NONE, "", None)


def _smallest(kind: ModelKind, family: Family, detail: str, details: set[str] | None) -> NoModel:
    fitting = [
        each
        for each in offers()
        if each.kind is kind
        and each.family is family
        and (details is None or each.detail in details)
    ]
    if not fitting:
        return NoModel(model="", name="", bytes=0, kind=kind.value, detail=detail)
    best = min(fitting, key=lambda each: each.bytes)
    return NoModel(model=best.id, name=best.name, bytes=best.bytes)
