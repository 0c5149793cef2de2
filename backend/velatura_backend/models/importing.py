"""Models that are on this machine already, taken into the list: in place, without copying."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from velatura_protocol.errors import NotFound, Unsupported, VelaturaError
from velatura_protocol.faults import ModelFault

from ..disk import disk_errors
from ..engines.diffusion.recognition.model_file import Recognised
from .convert import convert
from .describing import check_control, control_of, describe_control, is_tellable, is_untold
from .finding import Found, files_of, find_models
from .manifest import offers
from .recognising import recognise
from .records import InstalledModel, ModelFile, ModelForm, ModelKind
from .safetensors_header import FileSort, read_header
from .store import ModelStore
from .work import Meter, Report, sha256_of, unheard


@dataclass(frozen=True)
class ImportWishes:
    """``name`` and ``licence`` as the user gives them; empty: what the files say. ``copies``: into
    the store, else they stay where they are. ``hashes``: read all of every file now, else when it
    is first verified. ``control``: what control networks of one kind were made for, which no file
    tells; one of :func:`~.describing.control_choices`."""

    name: str = ""
    licence: str = ""
    commercial_use: bool = False
    copies: bool = False
    hashes: bool = True
    control: str = ""


@dataclass(frozen=True)
class Skipped:
    """What looked like a model and was not taken, and why."""

    path: Path
    error: VelaturaError


@dataclass(frozen=True)
class Lacking:
    """A model works only with ``parts`` that other installed models lend."""

    model: InstalledModel
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    """``models``: those that are in the list now, ``known`` of them have been before."""

    models: tuple[InstalledModel, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    known: int = 0
    lacking: tuple[Lacking, ...] = ()


def import_models(
    store: ModelStore, root: Path, wishes: ImportWishes = ImportWishes(), report: Report = unheard
) -> Imported:
    """``root`` is a model, or a folder of models such as those of other programs.

    What is damaged or unknown does not keep the rest from being taken; if there is nothing else,
    that is the error. A pickle is converted into the store if it is asked for alone.

    :raises NotFound: there is no such place, or no model in it
    :raises UnreadableFile, Unsupported: the only one there is damaged, or nothing engines can run
    :raises BadTask: there is no such kind of control
    :raises DiskFull, Cancelled: what was taken until then stays in the list
    """
    check_control(wishes.control)
    root = root.absolute()
    if not root.exists():
        raise NotFound(what="file", id=root.name)
    found = list(find_models(root, besides=store.directory))
    if [each.sort for each in found] == [FileSort.PICKLE] and root.is_file():
        return Imported((_converted(store, root, wishes, report),))
    meter = Meter(report, sum(_weight(each) for each in found) if wishes.hashes else 0)
    before = store.recorded()
    results = [_taken(store, each, wishes, meter) for each in found]
    skipped = [each for each in results if isinstance(each, Skipped)]
    taken = [each for each in results if isinstance(each, Lacking)]
    if not taken:
        raise skipped[0].error if skipped else NotFound(what="models in", id=root.name)
    return Imported(
        tuple(each.model for each in taken),
        tuple(skipped),
        sum(each.model in before for each in taken),
        tuple(each for each in taken if each.parts),
    )


def check_heads(location: Path) -> None:
    """:raises UnreadableFile: a safetensors file of the model is not whole, or one that calls
    itself so is a pickle"""
    for path in files_of(location):
        if path.suffix in (".safetensors", ".sft"):
            read_header(path)


def identifier_for(name: str) -> str:
    """What a model of this name is called on the command line."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return slug[:48].strip("-") or "model"


def _free_id(store: ModelStore, name: str) -> str:
    """Not that of a model of the manifest: whoever asks for one is to get that one."""
    return store.free_id(identifier_for(name), {each.id for each in offers()})


def _weight(found: Found) -> int:
    return sum(path.stat().st_size for path in files_of(found.path))


def _taken(
    store: ModelStore, found: Found, wishes: ImportWishes, meter: Meter
) -> Lacking | Skipped:
    try:
        if found.sort is FileSort.PICKLE:
            raise Unsupported(what=ModelFault.PICKLE)
        check_heads(found.path)
        recognised = recognise(found.path)
    except VelaturaError as error:
        return Skipped(found.path, error)
    model = _recorded(store, found.path, recognised, wishes, meter)
    return Lacking(model, recognised.missing)


