"""What a model file is, told by what is in it: never by its name, and without loading it.

A single safetensors file is told by the names and shapes in its header, a folder of the diffusers
library by its configuration files and the headers of its weights. Standard library alone: the store
asks before anything heavy is installed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from velatura_protocol.errors import NotFound, UnreadableFile, Unsupported
from velatura_protocol.faults import ModelFault

from ....models.records import Family, ModelForm, ModelKind, Variant
from ..families.table import FamilyRow, Stage, row_of, supported_families
from .denoiser_signatures import Told, Unusable, Verdict, tell_denoiser
from .preprocessor_configs import tell_preprocessor
from .signatures import tell
from .tensor_names import TensorNames, names_in_file, names_in_folder


@dataclass(frozen=True)
class Recognised:
    """``detail``: what the kind needs beside its family. For a control network ``union`` or the
    kind of control where the file tells it; for an upscaler its architecture; for a LoRA its
    layout; for an IP-adapter ``plus`` or ``base``; for a VAE the number of latent channels; for a
    checkpoint the way it was distilled, where that shows.

    ``missing``: components of the family's pipeline that this file or folder does not bring and
    that another installed model must lend (``text_encoder``, ``vae`` …). ``precision``: the type
    most of its numbers have, as the file spells it (``F16``, ``BF16``, ``F32``, ``F8_E4M3``).
    ``parameters``: how many numbers the denoiser (or the only network) has.
    """

    kind: ModelKind
    form: ModelForm
    family: Family
    variant: Variant = Variant.BASE
    distilled: bool = False
    detail: str = ""
    missing: tuple[str, ...] = ()
    precision: str = ""
    parameters: int = 0


def recognise(path: Path) -> Recognised:
    """What lies at ``path``: a ``.safetensors`` file or a folder of the diffusers library.

    :raises velatura_protocol.errors.NotFound: there is nothing
    :raises velatura_protocol.errors.UnreadableFile: not a whole safetensors file or folder
    :raises velatura_protocol.errors.Unsupported: readable, but nothing that engines can run;
        ``what`` tells what it looks like, ``supported`` the families that would do
    """
    if not path.exists():
        raise NotFound(what="file", id=path.name)
    if not path.is_dir():
        return _of_file(names_in_file(path))
    if (path / "model_index.json").is_file():
        return _of_pipeline(path, _json(path / "model_index.json"))
    if (path / "config.json").is_file():
        return _of_component(path, _json(path / "config.json"))
    raise _unusable(ModelFault.NO_CONFIG)


# -- single files ----------------------------------------------------------------------------------


def _of_file(names: TensorNames) -> Recognised:
    told = _accepted(tell(names), names)
    missing = _missing_in_file(told, names) if told.kind is ModelKind.CHECKPOINT else ()
    return _recognised(told, ModelForm.FILE, names, missing)


_BROUGHT = {
    "vae": ("first_stage_model.", "vae."),
    "text_encoder": (
        "cond_stage_model.",
        "conditioner.embedders.0.",
        "text_encoders.clip_l.",
        "text_encoders.qwen",
    ),
    "text_encoder_2": (
        "conditioner.embedders.1.",
        "text_encoders.clip_g.",
        "text_encoders.t5xxl.",
    ),
    "text_encoder_3": ("text_encoders.t5xxl.",),
}
"""Component → what its names begin with in a file of a whole pipeline."""


def _missing_in_file(told: Told, names: TensorNames) -> tuple[str, ...]:
    return tuple(
        name
        for name in _networks(row_of(told.family, told.variant))
        if name in _BROUGHT and not names.starts(*_BROUGHT[name])
    )


# -- folders ---------------------------------------------------------------------------------------

_PIPELINE_VARIANTS: Mapping[str, Variant] = {
    "FluxKontextPipeline": Variant.EDIT,
    "FluxKontextInpaintPipeline": Variant.EDIT,
    "QwenImageEditPipeline": Variant.EDIT,
    "QwenImageEditInpaintPipeline": Variant.EDIT,
    "QwenImageEditPlusPipeline": Variant.EDIT_PLUS,
    "QwenImageLayeredPipeline": Variant.LAYERED,
}
"""Variants that have the tensors of another one."""


def _of_pipeline(path: Path, index: Mapping[str, object]) -> Recognised:
    folder = next((path / each for each in ("unet", "transformer") if (path / each).is_dir()), None)
    if folder is None:
        raise _unusable(ModelFault.NO_DENOISER)
    names = names_in_folder(folder)
    told = _accepted(tell_denoiser(names), names)
    variant = _PIPELINE_VARIANTS.get(str(index.get("_class_name")), told.variant)
    row = row_of(told.family, variant)
    told = _distillation(replace(told, variant=variant), path, index)
    missing = tuple(name for name in _networks(row) if not (path / name).is_dir())
    return _recognised(told, ModelForm.FOLDER, names, missing)


def _distillation(told: Told, path: Path, index: Mapping[str, object]) -> Told:
    """Folders tell by their configuration what tensors cannot."""
    if "is_distilled" in index:
        return replace(told, distilled=bool(index["is_distilled"]))
    scheduler = path / "scheduler" / "scheduler_config.json"
    if not scheduler.is_file():
        return told
    told_by = _json(scheduler)
    name = str(told_by.get("_class_name", ""))
    if told.family is Family.Z_IMAGE:
        shift = told_by.get("shift")
        turbo = isinstance(shift, int | float) and shift <= _TURBO_SHIFT
        return replace(told, distilled=turbo, detail="turbo" if turbo else "")
    if name in _FEW_STEP_SCHEDULERS:
        return replace(told, distilled=True, detail=_FEW_STEP_SCHEDULERS[name])
    if name.startswith("Euler") and told_by.get("timestep_spacing") == "trailing":
        return replace(told, distilled=True, detail="turbo" if "Ancestral" in name else "lightning")
    return told


_TURBO_SHIFT = 3.0
"""Z-Image's turbo is published with a shift of 3, its base with 6."""
_FEW_STEP_SCHEDULERS = {"LCMScheduler": "lcm", "TCDScheduler": "hyper"}


