"""What to install so that something can be done that no engine here can."""

from __future__ import annotations

from velatura_backend.config import default_data_directory, models_directory
from velatura_backend.engines.diffusion.specs import is_profile_installed
from velatura_backend.models.listing import missing_for
from velatura_backend.models.store import ModelStore
from velatura_protocol.tasks import Operation

from .model_reporting import size_of

LIST = "velatura engines lists what there is"


def advice(operation: Operation, *, runs_models: bool | None = None) -> str:
    """Half a sentence: what to type, and what comes then, by name and size."""
    store = ModelStore(models_directory(default_data_directory()))
    missing = missing_for(operation, store).params
    if not missing["name"]:
        return LIST
    named = f"{missing['name']}, {size_of(int(missing['bytes']))}"
    install = f"velatura models install {missing['model']}"
    if is_profile_installed() if runs_models is None else runs_models:
        return f"{install} brings one that can: {named}"
    return f"run python3 installer install --with diffusion, then {install} ({named})"
