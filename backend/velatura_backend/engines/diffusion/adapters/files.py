"""Files of adapters, read as tensors."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from velatura_protocol.errors import ModelDamaged
from velatura_protocol.faults import ModelFault

from ....models.records import InstalledModel, ModelForm


def tensors_path(model: InstalledModel) -> Path:
    """The one safetensors file of a model that is a file, or a folder around one.

    :raises ModelDamaged: there is none, or several
    """
    if model.form is ModelForm.FILE:
        return model.location
    found = sorted(model.location.glob("*.safetensors"))
    if len(found) != 1:
        reason = ModelFault.SEVERAL_FILES if found else ModelFault.MISSING
        raise ModelDamaged(model=model.id, file="*.safetensors", reason=reason)
    return found[0]


def read_tensors(model: InstalledModel) -> dict[str, Tensor]:
    """In the host's memory, as the file has them.

    :raises ModelDamaged: not a whole safetensors file
    """
    path = tensors_path(model)
    try:
        return load_file(path)
    except (OSError, SafetensorError, ValueError) as error:
        raise unreadable(model, error, path.name) from error


def unreadable(model: InstalledModel, error: Exception, file: str = "") -> ModelDamaged:
    """What to raise where a library cannot make anything of ``file``, or of all of the model."""
    return ModelDamaged(
        model=model.id,
        file=file or model.location.name,
        reason=ModelFault.UNREADABLE,
        detail=type(error).__name__,
    )