def _of_component(path: Path, config: Mapping[str, object]) -> Recognised:
    names = names_in_folder(path)
    configured = tell_preprocessor(config)
    if configured is not None:
        return _recognised(_accepted(configured, names), ModelForm.FOLDER, names, ())
    told = _accepted(tell(names), names)
    if told.kind is ModelKind.VAE and told.family is Family.NONE:
        told = replace(told, family=_vae_family(config))
    missing = ()
    if told.kind is ModelKind.CHECKPOINT:
        row = row_of(told.family, told.variant)
        missing = tuple(name for name in _networks(row) if name != row.denoiser)
    return _recognised(told, ModelForm.FOLDER, names, missing)


_VAE_SCALES: Mapping[float, Family] = {
    0.18215: Family.SD15,
    0.13025: Family.SDXL,
    1.5305: Family.SD3,
    0.3611: Family.FLUX1,
}


def _vae_family(config: Mapping[str, object]) -> Family:
    scale = config.get("scaling_factor")
    return _VAE_SCALES.get(scale, Family.NONE) if isinstance(scale, float) else Family.NONE


# -- both ------------------------------------------------------------------------------------------


def _networks(row: FamilyRow) -> tuple[str, ...]:
    """Components with weights that the family cannot do without."""
    return tuple(
        each.name
        for each in row.components
        if not each.optional
        and (each.stage is not Stage.TEXT or each.name.startswith("text_encoder"))
    )


def _accepted(verdict: Verdict, names: TensorNames) -> Told:
    """:raises Unsupported: there is nothing to do with it"""
    if isinstance(verdict, Told):
        return verdict
    if isinstance(verdict, Unusable):
        raise _unusable(verdict.fault, **verdict.params)
    first = ", ".join(list(names.tensors)[:3])
    raise _unusable(ModelFault.UNKNOWN, count=len(names.tensors), detail=first)


def _unusable(fault: ModelFault, **params: str | int) -> Unsupported:
    return Unsupported(what=fault, supported=supported_families(), **params)


def _recognised(
    told: Told, form: ModelForm, names: TensorNames, missing: tuple[str, ...]
) -> Recognised:
    counted = names.denoiser if told.kind is ModelKind.CHECKPOINT else names
    return Recognised(
        told.kind,
        form,
        told.family,
        told.variant,
        told.distilled,
        told.detail,
        missing,
        names.precision,
        counted.parameters,
    )


def _json(path: Path) -> Mapping[str, object]:
    try:
        read: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableFile(reason=ModelFault.UNREADABLE, detail=path.name) from error
    if not isinstance(read, dict):
        raise UnreadableFile(reason=ModelFault.UNREADABLE, detail=path.name)
    return cast("Mapping[str, object]", read)
