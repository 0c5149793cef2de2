"""Parts of installed models, read from a folder of the diffusers library or from one file.

Only safetensors, only what lies on this machine, only classes that the family's row names.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from velatura_protocol.errors import ModelDamaged

from ...models.records import InstalledModel
from .families import Component, FamilyRow, Noising, Stage
from .memory import MemoryPlan, ladder_of, plan_for
from .placement import prepared
from .processors import picture_processor
from .shortage import is_out_of_memory

_LIBRARIES: Mapping[str, Any] = {"diffusers": diffusers, "transformers": transformers}

_SETTINGS: Mapping[str, Any] = {"requires_safety_checker": False, "add_watermarker": False}
"""What is always decided for pipelines that ask: checks and marks are ours to make."""


@dataclass(frozen=True)
class Source:
    """Where a model's parts come from, and in which numbers they are to be."""

    model: InstalledModel
    row: FamilyRow
    device: str
    plan: MemoryPlan = plan_for(ladder_of("cpu")[0], "cpu")

    def load(self, component: Component) -> Any:
        """The part itself, in the host's memory.

        :raises ModelDamaged: the model does not bring it, or its files cannot be read
        """
        folder = self.model.location / component.name
        if component.library == "own":
            return self._own(component, folder)
        make = self._class_of(component)
        options: dict[str, Any] = {"local_files_only": True}
        if _is_network(make):
            options |= {"torch_dtype": self.dtype(component), "use_safetensors": True}
            if not _has_weights(folder, ""):
                options["variant"] = "fp16"
        try:
            part = make.from_pretrained(folder, **options)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            if is_out_of_memory(error):
                raise MemoryError(str(error)) from error
            raise self._damaged(component.name, type(error).__name__) from error
        if not _is_network(make):
            return part
        return prepared(part.eval(), component.stage, self.plan, self.device)

    def loader(self, component: Component) -> Callable[[], Any]:
        return functools.partial(self.load, component)

    def is_network(self, component: Component) -> bool:
        """Whether it has weights; tokenizers and processors have not."""
        return component.library in _LIBRARIES and _is_network(
            getattr(_LIBRARIES[component.library], component.make[0])
        )

    def scheduler(self) -> Mapping[str, Any]:
        """The configuration of the model's own scheduler."""
        path = self.model.location / "scheduler" / "scheduler_config.json"
        return self._json(path) if path.exists() else {}

    def settings(self, pipeline: type[Any]) -> dict[str, Any]:
        """What the pipeline wants to know beside its parts."""
        told = self._index()
        wanted = inspect.signature(pipeline.__init__).parameters
        plain = {key: value for key, value in told.items() if isinstance(value, bool | int | float)}
        return {key: value for key, value in (plain | dict(_SETTINGS)).items() if key in wanted}

    def has(self, component: Component) -> bool:
        return (self.model.location / component.name).is_dir()

    def dtype(self, component: Component) -> torch.dtype:
        """VAEs always decode in float32: in 16 bit a gradient would have steps that a 16-bit
        document shows, and SDXL's overflows."""
        if component.stage is Stage.PICTURE or not self.plan.half:
            return torch.float32
        if self.device == "cpu":
            return torch.bfloat16
        return torch.float16 if self.row.noising is Noising.VARIANCE else torch.bfloat16

    def _own(self, component: Component, folder: Path) -> Any:
        if not folder.is_dir():
            raise self._damaged(component.name, "missing")
        return picture_processor(folder, self.load(self.row.component("tokenizer")))

    def _class_of(self, component: Component) -> type[Any]:
        named = self._named_class(component)
        if named and named not in component.make:
            raise self._damaged(component.name, f"is a {named}")
        return getattr(_LIBRARIES[component.library], named or component.make[0])

    def _named_class(self, component: Component) -> str:
        entry = self._index().get(component.name)
        if not entry or entry[1] is None or not self.has(component):
            raise self._damaged(component.name, "missing")
        return entry[1] if entry[0] in _LIBRARIES else ""

    def _index(self) -> dict[str, Any]:
        return self._json(self.model.location / "model_index.json")

    def _json(self, path: Path) -> dict[str, Any]:
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._damaged(path.name, "unreadable") from error

    def _damaged(self, file: str, reason: str) -> ModelDamaged:
        return ModelDamaged(model=self.model.id, file=file, reason=reason)


def _is_network(make: type[Any]) -> bool:
    return issubclass(make, torch.nn.Module)


def _has_weights(folder: Path, variant: str) -> bool:
    infix = f".{variant}" if variant else ""
    names = (f"diffusion_pytorch_model{infix}", f"model{infix}")
    return any(
        (folder / f"{name}{ending}").exists()
        for name in names
        for ending in (".safetensors", ".safetensors.index.json")
    )
