"""A model that is one safetensors file, in the layout its makers published or as UIs save it.

What the file does not bring (often the VAE, text encoders, always tokenizers) other installed
models lend: a single VAE or text encoder, or a folder of the same family.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import torch
from diffusers.loaders.single_file_utils import create_diffusers_clip_model_from_ldm
from safetensors import safe_open

from velatura_protocol.errors import ModelDamaged, NotFound, UnreadableFile, Unsupported
from velatura_protocol.faults import ModelFault

from ....models.damage import damaged_by
from ....models.records import InstalledModel, ModelForm, ModelKind, ModelShelf
from ..families.table import Component, FamilyRow, Noising, Stage
from ..painting.conducting import is_out_of_memory
from ..recognition.config_shapes import Config, configuration
from ..recognition.sizes import Outline, folder_outline
from ..recognition.tensor_names import TensorNames, names_in_file
from .clip_vocabulary import clip_tokenizer, is_clip_vocabulary_here
from .folder_home import LIBRARIES, FolderHome, is_network

_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "vae": ("first_stage_model.", "vae."),
    "text_encoder": ("cond_stage_model.", "conditioner.embedders.0.", "text_encoders.clip_l."),
    "text_encoder_2": ("conditioner.embedders.1.", "text_encoders.clip_g."),
}
"""Component → what its tensors' names begin with in the file of a whole pipeline."""

_ENCODERS = {"CLIPTextModel": "clip", "T5EncoderModel": "t5"} | dict.fromkeys(
    ("Qwen3ForCausalLM", "Qwen3Model"), "qwen3"
)
"""Class → what recognition calls the single file of such a text encoder."""