def _recorded(
    store: ModelStore, path: Path, recognised: Recognised, wishes: ImportWishes, meter: Meter
) -> InstalledModel:
    files = _listed(path, meter) if wishes.hashes else _unhashed(path)
    known = store.at(path) or _same(store, files)
    if known is not None and known.location.exists():
        is_same = known.files == files or known.location != path
        if is_same:
            return _told(store, known, wishes)
    name = wishes.name or _name_of(path)
    identity = known.id if known else _free_id(store, name)
    model = _described(path, recognised, files, wishes, _Names(identity, name))
    if known is not None and is_untold(model):
        model = replace(model, detail=control_of(known))
    if wishes.copies:
        model = _copied(store, model)
    store.add(model)
    return model


def _told(store: ModelStore, known: InstalledModel, wishes: ImportWishes) -> InstalledModel:
    """A model that is in the list already, with what is said of it now."""
    if not wishes.control or not is_tellable(known):
        return known
    return describe_control(store, known.id, wishes.control)


def _converted(
    store: ModelStore, path: Path, wishes: ImportWishes, report: Report
) -> InstalledModel:
    """:raises UnreadableFile, Unsupported: as :func:`~.convert.convert`, or what came out of it is
    nothing that engines can run; nothing of it is left
    """
    name = wishes.name or path.stem
    identity = _free_id(store, name)
    folder = store.parts / f"{identity}.conversion"
    target = store.own / identity
    try:
        with disk_errors():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
            store.own.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = folder / f"{identity}.safetensors"
        convert(path, made, report)
        recognised = recognise(made)
        files = _listed(made, Meter(unheard, 0))
        model = _described(target / made.name, recognised, files, wishes, _Names(identity, name))
        folder.replace(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    model = replace(model, in_place=False, source=f"import, converted from {path.name}")
    store.add(model)
    return model


def _name_of(path: Path) -> str:
    """For people. A snapshot in the hub's own cache is called by its commit; what it is of, by the
    folder above."""
    if path.parent.name == "snapshots":
        return path.parent.parent.name.removeprefix("models--").replace("--", "/")
    return path.stem if path.is_file() else path.name


@dataclass(frozen=True)
class _Names:
    id: str
    name: str


def _described(
    path: Path,
    recognised: Recognised,
    files: tuple[ModelFile, ...],
    wishes: ImportWishes,
    names: _Names,
) -> InstalledModel:
    return InstalledModel(
        id=names.id,
        name=names.name,
        kind=recognised.kind,
        family=recognised.family,
        location=path,
        form=recognised.form,
        files=files,
        variant=recognised.variant,
        distilled=recognised.distilled,
        detail=_detail(recognised, wishes),
        licence=wishes.licence or (_own_licence(path) if path.exists() else ""),
        commercial_use=wishes.commercial_use,
        source="import",
        in_place=True,
    )


def _detail(recognised: Recognised, wishes: ImportWishes) -> str:
    """Where the file tells nothing, what the user says."""
    is_silent = recognised.kind is ModelKind.CONTROL and not recognised.detail
    return wishes.control if is_silent else recognised.detail


def _listed(location: Path, meter: Meter) -> tuple[ModelFile, ...]:
    names = [(path, _name_in(location, path)) for path in files_of(location)]
    return tuple(
        ModelFile(name, path.stat().st_size, sha256_of(path, meter, name)) for path, name in names
    )


def _unhashed(location: Path) -> tuple[ModelFile, ...]:
    paths = files_of(location)
    return tuple(ModelFile(_name_in(location, path), path.stat().st_size, "") for path in paths)


def _name_in(location: Path, path: Path) -> str:
    return path.name if path == location else path.relative_to(location).as_posix()


def _same(store: ModelStore, files: tuple[ModelFile, ...]) -> InstalledModel | None:
    """The same bytes, recorded from elsewhere."""
    hashes = sorted(each.sha256 for each in files)
    if not all(hashes):
        return None
    return next(
        (each for each in store.recorded() if sorted(f.sha256 for f in each.files) == hashes), None
    )


def _own_licence(path: Path) -> str:
    """As the file's maker wrote it into the head (modelspec, "license")."""
    weights = [each for each in files_of(path) if each.suffix in (".safetensors", ".sft")]
    for each in weights:
        licence = read_header(each).metadata.get("modelspec.license", "")
        if licence:
            return licence[:200]
    return ""


def _copied(store: ModelStore, model: InstalledModel) -> InstalledModel:
    """:raises DiskFull: nothing of it is left"""
    folder = store.own / model.id
    source = model.location
    is_file = model.form is ModelForm.FILE
    try:
        with disk_errors():
            for each in model.files:
                target = folder / each.path
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source if is_file else source / each.path, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return replace(
        model, location=folder / model.files[0].path if is_file else folder, in_place=False
    )
