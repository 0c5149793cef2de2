"""What an installed diffusion model says about itself as an engine. Import-free, like all specs."""

from __future__ import annotations

from importlib.util import find_spec

from velatura_protocol.engines import ContextRule, Device, EngineColour, EngineSpec, RoleSpec
from velatura_protocol.errors import Unsupported
from velatura_protocol.tasks import Intent, Operation, Role

from ...models.records import InstalledModel, ModelKind, ModelShelf
from .adapters.parameters import adapter_parameters, adapter_roles
from .families.table import FamilyRow, PictureInput, row_of
from .layer_parameters import layer_parameters
from .quality.parameters import QUALITY_PARAMETERS, SEES_ALL
from .sampling import sampling_parameters

VERSION = "2"
"""Changes whenever the same task may give other pixels."""

LAYERED_VERSION = "3"
"""Of models that paint in layers, which came in one piece before."""

TARGET = "velatura_backend.engines.diffusion.making:make_engine"

_LIBRARIES = ("torch", "diffusers", "transformers", "safetensors")

_OPERATIONS = (
    Operation.FILL,
    Operation.GENERATE,
    Operation.VARY,
    Operation.RESTYLE,
    Operation.UPSCALE,
)
_INTENTS = (Intent.FILL, Intent.REMOVE, Intent.ADD, Intent.EXPAND, Intent.REPLACE_BACKGROUND)

_ROLES = (
    RoleSpec(Role.IMAGE, label="Picture"),
    RoleSpec(Role.MASK, label="Selection", help="What is to be painted."),
)
"""None is required: what a task cannot do without depends on its operation."""

_EXPERIMENTAL_LOSS = 3
"""Of the rank: an experimental family is the default only where there is no other."""


def is_profile_installed() -> bool:
    """Whether models can be run here at all. Looks for the libraries, imports none."""
    return all(find_spec(name) is not None for name in _LIBRARIES)


def specs_of(shelf: ModelShelf) -> tuple[EngineSpec, ...]:
    """An engine for each installed checkpoint of a known family, in the shelf's order."""
    found: list[EngineSpec] = []
    for model in shelf.of(ModelKind.CHECKPOINT):
        try:
            found.append(spec_of(model, shelf))
        except Unsupported:  # recorded by a version that knew more families
            continue
    return tuple(found)


def spec_of(model: InstalledModel, shelf: ModelShelf) -> EngineSpec:
    """:raises Unsupported: no row of the families' table is its own"""
    row = row_of(model.family, model.variant)
    return EngineSpec(
        id=model.id,
        name=model.name,
        version=_version(row),
        operations=_OPERATIONS,
        intents=_INTENTS,
        sentence=_sentence(row),
        roles=(*_ROLES, *adapter_roles(row, shelf)),
        parameters=(
            *layer_parameters(row.layers),
            *adapter_parameters(model, row, shelf),
            *sampling_parameters(row, row.defaults_for(distilled=model.distilled)),
            *QUALITY_PARAMETERS,
        ),
        device=Device.ACCELERATOR,
        colour=EngineColour.SRGB,
        context=ContextRule(factor=1.0, minimum=256, whole_if=SEES_ALL),
        takes_prompt=True,
        licence=model.licence or row.licence,
        commercial_use=model.commercial_use,
        weights=True,
        rank=row.rank - (_EXPERIMENTAL_LOSS if row.experimental else 0),
    )


def _version(row: FamilyRow) -> str:
    return LAYERED_VERSION if row.layers else VERSION


def _sentence(row: FamilyRow) -> str:
    """One, honest, on what it can and cannot do."""
    what = f"Paints what you describe, with {row.title}"
    if row.layers:
        what = f"Takes a picture apart into layers with transparency, with {row.title}"
    elif row.picture_input is not PictureInput.NONE:
        what += ", and changes a picture by a sentence"
    caution = "it invents, and what it invents may be wrong"
    if row.experimental:
        caution += "; this family is supported on trial"
    return f"{what}; {caution}."
