"""A model of the manifest, from its server onto the shelf."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Generator, Iterable
from dataclasses import replace
from pathlib import Path

from velatura_protocol.errors import (
    DiskFull,
    DownloadFailed,
    LicenceNotAccepted,
    ModelDamaged,
    VelaturaError,
)
from velatura_protocol.faults import DownloadFault, ModelFault

from ..disk import disk_errors
from .damage import damaged_by
from .download import PATIENCE, Patience, Wanted, download
from .hub import wanted_files
from .importing import check_heads
from .manifest import Offer, offer
from .recognising import recognise
from .records import Family, InstalledModel, ModelFile, ModelForm, ModelKind
from .store import ModelStore
from .web import Web
from .work import Meter, Report, Step, unheard

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_ROOM = 64 * 1024 * 1024
_UNRECOGNISED = frozenset((ModelKind.PREPROCESSOR, ModelKind.SAFETY))
"""Kinds that are not told by their tensors alone; their hashes say what they are."""


def install(
    store: ModelStore,
    model: Offer,
    web: Web,
    *,
    accepted: bool = False,
    report: Report = unheard,
    patience: Patience = PATIENCE,
) -> InstalledModel:
    """Downloads what is missing and records it; one that is there already is only returned.

    What has come stays in the store's parts until all of it is there, whatever happens; the next
    call goes on with it.

    :raises LicenceNotAccepted: it has conditions, and ``accepted`` is not said
    :raises DownloadFailed: also ``under way``: another process installs it at this moment
    :raises DiskFull, Cancelled: see :func:`~.download.download`
    :raises ModelDamaged: it came as announced and is not what the manifest says
    """
    there = next((each for each in store.all() if each.id == model.id), None)
    if there is not None:
        return there
    check_licences(store, (model,), accepted=accepted)
    parts = store.parts / model.id
    with disk_errors():
        parts.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(parts / "lock"):
        files = _download_all(model, parts / "files", web, report, patience)
        detail = _settled(model, parts / "files")
        location = _moved(store, model, parts / "files")
        installed = _recorded(store, replace(model, detail=detail), location, files)
    shutil.rmtree(parts, ignore_errors=True)
    return installed


def with_needs(offer_id: str) -> tuple[Offer, ...]:
    """The offer after those without which it is of no use.

    :raises NotFound: no such model
    """
    wanted: dict[str, Offer] = {}

    def add(each: Offer) -> None:
        for need in each.needs:
            add(offer(need))
        wanted.setdefault(each.id, each)

    add(offer(offer_id))
    return tuple(wanted.values())


def check_licences(store: ModelStore, wanted: Iterable[Offer], *, accepted: bool) -> None:
    """Before the first of them comes.

    :raises LicenceNotAccepted: one that is not there has conditions, and ``accepted`` is not said
    """
    there = {each.id for each in store.all()}
    for each in wanted:
        if each.conditions and not accepted and each.id not in there:
            raise LicenceNotAccepted(model=each.id, licence=each.licence)


def discard_parts(store: ModelStore, offer_id: str) -> None:
    """What has come of a download that nobody wants to go on with."""
    shutil.rmtree(store.parts / offer_id, ignore_errors=True)


def _download_all(
    model: Offer, folder: Path, web: Web, report: Report, patience: Patience
) -> tuple[ModelFile, ...]:
    report(Step(0, model.bytes))
    wanted = wanted_files(model, web, lambda: report(Step(0, model.bytes)))
    meter = Meter(report, sum(each.bytes for each in wanted.values()))
    _need_room(folder, wanted)
    return tuple(
        _download_one(path, each, folder, web, meter, patience)
        for path, each in sorted(wanted.items(), key=lambda item: (item[1].bytes, item[0]))
    )


def _need_room(folder: Path, wanted: dict[str, Wanted]) -> None:
    """:raises DiskFull: now, and not after an hour"""
    have = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    need = sum(each.bytes for each in wanted.values()) - have
    if shutil.disk_usage(folder.parent).free < need + _ROOM:
        raise DiskFull


def _download_one(
    path: str, wanted: Wanted, folder: Path, web: Web, meter: Meter, patience: Patience
) -> ModelFile:
    target = folder / path
    note = target.with_name(f"{target.name}.sha256")
    if target.exists() and note.exists() and target.stat().st_size == wanted.bytes:
        # Hashed while it came; the note is written after that.
        sha256 = note.read_text("ascii")
        meter.add(wanted.bytes, path)
    else:
        sha256 = download(wanted, target, web, meter, path, patience)
        with disk_errors():
            note.write_text(sha256, "ascii")
    return ModelFile(path, wanted.bytes, sha256)


def _settled(model: Offer, parts: Path) -> str:
    """What has come is the model and nothing else; its ``detail``.

    :raises ModelDamaged: it is not what the manifest says; nothing is kept
    """
    for note in parts.rglob("*.sha256"):
        note.unlink()
    try:
        return _check(model, parts)
    except VelaturaError:
        shutil.rmtree(parts, ignore_errors=True)
        raise


def _moved(store: ModelStore, model: Offer, parts: Path) -> Path:
    """All at once, after the last file has come."""
    target = store.own / model.id
    with disk_errors():
        store.own.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.rmtree(target, ignore_errors=True)
        parts.replace(target)
    return _location(model, target)


def _location(model: Offer, folder: Path) -> Path:
    return folder / model.files[0].local if model.form is ModelForm.FILE else folder


def _check(model: Offer, folder: Path) -> str:
    """The ``detail`` that its tensors tell.

    :raises ModelDamaged: it is not what the manifest says
    """
    location = _location(model, folder)
    try:
        check_heads(location)
        if model.kind in _UNRECOGNISED:
            return model.detail
        found = recognise(location)
    except VelaturaError as error:
        raise damaged_by(error, model.id, location.name) from error
    fits = found.family in (Family.NONE, model.family)
    if (found.kind, found.form) != (model.kind, model.form) or not fits:
        raise ModelDamaged(
            model=model.id,
            file=location.name,
            reason=ModelFault.OTHER_KIND,
            kind=found.kind.value,
        )
    return found.detail or model.detail


def _recorded(
    store: ModelStore, model: Offer, location: Path, files: tuple[ModelFile, ...]
) -> InstalledModel:
    installed = InstalledModel(
        id=model.id,
        name=model.name,
        kind=model.kind,
        family=model.family,
        location=location,
        form=model.form,
        files=files,
        variant=model.variant,
        distilled=model.distilled,
        detail=model.detail,
        licence=model.licence,
        commercial_use=model.commercial_use,
        source=model.source,
    )
    store.add(installed)
    return installed


@contextlib.contextmanager
def _alone(path: Path) -> Generator[None]:
    """:raises DownloadFailed: ``under way``: another process, or another thread, has it"""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock(descriptor):
            raise DownloadFailed(reason=DownloadFault.UNDER_WAY)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
