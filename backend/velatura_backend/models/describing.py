"""What no file tells of itself: for what a control network was made."""

from __future__ import annotations

from dataclasses import replace

from velatura_protocol.errors import BadTask
from velatura_protocol.faults import TaskFault
from velatura_protocol.parameters import Choice

from ..engines.diffusion.adapters.control.kinds import CUSTOM, KINDS, UNION
from .records import InstalledModel, ModelKind
from .store import ModelStore


def control_choices() -> tuple[Choice, ...]:
    """What a control network may have been made for."""
    return tuple(Choice(each.id, each.label) for each in KINDS if each.id != CUSTOM)


def control_of(model: InstalledModel) -> str:
    """What it was made for; empty: it is no control network, or nobody said."""
    return model.detail if model.kind is ModelKind.CONTROL else ""


def is_untold(model: InstalledModel) -> bool:
    """Whether it is a control network of which nobody said what it was made for."""
    return model.kind is ModelKind.CONTROL and not model.detail


def is_tellable(model: InstalledModel) -> bool:
    """Union networks tell by their tensors that they take several kinds."""
    return model.kind is ModelKind.CONTROL and model.detail != UNION


def describe_control(store: ModelStore, model_id: str, control: str) -> InstalledModel:
    """Records what a control network was made for; an empty ``control``: that nobody knows.

    :raises NotFound: no such model
    :raises BadTask: it is none of which that could be said, or there is no such kind
    """
    check_control(control)
    model = store.get(model_id)
    if not is_tellable(model):
        raise BadTask(field="control", reason=TaskFault.CONTROL_UNTELLABLE)
    told = replace(model, detail=control)
    store.add(told)
    return told


def check_control(control: str) -> None:
    """:raises BadTask: there is no such kind"""
    known = [each.id for each in control_choices()]
    if control and control not in known:
        raise BadTask(field="control", reason=TaskFault.CONTROL_UNKNOWN, choices=", ".join(known))
