"""Which engine a command means, and what its texts mean to that engine."""

from __future__ import annotations

from velatura_backend.engines import registry
from velatura_protocol.engines import EngineSpec
from velatura_protocol.parameters import ParameterValue

from .exit_codes import UsageError
from .options import OperationCommand


def choose_engine(command: OperationCommand) -> EngineSpec:
    """:raises UsageError: no engine has that id, or none can do it"""
    named = command.options.engine
    able = registry.candidates(command.operation, command.intent)
    found = [spec for spec in able if spec.id == named] if named else able
    if found:
        return found[0]
    if named in {spec.id for spec in registry.specs()}:
        raise UsageError(f"the engine {named} cannot {command.operation.value}")
    raise UsageError(f"no engine is called {named}; velatura engines lists what there is")


def parse_parameters(engine: EngineSpec, command: OperationCommand) -> dict[str, ParameterValue]:
    """:raises UsageError: the engine has no such parameter, or the text is no value for it"""
    values: dict[str, ParameterValue] = {}
    for key, text in command.options.parameters:
        parameter = engine.parameter(key)
        if parameter is None:
            known = ", ".join(each.id for each in engine.parameters) or "none"
            raise UsageError(f"{engine.id} has no parameter {key}; it has {known}")
        try:
            values[key] = parameter.parse(text)
        except ValueError as problem:
            raise UsageError(f"--param {key}: {problem}") from None
    return values
