"""Parts of installed models, in the host's memory and in the numbers they are to be computed in.

Only safetensors, only what lies on this machine, only classes that the family's row names.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from ....models.records import InstalledModel, ModelForm, ModelShelf
from ...resources import NO_MODELS
from ..families.table import Component, FamilyRow, Noising, Stage
from ..memory.placement import prepared
from ..memory.plan import MemoryPlan, ladder_of, plan_for
from ..recognition.sizes import Outline
from .file_home import FileHome
from .folder_home import FolderHome, Home, is_network

_SETTINGS: Mapping[str, Any] = {"requires_safety_checker": False, "add_watermarker": False}
"""What is always decided for pipelines that ask: checks and marks are ours to make."""


@dataclass(frozen=True)
class Source:
    """Where a model's parts come from. ``shelf``: the other models, which lend what a single file
    does not bring."""

    model: InstalledModel
    row: FamilyRow
    device: str
    plan: MemoryPlan = plan_for(ladder_of("cpu")[0], "cpu")
    shelf: ModelShelf = NO_MODELS

    @functools.cached_property
    def _home(self) -> Home:
        if self.model.form is ModelForm.FILE:
            return FileHome(self.model, self.row, self.shelf)
        return FolderHome(self.model, self.row)

    def load(self, component: Component) -> Any:
        """The part itself.

        :raises ModelDamaged: the model does not bring it, or its files cannot be read
        :raises MemoryError: there is not enough
        """
        part = self._home.load(component, self.dtype(component))
        if not isinstance(part, torch.nn.Module):
            return part
        return prepared(part.eval(), component.stage, self.plan, self.device)

    def loader(self, component: Component) -> Callable[[], Any]:
        return functools.partial(self.load, component)

    def is_network(self, component: Component) -> bool:
        """Whether it has weights; tokenizers and processors have not."""
        return is_network(component)

    def scheduler(self) -> Mapping[str, Any]:
        """The configuration of the model's own scheduler."""
        return self._home.scheduler()

    def settings(self, pipeline: type[Any]) -> dict[str, Any]:
        """What the pipeline wants to know beside its parts."""
        told = self._home.settings()
        wanted = inspect.signature(pipeline.__init__).parameters
        plain = {key: value for key, value in told.items() if isinstance(value, bool | int | float)}
        return {key: value for key, value in (plain | dict(_SETTINGS)).items() if key in wanted}

    def has(self, component: Component) -> bool:
        return self._home.has(component)

    def outline(self, component: Component) -> Outline | None:
        """What headers tell of a part; None: there is none."""
        return self._home.outline(component)

    def dtype(self, component: Component) -> torch.dtype:
        """VAEs always decode in float32: in 16 bit a gradient would have steps that a 16-bit
        document shows, and SDXL's overflows."""
        if component.stage is Stage.PICTURE or not self.plan.half:
            return torch.float32
        if self.device == "cpu":
            return torch.bfloat16
        return torch.float16 if self.row.noising is Noising.VARIANCE else torch.bfloat16
