"""A model that is a folder of the diffusers library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import diffusers
import torch
import transformers

from velatura_protocol.errors import ModelDamaged
from velatura_protocol.faults import ModelFault

from ....models.records import InstalledModel
from ..families.table import Component, FamilyRow
from ..painting.conducting import is_out_of_memory
from ..recognition.sizes import Outline, folder_outline
from .processors import picture_processor

LIBRARIES: Mapping[str, Any] = {"diffusers": diffusers, "transformers": transformers}


class Home(Protocol):
    """Where a model's parts lie."""

    def has(self, component: Component) -> bool: ...

    def load(self, component: Component, dtype: torch.dtype) -> Any:
        """The part, in the host's memory.

        :raises ModelDamaged: it is not there, is another one, or cannot be read
        :raises MemoryError: there is not enough
        """
        ...

    def outline(self, component: Component) -> Outline | None:
        """What headers tell of it; None: it is not there."""
        ...

    def scheduler(self) -> Mapping[str, Any]:
        """The configuration of the model's own scheduler, empty if it has none."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """What is told about the pipeline as a whole."""
        ...


@dataclass(frozen=True)
class FolderHome:
    model: InstalledModel
    row: FamilyRow

    def has(self, component: Component) -> bool:
        return (self.model.location / component.name).is_dir()

    def load(self, component: Component, dtype: torch.dtype) -> Any:
        folder = self.model.location / component.name
        if not self.has(component):
            raise self._damaged(component.name, ModelFault.MISSING)
        if component.library == "own":
            tokenizer = self.row.component("tokenizer")
            return picture_processor(folder, self.load(tokenizer, dtype))
        options: dict[str, Any] = {"local_files_only": True}
        if is_network(component):
            options |= {"torch_dtype": dtype, "use_safetensors": True}
            if not _has_weights(folder, ""):
                options["variant"] = "fp16"
        try:
            return self._class_of(component).from_pretrained(folder, **options)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and is_out_of_memory(error):
                raise MemoryError(str(error)) from error
            raise self._damaged(
                component.name, ModelFault.UNREADABLE, detail=type(error).__name__
            ) from error

    def outline(self, component: Component) -> Outline | None:
        return folder_outline(self.model.location / component.name)

    def scheduler(self) -> Mapping[str, Any]:
        path = self.model.location / "scheduler" / "scheduler_config.json"
        return self._json(path) if path.exists() else {}

    def settings(self) -> Mapping[str, Any]:
        return self._json(self.model.location / "model_index.json")

    def _class_of(self, component: Component) -> type[Any]:
        """What the folder names, if the family's row knows it."""
        entry = self.settings().get(component.name)
        if not entry or entry[1] is None:
            raise self._damaged(component.name, ModelFault.MISSING)
        named = entry[1] if entry[0] in LIBRARIES else component.make[0]
        if named not in component.make:
            raise self._damaged(component.name, ModelFault.OTHER_NETWORK, title=named)
        return getattr(LIBRARIES[component.library], named)

    def _json(self, path: Path) -> dict[str, Any]:
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._damaged(path.name, ModelFault.UNREADABLE) from error

    def _damaged(self, file: str, reason: ModelFault, **params: str) -> ModelDamaged:
        return ModelDamaged(model=self.model.id, file=file, reason=reason, **params)


def is_network(component: Component) -> bool:
    """Whether it has weights; tokenizers and processors have not."""
    library = LIBRARIES.get(component.library)
    return library is not None and issubclass(getattr(library, component.make[0]), torch.nn.Module)


def _has_weights(folder: Path, variant: str) -> bool:
    infix = f".{variant}" if variant else ""
    names = (f"diffusion_pytorch_model{infix}", f"model{infix}")
    return any(
        (folder / f"{name}{ending}").exists()
        for name in names
        for ending in (".safetensors", ".safetensors.index.json")
    )
