"""An engine's own parameters as plain Python values, the spec's default where none was sent."""

from __future__ import annotations

from velatura_protocol.engines import EngineSpec
from velatura_protocol.parameters import ParameterValue

from ..base import EngineTask


def number(task: EngineTask, spec: EngineSpec, name: str) -> float:
    value = _value(task, spec, name)
    if not isinstance(value, bool | int | float):
        raise TypeError(f"{spec.id}.{name} is not a number")
    return float(value)


def flag(task: EngineTask, spec: EngineSpec, name: str) -> bool:
    return bool(_value(task, spec, name))


def text(task: EngineTask, spec: EngineSpec, name: str) -> str:
    return str(_value(task, spec, name))


def colours(task: EngineTask, spec: EngineSpec, name: str) -> tuple[str, ...]:
    """A palette parameter's ``#rrggbb``."""
    value = _value(task, spec, name)
    if not isinstance(value, tuple):
        raise TypeError(f"{spec.id}.{name} is not a palette")
    return value


def _value(task: EngineTask, spec: EngineSpec, name: str) -> ParameterValue:
    parameter = spec.parameter(name)
    if parameter is None:
        raise KeyError(f"{spec.id} has no parameter {name}")
    return task.parameters.get(name, parameter.default)
