"""``velatura models``: what is installed, what can be, and how it comes and goes.

Works on the data directory itself; a backend that runs on it notices.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from velatura_backend.config import default_data_directory, prepare_data_directory
from velatura_backend.engines.diffusion.specs import is_profile_installed
from velatura_backend.models.bundle import export_models, import_bundle, is_bundle
from velatura_backend.models.checking import verify
from velatura_backend.models.describing import control_choices, control_of, is_untold
from velatura_backend.models.importing import ImportWishes, import_models
from velatura_backend.models.installing import check_licences, install, with_needs
from velatura_backend.models.manifest import Offer
from velatura_backend.models.records import InstalledModel
from velatura_backend.models.sources import DEFAULT, Source, read_source, write_source
from velatura_backend.models.store import ModelStore
from velatura_protocol.errors import LicenceNotAccepted, ModelDamaged

from .exit_codes import ExitCode, UsageError
from .interruption import Interruption
from .model_listing import write_listing
from .model_reporting import (
    Progress,
    described,
    licence_words,
    size_of,
    what_it_is,
    write_event,
)
from .reporting import write_error, write_line
from .wording import error_line


def run_models(arguments: argparse.Namespace) -> ExitCode:
    """:raises VelaturaError: what was asked for could not be done"""
    directory = default_data_directory()
    prepare_data_directory(directory)
    store = ModelStore(directory / "models")
    with Interruption(_nothing) as interruption:
        progress = Progress(interruption, json_events=getattr(arguments, "json", False))
        try:
            return _act(store, arguments, progress)
        finally:
            progress.close()


def _act(store: ModelStore, arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    match arguments.action:
        case "install":
            return _install(store, arguments, progress)
        case "export":
            return _export(store, arguments, progress)
        case "import":
            return _import(store, arguments, progress)
        case "verify":
            return _verify(store, arguments, progress)
        case "remove":
            return _remove(store, arguments.models, as_json=arguments.json)
        case _:
            write_listing(store, memory=arguments.memory, as_json=arguments.json)
            return ExitCode.DONE


def _install(store: ModelStore, arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    web = _source(store, arguments).web(version("velatura"))
    wanted = list(dict.fromkeys(each for name in arguments.models for each in with_needs(name)))
    _check_licences(store, wanted, accepted=arguments.accept_licence)
    for offer in wanted:
        _announce(store, offer, as_json=arguments.json)
        accepted: bool = arguments.accept_licence
        try:
            model = install(store, offer, web, accepted=accepted, report=progress.report)
        finally:
            progress.close()
        _print_models("installed", [model], as_json=arguments.json)
        if not offer.is_confirmed and not arguments.json:
            _print_hashes(model)
    _warn_without_libraries()
    return ExitCode.DONE


def _print_hashes(model: InstalledModel) -> None:
    """Of what was not known beforehand: for whoever wants to compare."""
    for file in model.files:
        write_line(sys.stdout, f"  {file.sha256}  {file.path}")


def _check_licences(store: ModelStore, wanted: Sequence[Offer], *, accepted: bool) -> None:
    """:raises UsageError: one of them has conditions that have to be agreed to"""
    for offer in wanted:
        try:
            check_licences(store, (offer,), accepted=accepted)
        except LicenceNotAccepted as error:
            raise UsageError(
                f"{offer.name} is under {offer.licence}, which has conditions: read "
                f"{offer.licence_url} and give --accept-licence"
            ) from error


def _source(store: ModelStore, arguments: argparse.Namespace) -> Source:
    """With what is given now, which is remembered."""
    known = read_source(store.directory)
    given = Source(
        mirror=_changed(known.mirror, arguments.mirror),
        proxy=_changed(known.proxy, arguments.proxy),
    )
    if given != known:
        write_source(store.directory, given)
    return given


def _changed(known: str, given: str | None) -> str:
    return known if given is None else "" if given == DEFAULT else given


def _announce(store: ModelStore, offer: Offer, *, as_json: bool) -> None:
    """What is about to come, before a byte of it does."""
    if as_json or any(each.id == offer.id for each in store.all()):
        return
    size = size_of(offer.bytes) if offer.is_confirmed else f"about {size_of(offer.bytes)}"
    licence = licence_words(offer.licence, commercial_use=offer.commercial_use)
    hashes = "" if offer.is_confirmed else " Its hashes are those the server lists for the commit."
    write_error(f"{offer.name}, {size}, from {offer.source}; {licence}.{hashes}")


def _export(store: ModelStore, arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    names: Sequence[str] = arguments.models
    models = [store.get(each) for each in names] if names else store.all()
    folder: Path = arguments.folder.expanduser()
    exported = export_models(models, folder, progress.report)
    progress.close()
    _print_models("exported", exported, as_json=arguments.json)
    return ExitCode.DONE


def _import(store: ModelStore, arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    path: Path = arguments.path.expanduser()
    if is_bundle(path):
        models = import_bundle(store, path, progress.report)
        progress.close()
        _print_models("imported", models, as_json=arguments.json)
        return ExitCode.DONE
    wishes = ImportWishes(
        name=arguments.name,
        licence=arguments.licence,
        commercial_use=arguments.commercial,
        copies=arguments.copy,
        hashes=not arguments.no_hashes,
        control=arguments.control,
    )
    imported = import_models(store, path, wishes, progress.report)
    progress.close()
    for each in imported.skipped:
        name = each.path.relative_to(path.absolute()) if path.is_dir() else each.path.name
        write_error(f"{name} left out: {error_line(each.error)}")
    _print_models("imported", imported.models, as_json=arguments.json)
    for each in imported.lacking:
        parts = ", ".join(part.replace("_", " ") for part in each.parts)
        write_error(f"{each.model.id} works with what other installed models lend: {parts}")
    _ask_about_controls(imported.models, arguments)
    _warn_without_libraries()
    return ExitCode.DONE


def _ask_about_controls(models: Sequence[InstalledModel], arguments: argparse.Namespace) -> None:
    """Of what the files do not tell, and of what was told of nothing."""
    control: str = arguments.control
    kinds = ", ".join(each.id for each in control_choices())
    for each in models:
        if is_untold(each):
            write_error(
                f"{each.id} is a control network, and its file does not tell for what. Import it "
                f"once more with --control KIND: {kinds}. Until then it is offered as "
                "“Control” and given layers as they are"
            )
    if control and not any(control_of(each) == control for each in models):
        write_error(f"nothing here is a control network to be told of: --control {control}")


def _warn_without_libraries() -> None:
    if not is_profile_installed():
        write_error("to run models, run python3 installer install --with diffusion")


def _verify(store: ModelStore, arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    wanted: Sequence[str] = arguments.models or [each.id for each in store.recorded()]
    sound: list[InstalledModel] = []
    damage: list[ModelDamaged] = []
    for model in wanted:
        try:
            sound.append(verify(store, model, progress.report))
        except ModelDamaged as error:
            damage.append(error)
        progress.close()
    for error in damage:
        write_error(error_line(error))
        if arguments.json:
            write_event(sys.stdout, "damaged", error.params)
    _print_models("verified", sound, as_json=arguments.json)
    return ExitCode.JOB_FAILED if damage else ExitCode.DONE


def _remove(store: ModelStore, wanted: Sequence[str], *, as_json: bool) -> ExitCode:
    removed = [store.remove(each) for each in wanted]
    _print_models("removed", removed, as_json=as_json)
    return ExitCode.DONE


def _print_models(event: str, models: Sequence[InstalledModel], *, as_json: bool) -> None:
    if as_json:
        write_event(sys.stdout, event, {"models": [described(each) for each in models]})
        return
    for each in models:
        words = f"{each.id}: {what_it_is(each)}, {size_of(each.bytes)}"
        licence = licence_words(each.licence, commercial_use=each.commercial_use)
        kept = "; its files stay where they are" if event == "removed" and each.in_place else ""
        write_line(sys.stdout, f"{event} {words}. {licence}{kept}")


def _nothing() -> None:
    """The work looks by itself whether it is to stop."""
