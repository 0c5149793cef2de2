"""The engines a command can ask for: those of the data directory it works on."""

from __future__ import annotations

from velatura_backend.config import default_data_directory, models_directory
from velatura_backend.engines.catalogue import Catalogue
from velatura_backend.models.store import ModelStore


def installed_engines() -> Catalogue:
    return Catalogue(ModelStore(models_directory(default_data_directory())))
