from __future__ import annotations

from pathlib import Path

import pytest

from velatura_backend.engines.diffusion.adapters.naming import named, names_of
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind
from velatura_protocol.errors import NotFound
from velatura_protocol.faults import NotFoundWhat

INK = InstalledModel(
    "ink", "Ink wash", ModelKind.LORA, Family.SD15, Path("in/Ink_v2.safetensors"), ModelForm.FILE
)


def test_a_model_is_found_by_id_name_or_file():
    assert names_of(INK) == ("ink", "Ink wash", "Ink_v2")
    for name in ("INK", "ink WASH", "ink_V2"):
        assert named([INK], name, NotFoundWhat.LORA) is INK
    with pytest.raises(NotFound, match="oil"):
        named([INK], "oil", NotFoundWhat.LORA)
