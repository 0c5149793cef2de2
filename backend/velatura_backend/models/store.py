"""The installed models: a record for each, and the files of those that are the store's own.

``DATA/models/records/ID.json`` is written in one step, so whoever reads sees all of a model or
nothing: the server, its workers and the command line share the folder without a lock.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from velatura_protocol.errors import NotFound

from ..disk import disk_errors
from ..files import write_private
from .record_file import BadRecord, decode_record, encode_record
from .records import Family, InstalledModel, ModelKind

_log = logging.getLogger("velatura.models")

_Listing = tuple[tuple[str, int, int], ...]
"""Name, time and size of each record."""

Stamp = tuple[_Listing, tuple[bool, ...]]
"""Tells one state of the models from another: their records, and which of them are there."""


@dataclass(frozen=True)
class _Read:
    listing: _Listing
    models: tuple[InstalledModel, ...]


class ModelStore:
    """Implements :class:`~.records.ModelShelf`. ``directory``: ``models`` in the data directory; it
    is made when the first model comes. Any thread."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._records = directory / "records"
        self._read = _Read((), ())

    @property
    def own(self) -> Path:
        """Where the store's own files are, a folder for each model."""
        return self.directory / "files"

    @property
    def styles_directory(self) -> Path:
        """Where the user's styles are, beside the models; it need not be there."""
        return self.directory.parent / "styles"

    @property
    def parts(self) -> Path:
        """Where what is still coming is kept."""
        return self.directory / "parts"

    # -- looking -----------------------------------------------------------------------------------

    def stamp(self) -> Stamp:
        """Changes with every model that comes, goes or is recorded anew, and with every disk that
        is taken out or put back; costs a look at one folder and at each model's place."""
        models = self.recorded()
        return self._read.listing, tuple(each.location.exists() for each in models)

    def recorded(self) -> tuple[InstalledModel, ...]:
        """Every one, also those whose files are gone, by name."""
        listing = self._listing()
        if listing != self._read.listing:
            found = [self._load(self._records / name) for name, _, _ in listing]
            models = sorted(
                (each for each in found if each is not None), key=lambda each: (each.name, each.id)
            )
            self._read = _Read(listing, tuple(models))
        return self._read.models

    def all(self) -> tuple[InstalledModel, ...]:
        """Those that are there to be used."""
        return tuple(each for each in self.recorded() if each.location.exists())

    def get(self, model_id: str) -> InstalledModel:
        """:raises NotFound: no such model"""
        return _the(model_id, self.all())

    def of(self, kind: ModelKind, family: Family | None = None) -> tuple[InstalledModel, ...]:
        return tuple(
            each
            for each in self.all()
            if each.kind is kind and (family is None or each.family is family)
        )

    def at(self, location: Path) -> InstalledModel | None:
        """The one that is recorded to be there."""
        return next((each for each in self.recorded() if each.location == location), None)

    # -- changing ----------------------------------------------------------------------------------

    def add(self, model: InstalledModel) -> None:
        """Records it, in place of an older record of that id. Its files are where it says.

        :raises DiskFull: it is not recorded
        """
        with disk_errors():
            self._records.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(self._records / f"{model.id}.json", encode_record(model, self.own))

    def remove(self, model_id: str) -> InstalledModel:
        """Forgets it, and deletes its files if they are the store's own: what is in place belongs
        to somebody else.

        :raises NotFound: no such model
        """
        model = _the(model_id, self.recorded())
        (self._records / f"{model.id}.json").unlink(missing_ok=True)
        if not model.in_place:
            shutil.rmtree(self.own / model.id, ignore_errors=True)
        return model

    def free_id(self, wanted: str, reserved: Collection[str] = ()) -> str:
        """``wanted``, or with a number behind it where that is taken."""
        taken = {each.id for each in self.recorded()} | set(reserved)
        names = (wanted, *(f"{wanted[:60]}-{number}" for number in range(2, len(taken) + 3)))
        return next(each for each in names if each not in taken)

    def _listing(self) -> _Listing:
        try:
            entries = [each for each in self._records.iterdir() if each.suffix == ".json"]
        except OSError:
            return ()
        return tuple(sorted(filter(None, map(_stamp_of, entries))))

    def _load(self, path: Path) -> InstalledModel | None:
        try:
            model = decode_record(path.read_bytes(), self.own)
        except (OSError, BadRecord) as error:
            _log.warning("the record %s is left out: %s", path.name, error)
            return None
        return model if model.id == path.stem else replace(model, id=path.stem)


def _stamp_of(path: Path) -> tuple[str, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return path.name, status.st_mtime_ns, status.st_size


def _the(model_id: str, models: tuple[InstalledModel, ...]) -> InstalledModel:
    found = next((each for each in models if each.id == model_id), None)
    if found is None:
        raise NotFound(what="model", id=model_id)
    return found
