"""What an installed network says about itself. Nothing heavy is imported: the server reads it."""

from __future__ import annotations

from velatura_protocol.engines import ContextRule, Device, EngineColour, EngineSpec, RoleSpec
from velatura_protocol.tasks import Intent, Operation, Role

from ...models.records import InstalledModel, ModelKind, ModelShelf
from .facts import NetworkFacts, Purpose, facts_of

VERSION = "1"
TARGET = "velatura_backend.engines.super_resolution.engine:NetworkEngine"
_RANK = 5
"""Below the built-in engines: what a user's own network is good for nobody here can know."""

_MASK_HELP = "Nothing selected: all of the layer."
_FACE_PIXELS = 4096 * 4096


def network_specs_of(shelf: ModelShelf) -> tuple[EngineSpec, ...]:
    """An engine for each installed network whose facts are known."""
    found: list[EngineSpec] = []
    for model in shelf.of(ModelKind.UPSCALER):
        try:
            found.append(spec_of_network(model))
        except ValueError:  # recorded by hand, or by a version that told it otherwise
            continue
    return tuple(found)


def spec_of_network(model: InstalledModel) -> EngineSpec:
    """:raises ValueError: its ``detail`` is none of a network"""
    facts = facts_of(model)
    operation = _OPERATIONS[facts.purpose]
    is_fill = operation is Operation.FILL
    return EngineSpec(
        id=model.id,
        name=model.name,
        version=VERSION,
        operations=(operation,),
        sentence=_sentence(facts),
        intents=(Intent.REMOVE, Intent.FILL, Intent.EXPAND) if is_fill else (),
        roles=(
            RoleSpec(Role.IMAGE, required=True, label="Picture"),
            RoleSpec(Role.MASK, required=True, label="Hole", help="What is to be filled.")
            if is_fill
            else RoleSpec(Role.MASK, label="Area", help=_MASK_HELP),
        ),
        device=Device.ACCELERATOR,
        colour=EngineColour.SRGB,
        context=ContextRule(factor=1.0, minimum=128),
        max_pixels=_FACE_PIXELS if facts.purpose is Purpose.FACE else 0,
        licence=model.licence,
        commercial_use=model.commercial_use,
        weights=True,
        rank=_RANK,
    )


_OPERATIONS = {
    Purpose.UPSCALE: Operation.UPSCALE,
    Purpose.RESTORE: Operation.RESTORE,
    Purpose.FACE: Operation.RESTORE,
    Purpose.INPAINT: Operation.FILL,
}


def _sentence(facts: NetworkFacts) -> str:
    made_by = f"Your own network ({facts.architecture})"
    return {
        Purpose.UPSCALE: f"{made_by}: enlarges by {facts.scale}, then resamples to the size asked "
        "for; what it invents depends on what it was trained on.",
        Purpose.RESTORE: f"{made_by}: cleans a picture the way it was trained to.",
        Purpose.FACE: f"{made_by}: redraws one upright face; select it closely.",
        Purpose.INPAINT: f"{made_by}: fills holes without a prompt; very large ones come out soft.",
    }[facts.purpose]
