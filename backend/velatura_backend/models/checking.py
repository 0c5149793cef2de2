"""Whether an installed model is still what was installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from velatura_protocol.errors import ModelDamaged, UnreadableFile
from velatura_protocol.faults import ModelFault

from .damage import damaged_by
from .records import InstalledModel, ModelFile, ModelForm
from .safetensors_header import read_header
from .store import ModelStore
from .work import Meter, Report, sha256_of, unheard


def verify(store: ModelStore, model_id: str, report: Report = unheard) -> InstalledModel:
    """Reads all of every file. Hashes that were never taken are recorded now.

    :raises NotFound: no such model
    :raises ModelDamaged: a file is missing, or is not what was installed
    :raises Cancelled: by the report
    """
    model = next((each for each in store.recorded() if each.id == model_id), None)
    if model is None:
        model = store.get(model_id)
    meter = Meter(report, sum(each.bytes for each in model.files))
    files = tuple(_checked(model, each, meter) for each in model.files)
    if files != model.files:
        model = replace(model, files=files)
        store.add(model)
    return model


def has_all_files(model: InstalledModel) -> bool:
    """Each in its full size; what is in them is not looked at."""
    try:
        return all(path_of(model, each).stat().st_size == each.bytes for each in model.files)
    except OSError:
        return False


def path_of(model: InstalledModel, file: ModelFile) -> Path:
    return model.location if model.form is ModelForm.FILE else model.location / file.path


def _checked(model: InstalledModel, file: ModelFile, meter: Meter) -> ModelFile:
    path = path_of(model, file)
    try:
        if path.stat().st_size != file.bytes:
            raise ModelDamaged(model=model.id, file=file.path, reason=ModelFault.SIZE)
        found = sha256_of(path, meter, file.path)
    except OSError as error:
        raise ModelDamaged(model=model.id, file=file.path, reason=ModelFault.MISSING) from error
    if file.sha256 and found != file.sha256:
        raise ModelDamaged(model=model.id, file=file.path, reason=ModelFault.HASH)
    if path.suffix in (".safetensors", ".sft"):
        _check_head(model, file, path)
    return replace(file, sha256=found)


def _check_head(model: InstalledModel, file: ModelFile, path: Path) -> None:
    try:
        read_header(path)
    except UnreadableFile as error:
        raise damaged_by(error, model.id, file.path) from error
