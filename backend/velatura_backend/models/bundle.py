"""Models carried to a machine without a network: a folder with their files and one list."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from velatura_protocol.errors import ModelDamaged, UnreadableFile, UnwritableFile, VelaturaError
from velatura_protocol.faults import ModelFault

from ..disk import disk_errors
from ..files import write_private
from .checking import path_of
from .damage import damaged_by
from .finding import files_of
from .importing import check_heads
from .recognising import recognise
from .record_file import BadRecord, decode_record, encode_record
from .records import Family, InstalledModel, ModelFile, ModelForm
from .store import ModelStore
from .work import CHUNK, Meter, Report, unheard

LIST = "velatura-models.json"
VERSION = 1


def is_bundle(folder: Path) -> bool:
    return (folder / LIST).is_file()


def export_models(
    models: Sequence[InstalledModel], folder: Path, report: Report = unheard
) -> tuple[InstalledModel, ...]:
    """Copies them into ``folder``, beside what was exported there before; each is checked while it
    is copied. They are returned as they are there.

    :raises ModelDamaged: one is not what was installed; those before it are in the folder
    :raises UnwritableFile: the folder cannot be made or written
    :raises DiskFull, Cancelled: those that were whole by then are in the folder
    """
    meter = Meter(report, sum(each.bytes for each in models))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = [_exported(each, folder, meter) for each in models]
    except PermissionError as error:
        raise UnwritableFile(reason="no permission") from error
    return tuple(done)


def import_bundle(
    store: ModelStore, folder: Path, report: Report = unheard
) -> tuple[InstalledModel, ...]:
    """Copies all of an exported folder's models into the store, each checked while it is copied.
    One that is there already stays as it is.

    :raises UnreadableFile: the folder's list is damaged
    :raises ModelDamaged: a file is not what was exported; models before it are installed
    :raises DiskFull, Cancelled: models before it are installed
    """
    models = _listed(folder)
    there = {each.id: each for each in store.all()}
    meter = Meter(report, sum(each.bytes for each in models if each.id not in there))
    return tuple(there.get(each.id) or _imported(store, each, meter) for each in models)


def _exported(model: InstalledModel, folder: Path, meter: Meter) -> InstalledModel:
    target = folder / model.id
    with disk_errors():
        files = _copied(model, target, meter)
        is_file = model.form is ModelForm.FILE
        location = target / model.files[0].path if is_file else target
        copy = replace(model, location=location, files=files, in_place=False)
        others = [each for each in _known(folder) if each.id != model.id]
        records = [json.loads(encode_record(each, folder)) for each in (*others, copy)]
        fields = {"version": VERSION, "models": records}
        write_private(folder / LIST, json.dumps(fields, indent=1, ensure_ascii=False).encode())
        (folder / LIST).chmod(0o644)
    return copy


def _known(folder: Path) -> tuple[InstalledModel, ...]:
    """What was exported there before; a list that cannot be read is begun anew."""
    try:
        return _listed(folder) if is_bundle(folder) else ()
    except UnreadableFile:
        return ()


def _listed(folder: Path) -> tuple[InstalledModel, ...]:
    try:
        given: object = json.loads((folder / LIST).read_bytes())
        fields = cast("dict[str, object]", given if isinstance(given, dict) else {})
        if fields.get("version") != VERSION:
            raise UnreadableFile(reason="written by another version")
        records = cast("list[object]", fields["models"])
        models = [decode_record(json.dumps(each).encode(), folder) for each in records]
    except (OSError, ValueError, KeyError, TypeError, BadRecord) as error:
        raise UnreadableFile(reason="its list of models is damaged") from error
    if any(each.in_place for each in models):
        raise UnreadableFile(reason="its list of models is damaged")
    return tuple(models)


def _imported(store: ModelStore, model: InstalledModel, meter: Meter) -> InstalledModel:
    parts = store.parts / f"{model.id}.bundle"
    try:
        with disk_errors():
            files = _copied(model, parts, meter)
            _check(model, parts)
            target = store.own / model.id
            store.own.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.rmtree(target, ignore_errors=True)
            parts.replace(target)
    finally:
        shutil.rmtree(parts, ignore_errors=True)
    is_file = model.form is ModelForm.FILE
    location = target / files[0].path if is_file else target
    installed = replace(model, location=location, files=files)
    store.add(installed)
    return installed


def _check(model: InstalledModel, folder: Path) -> None:
    """The list may say anything: what it is, the tensors say."""
    location = folder / model.files[0].path if model.form is ModelForm.FILE else folder
    try:
        check_heads(location)
        found = recognise(location)
    except VelaturaError as error:
        raise damaged_by(error, model.id, location.name) from error
    if found.kind is not model.kind or found.family not in (Family.NONE, model.family):
        raise ModelDamaged(
            model=model.id,
            file=location.name,
            reason=ModelFault.OTHER_KIND,
            kind=found.kind.value,
        )


def _copied(model: InstalledModel, target: Path, meter: Meter) -> tuple[ModelFile, ...]:
    wanted = {path_of(model, each): each for each in model.files}
    if not model.location.exists() or not set(files_of(model.location)) <= set(wanted):
        missing = next((each.path for each in model.files), "")
        raise ModelDamaged(model=model.id, file=missing, reason=ModelFault.MISSING)
    return tuple(_copy(model, each, target / each.path, meter) for each in model.files)


def _copy(model: InstalledModel, file: ModelFile, target: Path, meter: Meter) -> ModelFile:
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source = path_of(model, file).open("rb")
    except FileNotFoundError as error:
        raise ModelDamaged(model=model.id, file=file.path, reason=ModelFault.MISSING) from error
    with source, target.open("wb") as copy:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
            meter.add(len(chunk), file.path)
    if file.sha256 not in ("", digest.hexdigest()):
        target.unlink()
        raise ModelDamaged(model=model.id, file=file.path, reason=ModelFault.HASH)
    return replace(file, sha256=digest.hexdigest())
