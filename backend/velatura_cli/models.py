"""``velatura models``: what is installed, what can be, and how it comes and goes.

Works on the data directory itself; a backend that runs on it notices.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from velatura_backend.config import default_data_directory, prepare_data_directory
from velatura_backend.models.checking import verify
from velatura_backend.models.importing import ImportWishes, import_models
from velatura_backend.models.records import InstalledModel
from velatura_backend.models.store import ModelStore
from velatura_protocol.errors import ModelDamaged

from .exit_codes import ExitCode
from .interruption import Interruption
from .model_reporting import (
    Progress,
    described,
    licence_words,
    size_of,
    what_it_is,
    write_event,
)
from .reporting import write_error, write_line
from .table import write_table
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
        case "import":
            return _import(store, arguments, progress)
        case "verify":
            return _verify(store, arguments, progress)
        case "remove":
            return _remove(store, arguments.models, as_json=arguments.json)
        case _:
            return _list(store, as_json=arguments.json)


def _list(store: ModelStore, *, as_json: bool) -> ExitCode:
    models = store.recorded()
    if as_json:
        listed = {"installed": [described(each) for each in models]}
        write_line(sys.stdout, json.dumps(listed, indent=1, ensure_ascii=False))
        return ExitCode.DONE
    rows = [(each.id, size_of(each.bytes), what_it_is(each), _remarks(each)) for each in models]
    write_table(sys.stdout, ("MODEL", "SIZE", "WHAT IT IS", "NAME, LICENCE"), rows)
    return ExitCode.DONE


def _remarks(model: InstalledModel) -> str:
    remarks = [model.name, licence_words(model.licence, commercial_use=model.commercial_use)]
    if not model.location.exists():
        remarks.append("its files are gone")
    elif model.in_place:
        remarks.append(f"used in place: {model.location}")
    return ". ".join(remarks)


def _import(store: ModelStore, arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    path: Path = arguments.path.expanduser()
    wishes = ImportWishes(
        name=arguments.name,
        licence=arguments.licence,
        commercial_use=arguments.commercial,
        copies=arguments.copy,
        hashes=not arguments.no_hashes,
    )
    imported = import_models(store, path, wishes, progress.report)
    progress.close()
    for each in imported.skipped:
        name = each.path.relative_to(path.absolute()) if path.is_dir() else each.path.name
        write_error(f"{name} left out: {error_line(each.error)}")
    _print_models("imported", imported.models, as_json=arguments.json)
    return ExitCode.DONE


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
