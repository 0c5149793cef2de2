"""What made a result: kept with the layer, in the history and in every file written."""

from __future__ import annotations

from dataclasses import dataclass, field

from .parameters import ParameterValue
from .tasks import Intent, Operation


@dataclass(frozen=True)
class Provenance:
    """``created`` is ISO 8601 in UTC; ``model_hash`` is empty for engines without weights.
    ``memory``: what was done for want of memory, the name of the last resort; it may change pixels.

    ``digital_source_type`` is a term of the IPTC NewsCodes vocabulary of that name. Prompts are
    not part of it: they stay with the job.
    """

    operation: Operation
    engine: str
    engine_version: str
    software: str
    seed: int
    created: str
    digital_source_type: str
    intent: Intent = Intent.NONE
    model_hash: str = ""
    device: str = "cpu"
    threads: int = 0
    memory: str = ""
    parameters: dict[str, ParameterValue] = field(default_factory=dict[str, ParameterValue])