@dataclass(frozen=True)
class FileHome:
    model: InstalledModel
    row: FamilyRow
    shelf: ModelShelf

    def has(self, component: Component) -> bool:
        return self._brings(component) or self._lender(component) is not None

    def load(self, component: Component, dtype: torch.dtype) -> Any:
        if self._brings(component):
            return self._read(component, self.model.location, self._part(component), dtype)
        lender = self._lender(component)
        if lender is None:
            return self._last_resort(component)
        if lender.form is ModelForm.FOLDER and lender.kind is ModelKind.CHECKPOINT:
            return FolderHome(lender, self.row).load(component, dtype)
        return self._read(component, lender.location, _names(lender), dtype)

    def outline(self, component: Component) -> Outline | None:
        if not is_network(component):
            return None
        lender = None if self._brings(component) else self._lender(component)
        if lender is not None and lender.form is ModelForm.FOLDER:
            inside = "" if lender.kind is not ModelKind.CHECKPOINT else component.name
            return folder_outline(lender.location / inside)
        if lender is None and not self._brings(component):
            return None
        names = self._part(component) if lender is None else _names(lender)
        values = sum(prod(each.shape) for each in names.tensors.values())
        wanted = component.stage is not Stage.TEXT
        config = configuration(component.make[0], names, self.row) if wanted else {}
        return Outline(config, values)

    def scheduler(self) -> Mapping[str, Any]:
        """Of a flow, that of a folder of the family made for as many steps; else what the family is
        known to have been trained with. Some files say by a tensor that they predict velocities."""
        if self.row.noising is Noising.FLOW:
            for folder in self._folders():
                if folder.distilled is self.model.distilled:
                    return FolderHome(folder, self.row).scheduler()
        told: dict[str, Any] = dict(self.row.schedule_for(distilled=self.model.distilled))
        if self._names.has("v_pred"):
            told |= {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True}
        return told

    def settings(self) -> Mapping[str, Any]:
        return {"is_distilled": self.model.distilled}

    # -- what the file brings ----------------------------------------------------------------------

    @cached_property
    def _names(self) -> TensorNames:
        return _names(self.model)

    def _brings(self, component: Component) -> bool:
        if component.name == self.row.denoiser:
            return True
        return self._names.starts(*_PREFIXES.get(component.name, ("\0",)))

    def _part(self, component: Component) -> TensorNames:
        """Its tensors, under the names they have in the file."""
        if component.name == self.row.denoiser:
            others = tuple(prefix for each in _PREFIXES.values() for prefix in each)
            return self._names.without(*others)
        return self._names.only(*_PREFIXES[component.name])

    def _read(
        self, component: Component, path: Path, names: TensorNames, dtype: torch.dtype
    ) -> Any:
        make = getattr(LIBRARIES[component.library], component.make[0])
        config = configuration(component.make[0], names, self.row)
        tensors = dict(_tensors(path, names))
        if component.name == self.row.denoiser:
            tensors = _as_converted(names, tensors)
        try:
            network = _network(make, config, tensors, dtype)
        except (OSError, ValueError, KeyError, IndexError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and is_out_of_memory(error):
                raise MemoryError(str(error)) from error
            raise self._damaged(
                component.name, ModelFault.UNREADABLE, type(error).__name__
            ) from error
        absent = [name for name, each in network.named_parameters() if each.is_meta]
        if absent:
            raise self._damaged(component.name, ModelFault.INCOMPLETE, absent[0])
        return network

    # -- what others lend --------------------------------------------------------------------------

    def _lender(self, component: Component) -> InstalledModel | None:
        return next(self._lenders(component), None)

    def _lenders(self, component: Component) -> Iterator[InstalledModel]:
        if is_network(component):
            yield from filter(_is_file, self._single(component))
        for folder in self._folders():
            if (folder.location / component.name).is_dir():
                yield folder

    def _folders(self) -> Iterator[InstalledModel]:
        for model in self.shelf.of(ModelKind.CHECKPOINT, self.row.family):
            if model.form is ModelForm.FOLDER:
                yield model

    def _single(self, component: Component) -> Iterator[InstalledModel]:
        """Installed VAEs and text encoders on their own that fit."""
        if component.stage is Stage.PICTURE:
            yield from self.shelf.of(ModelKind.VAE, self.row.family)
            for model in self.shelf.of(ModelKind.VAE):
                if model.detail == str(self.row.latent_channels):
                    yield model
        wanted = _ENCODERS.get(component.make[0])
        for model in self.shelf.of(ModelKind.TEXT_ENCODER):
            if wanted is not None and model.detail == wanted:
                yield model

    def _last_resort(self, component: Component) -> Any:
        """CLIP's tokenizer is the same for everybody."""
        if component.make[0] == "CLIPTokenizer" and is_clip_vocabulary_here():
            return clip_tokenizer(pad="!" if component.name == "tokenizer_2" else "<|endoftext|>")
        raise self._damaged(component.name, ModelFault.MISSING)

    def _damaged(self, part: str, reason: ModelFault, detail: str = "") -> ModelDamaged:
        return ModelDamaged(model=self.model.id, file=part, reason=reason, detail=detail)


def _is_file(model: InstalledModel) -> bool:
    return model.form is ModelForm.FILE


def _names(model: InstalledModel) -> TensorNames:
    """:raises ModelDamaged: the file cannot be read"""
    try:
        return names_in_file(model.location)
    except (NotFound, UnreadableFile, Unsupported) as error:
        raise damaged_by(error, model.id, model.location.name) from error


def _tensors(path: Path, names: TensorNames) -> Iterator[tuple[str, torch.Tensor]]:
    """Read where they lie, one after the other: a file of a whole pipeline is not held twice."""
    with safe_open(path, "pt") as file:  # pyright: ignore[reportUnknownVariableType]
        for name in names.tensors:
            yield name, file.get_tensor(name)


def _as_converted(
    names: TensorNames, tensors: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """A denoiser's, under the names that the library converts from: UNets of the first publication
    with their wrapper, all others without any."""
    size = len(names.wrapper)
    wanted = "model.diffusion_model." if names.denoiser.starts("input_blocks.") else ""
    return {wanted + name[size:]: tensor for name, tensor in tensors.items()}


def _network(
    make: type[Any], config: Config, tensors: dict[str, torch.Tensor], dtype: torch.dtype
) -> Any:
    with tempfile.TemporaryDirectory(prefix="velatura-config-") as folder:
        Path(folder, "config.json").write_text(json.dumps(config))
        if hasattr(make, "from_single_file"):
            return make.from_single_file(
                tensors, config=folder, local_files_only=True, torch_dtype=dtype
            )
        if any(name.startswith(_PIPELINE_TEXT) for name in tensors):
            return create_diffusers_clip_model_from_ldm(
                make, tensors, config=folder, torch_dtype=dtype, local_files_only=True
            )
        return make.from_pretrained(
            None, config=make.config_class(**config), state_dict=tensors, dtype=dtype
        )


_PIPELINE_TEXT = ("cond_stage_model.", "conditioner.", "text_encoders.")
