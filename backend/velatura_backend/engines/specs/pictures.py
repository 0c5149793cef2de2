"""Thumbnails of presets, read when an engine is shown to somebody, not when it is listed.

They lie in ``engines/pictures/ENGINE_ID/CHOICE_ID.jpg``: the Qt of Krita reads no WebP.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

from velatura_protocol.engines import EngineSpec
from velatura_protocol.parameters import Choice, Parameter, ParameterKind


def with_pictures(spec: EngineSpec) -> EngineSpec:
    """The spec with what its presets look like; itself, where it has none. About 60 kB a gallery,
    read anew at each call."""
    if not any(each.kind is ParameterKind.PRESET for each in spec.parameters):
        return spec
    parameters = tuple(_with_pictures(spec.id, each) for each in spec.parameters)
    return replace(spec, parameters=parameters)


def _with_pictures(engine_id: str, parameter: Parameter) -> Parameter:
    if parameter.kind is not ParameterKind.PRESET:
        return parameter
    choices = tuple(_with_picture(engine_id, choice) for choice in parameter.choices)
    return replace(parameter, choices=choices)


def _with_picture(engine_id: str, choice: Choice) -> Choice:
    file = files("velatura_backend.engines").joinpath("pictures", engine_id, f"{choice.id}.jpg")
    return replace(choice, picture=file.read_bytes()) if file.is_file() else choice
