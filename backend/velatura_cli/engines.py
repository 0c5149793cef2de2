"""``velatura engines``: what is installed and what it can do."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping

from velatura_protocol.engines import EngineSpec
from velatura_protocol.parameters import Parameter

from .exit_codes import ExitCode
from .installed import installed_engines
from .reporting import JsonValue, write_line
from .table import write_table


def run_engines(arguments: argparse.Namespace) -> ExitCode:
    specs = installed_engines().specs()
    if arguments.json:
        described = [_described(spec) for spec in specs]
        write_line(sys.stdout, json.dumps(described, indent=1, ensure_ascii=False))
        return ExitCode.DONE
    rows = [
        (spec.id, spec.version, spec.licence, f"{', '.join(_abilities(spec))}. {spec.sentence}")
        for spec in specs
    ]
    write_table(sys.stdout, ("ENGINE", "VERSION", "LICENCE", "WHAT IT DOES"), rows)
    return ExitCode.DONE


def _abilities(spec: EngineSpec) -> list[str]:
    """Operations; of a fill, what it can be for."""
    intents = [intent.value for intent in spec.intents]
    return [
        f"{operation.value} ({', '.join(intents)})"
        if operation.value == "fill" and intents
        else operation.value
        for operation in spec.operations
    ]


def _described(spec: EngineSpec) -> Mapping[str, JsonValue]:
    return {
        "id": spec.id,
        "name": spec.name,
        "version": spec.version,
        "operations": [operation.value for operation in spec.operations],
        "intents": [intent.value for intent in spec.intents],
        "sentence": spec.sentence,
        "roles": [
            {"role": role.role, "required": role.required, "label": role.label, "help": role.help}
            for role in spec.roles
        ],
        "parameters": [_described_parameter(parameter) for parameter in spec.parameters],
        "takes_prompt": spec.takes_prompt,
        "device": spec.device.value,
        "max_pixels": spec.max_pixels,
        "licence": spec.licence,
        "commercial_use": spec.commercial_use,
        "weights": spec.weights,
    }


def _described_parameter(parameter: Parameter) -> Mapping[str, JsonValue]:
    return {
        "id": parameter.id,
        "kind": parameter.kind.value,
        "label": parameter.label,
        "default": parameter.default,
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "unit": parameter.unit,
        "choices": [choice.id for choice in parameter.choices],
        "help": parameter.help,
    }
