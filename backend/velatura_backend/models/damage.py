"""What is wrong with an installed model, told by what was wrong when it was looked at."""

from __future__ import annotations

from velatura_protocol.errors import ModelDamaged, NotFound, VelaturaError
from velatura_protocol.faults import ModelFault

_OWN = frozenset(("what", "name", "supported", "id"))
"""Of errors about files that are no models yet."""


def damaged_by(error: VelaturaError, model: str, file: str) -> ModelDamaged:
    """``error``: of reading or recognising ``file``; its code and that one's parameters go on."""
    known = error.params
    reason = str(known.get("reason") or known.get("what") or error.code.value)
    if isinstance(error, NotFound):
        reason = ModelFault.MISSING.value
    details = {name: value for name, value in known.items() if name not in _OWN}
    return ModelDamaged(**{**details, "model": model, "file": file, "reason": reason})
