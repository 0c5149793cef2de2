"""A task's parameters as the quality path reads them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from velatura_protocol.parameters import Parameter, ParameterKind

from ...base import EngineTask
from . import parameters


class ContextKind(Enum):
    """What the model sees: see :data:`.parameters.CONTEXT`."""

    AROUND = "around"
    SELECTION = "selection"
    WHOLE = "whole"


class Together(Enum):
    """Whether variations are painted at once: see :data:`.parameters.TOGETHER`."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True)
class QualityOptions:
    """Shares of a diagonal in 0..1, lengths in pixels of the document, areas in pixels."""

    context: ContextKind = ContextKind.AROUND
    padding: float = 0.06
    feather: float = 0.10
    least_feather: int = 32
    grow: int = 4
    second_pass: float = 0.4
    largest_pass: int = 6_000_000
    colour_match: float = 1.0
    grain: float = 0.7
    refine: float = 0.3
    overlap: int = 0
    together: Together = Together.AUTO


def options_of(task: EngineTask) -> QualityOptions:
    """The defaults where nothing was sent."""
    return QualityOptions(
        context=ContextKind(str(_value(task, parameters.CONTEXT))),
        padding=_number(task, parameters.PADDING) / 100.0,
        feather=_number(task, parameters.FEATHER) / 100.0,
        least_feather=int(_number(task, parameters.LEAST_FEATHER)),
        grow=int(_number(task, parameters.GROW)),
        second_pass=_number(task, parameters.SECOND_PASS),
        largest_pass=round(1e6 * _number(task, parameters.LARGEST_PASS)),
        colour_match=_number(task, parameters.COLOUR_MATCH),
        grain=_number(task, parameters.GRAIN),
        refine=_number(task, parameters.REFINE),
        overlap=int(_number(task, parameters.OVERLAP)),
        together=Together(str(_value(task, parameters.TOGETHER))),
    )


def _value(task: EngineTask, parameter: Parameter) -> object:
    return task.parameters.get(parameter.id, parameter.default)


def _number(task: EngineTask, parameter: Parameter) -> float:
    value = _value(task, parameter)
    if parameter.kind not in (ParameterKind.INT, ParameterKind.FLOAT):
        raise TypeError(f"{parameter.id} is not a number")
    if not isinstance(value, int | float):
        raise TypeError(f"{parameter.id} was sent as {type(value).__name__}")
    return float(value)
