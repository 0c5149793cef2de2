from __future__ import annotations

import pytest

from velatura_backend.models.damage import damaged_by
from velatura_protocol.errors import NotFound, UnreadableFile, Unsupported, VelaturaError
from velatura_protocol.faults import ModelFault


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            UnreadableFile(reason=ModelFault.CUT_OFF, detail="too short"),
            {"reason": "cut_off", "detail": "too short"},
        ),
        (
            Unsupported(what=ModelFault.FOREIGN, title="Chroma", supported="SDXL"),
            {"reason": "foreign", "title": "Chroma"},
        ),
        (NotFound(what="file", id="secret name"), {"reason": "missing"}),
        (VelaturaError(), {"reason": "engine_error"}),
    ],
)
def test_what_was_wrong_goes_on(error: VelaturaError, told: dict[str, str]) -> None:
    assert damaged_by(error, "m", "f").params == {"model": "m", "file": "f", **told}
