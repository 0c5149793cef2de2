"""What a result was computed with, for its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import NotFound

from ...engines.diffusion.memory.plan import Rung
from ...models.records import InstalledModel, ModelShelf
from ..devices import CPU_ID

_RUNG = "memory_rung"
"""The metric by which painters tell it, see ``engines.diffusion.ladder``."""


@dataclass(frozen=True)
class Origin:
    """``device`` as torch spells it; ``model_hash`` empty for engines without weights."""

    device: str = CPU_ID
    model_hash: str = ""


def origin_of(engine: EngineSpec, models: ModelShelf, device: str) -> Origin:
    """Of an engine that runs on that worker; a built-in one runs on the CPU wherever it is."""
    if not engine.weights:
        return Origin()
    try:
        return Origin(device, model_hash(models.get(engine.id)))
    except NotFound:
        return Origin(device)


def model_hash(model: InstalledModel) -> str:
    """Of a single file its own hash; of several that of their list, one ``hash  path`` a line, as
    ``sha256sum`` writes it. Empty where the record has no hashes."""
    files = sorted(model.files, key=lambda each: each.path)
    if not files or not all(each.sha256 for each in files):
        return ""
    if len(files) == 1:
        return f"sha256:{files[0].sha256}"
    listed = "".join(f"{each.sha256}  {each.path}\n" for each in files)
    return f"sha256:{sha256(listed.encode()).hexdigest()}"


def memory_rung(metrics: Iterable[Mapping[str, float]]) -> str:
    """The tightest that any of the crops was painted by; empty where none was painted."""
    found = [int(each[_RUNG]) for each in metrics if _RUNG in each]
    return tuple(Rung)[max(found)].value if found else ""
