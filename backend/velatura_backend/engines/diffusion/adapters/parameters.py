"""Roles and parameters that an engine has because of what is installed beside its model.

Import-free: the server builds specs of it. Where nothing is installed, nothing is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from velatura_protocol.engines import RoleSpec
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.tasks import Role

from ....models.records import Family, InstalledModel, ModelKind, ModelShelf
from ..families.table import Adapter, FamilyRow, Packing, PictureInput
from .control.kinds import CUSTOM, KINDS, ControlKind, Making, kinds_of
from .naming import names_of
from .styles import Style, Styles, read_styles, stamp_of

NONE = "none"
STYLE = "prompt_style"
DETAILS = "control_details"
REFERENCE_TAKE = "reference_take"
REFERENCE_WEIGHT = "reference_weight"
STYLE_WEIGHT = "style_weight"
SURROUNDINGS = "control_inpaint"
SAFETY = "safety"
PREVIEWER = "previewer"
LORA_SLOTS = 3

MADE_BY_NETWORKS = frozenset({"depth", "pose", "segmentation"})
"""Kinds of control for which :mod:`.layer_networks` can run an installed network."""

FROM_AUTO, FROM_LAYER, FROM_STROKES, READY = "auto", "layer", "strokes", "ready"


def control_role(kind: str) -> str:
    return Role.CONTROL_PREFIX + kind


def weight_of(kind: str) -> str:
    return f"control_{kind}_weight"


def start_of(kind: str) -> str:
    return f"control_{kind}_start"


def end_of(kind: str) -> str:
    return f"control_{kind}_end"


def making_of(kind: str) -> str:
    return f"control_{kind}_from"


def network_of(kind: str) -> str:
    return f"control_{kind}_network"


def lora_slot(number: int) -> tuple[str, str]:
    """Ids of a slot's two parameters, from 1: which one, and how strongly."""
    return f"lora_{number}", f"lora_{number}_weight"


@runtime_checkable
class StyledShelf(Protocol):
    """A shelf that knows where the user's styles are."""

    @property
    def styles_directory(self) -> Path: ...


def styles_of(shelf: ModelShelf) -> Styles:
    """The shipped ones, and the user's where the shelf knows them."""
    return read_styles(shelf.styles_directory if isinstance(shelf, StyledShelf) else None)


def styles_stamp(shelf: ModelShelf) -> object:
    """Changes with every style that comes, goes or is written anew."""
    return stamp_of(shelf.styles_directory) if isinstance(shelf, StyledShelf) else ()


def styles_for(model: InstalledModel, row: FamilyRow, shelf: ModelShelf) -> tuple[Style, ...]:
    """Those that go with the model: its sampler is one of theirs, their LoRAs are installed."""
    loras = shelf.of(ModelKind.LORA, model.family)
    known = {name.casefold() for each in loras for name in names_of(each)}
    return tuple(
        each
        for each in styles_of(shelf).for_model(model)
        if (not each.sampler or each.sampler in row.samplers)
        and all(lora.model.casefold() in known for lora in each.loras)
    )


def available_kinds(row: FamilyRow, shelf: ModelShelf) -> tuple[ControlKind, ...]:
    """Kinds of control that an installed network takes."""
    if Adapter.CONTROL not in row.adapters:
        return ()
    known = {kind for each in shelf.of(ModelKind.CONTROL, row.family) for kind in kinds_of(each)}
    return tuple(each for each in KINDS if each.id in known)


def takes_references(row: FamilyRow, shelf: ModelShelf) -> bool:
    """By itself, or because an adapter and an encoder are installed."""
    if row.picture_input is PictureInput.SEVERAL:
        return True
    adapters = shelf.of(ModelKind.IP_ADAPTER, row.family)
    encoders = shelf.of(ModelKind.IMAGE_ENCODER)
    return Adapter.IP_ADAPTER in row.adapters and bool(adapters and encoders)


def adapter_roles(row: FamilyRow, shelf: ModelShelf) -> tuple[RoleSpec, ...]:
    roles: list[RoleSpec] = []
    if takes_references(row, shelf):
        what = "A picture of what is to be painted."
        roles.append(RoleSpec(Role.REFERENCE, label="Reference", help=what))
        if row.picture_input is not PictureInput.SEVERAL:
            what = "A picture to paint in the manner of."
            roles.append(RoleSpec(Role.STYLE, label="Style", help=what))
    roles += [
        RoleSpec(control_role(each.id), label=each.label, help=each.help)
        for each in available_kinds(row, shelf)
        if each.making is not Making.MASKED
    ]
    return tuple(roles)


def adapter_parameters(
    model: InstalledModel, row: FamilyRow, shelf: ModelShelf
) -> tuple[Parameter, ...]:
    """In the order panels show them."""
    return (
        *_style(styles_for(model, row, shelf)),
        *_loras(shelf.of(ModelKind.LORA, row.family) if Adapter.LORA in row.adapters else ()),
        *_references(row, shelf),
        *_controls(row, shelf),
        *_safety(shelf),
        *_previewer(row, shelf),
    )


def _style(styles: Sequence[Style]) -> Iterator[Parameter]:
    if styles:
        yield Parameter(
            STYLE,
            ParameterKind.PRESET,
            "Style",
            NONE,
            help="Words, settings and LoRAs that go with the prompt.",
            choices=(
                Choice(NONE, "As prompted"),
                *(Choice(each.id, each.name) for each in styles),
            ),
        )


def _loras(installed: Sequence[InstalledModel]) -> Iterator[Parameter]:
    choices = (Choice(NONE, "None"), *(Choice(each.id, each.name) for each in installed))
    for number in range(1, min(LORA_SLOTS, len(installed)) + 1):
        which, weight = lora_slot(number)
        label = "LoRA" if number == 1 else f"LoRA {number}"
        yield Parameter(
            which,
            ParameterKind.CHOICE,
            label,
            NONE,
            help="What a model was taught beside. More of them: <lora:name:0.8> in the prompt.",
            choices=choices,
        )
        yield _number(weight, f"{label}: weight", 1.0, -2.0, 2.0, "How strongly it counts.")


def _references(row: FamilyRow, shelf: ModelShelf) -> Iterator[Parameter]:
    """Families that look at references by themselves decide by the prompt what they take."""
    if not takes_references(row, shelf) or row.picture_input is PictureInput.SEVERAL:
        return
    yield Parameter(
        REFERENCE_TAKE,
        ParameterKind.CHOICE,
        "Take from the reference",
        "content",
        help="Content: what it shows, and how. Composition: what is where.",
        choices=(Choice("content", "Content"), Choice("composition", "Composition")),
    )
    much = "How much of it is taken."
    yield _number(REFERENCE_WEIGHT, "Reference: weight", 0.7, 0.0, 1.5, much)
    yield _number(STYLE_WEIGHT, "Style: weight", 0.8, 0.0, 1.5, much)


def _controls(row: FamilyRow, shelf: ModelShelf) -> Iterator[Parameter]:
    kinds = available_kinds(row, shelf)
    drawn = [each for each in kinds if each.making is not Making.MASKED]
    for each in drawn:
        strongly = "How strongly it is followed; 0: not at all."
        yield _number(weight_of(each.id), f"{each.label}: weight", 1.0, 0.0, 2.0, strongly)
    if len(drawn) < len(kinds):
        yield Parameter(
            SURROUNDINGS,
            ParameterKind.BOOL,
            "Look at the surroundings",
            True,
            help="A network for it is installed: what is painted goes on from what is there.",
        )
    if drawn:
        yield Parameter(
            DETAILS,
            ParameterKind.BOOL,
            "Control in detail",
            False,
            help="Shows what control images are made from, and when they act.",
        )
    for each in drawn:
        yield from _control_details(each, row, shelf)


def _control_details(kind: ControlKind, row: FamilyRow, shelf: ModelShelf) -> Iterator[Parameter]:
    shown = f"{DETAILS}=true"
    yield Parameter(
        making_of(kind.id),
        ParameterKind.CHOICE,
        f"{kind.label}: from",
        FROM_AUTO,
        help=(
            "Automatic: strokes on a transparent layer are taken as drawn, of anything else a "
            "control image is made."
        ),
        choices=tuple(_makings(kind, shelf)),
        visible_if=shown,
    )
    share = "In shares of the steps."
    yield _number(start_of(kind.id), f"{kind.label}: from step", 0.0, 0.0, 1.0, share, shown)
    yield _number(end_of(kind.id), f"{kind.label}: to step", 1.0, 0.0, 1.0, share, shown)
    networks = [
        each for each in shelf.of(ModelKind.CONTROL, row.family) if kind.id in kinds_of(each)
    ]
    if len(networks) > 1:
        yield Parameter(
            network_of(kind.id),
            ParameterKind.CHOICE,
            f"{kind.label}: network",
            FROM_AUTO,
            choices=(
                Choice(FROM_AUTO, "Automatic"),
                *(Choice(each.id, each.name) for each in networks),
            ),
            visible_if=shown,
        )


def _makings(kind: ControlKind, shelf: ModelShelf) -> Iterator[Choice]:
    yield Choice(FROM_AUTO, "Automatic")
    if kind.making is Making.LINES:
        yield Choice(FROM_STROKES, "Strokes on the layer")
    able = kind.making is not Making.NETWORK or has_preprocessor(kind.id, shelf)
    if able and kind.id != CUSTOM:
        yield Choice(FROM_LAYER, "Made from the layer")
    yield Choice(READY, "The layer is a control image")


def has_preprocessor(kind: str, shelf: ModelShelf) -> bool:
    """Whether a network is installed that makes control images of the kind."""
    return kind in MADE_BY_NETWORKS and any(
        each.detail == kind for each in shelf.of(ModelKind.PREPROCESSOR)
    )


def _safety(shelf: ModelShelf) -> Iterator[Parameter]:
    if shelf.of(ModelKind.SAFETY):
        yield Parameter(
            SAFETY,
            ParameterKind.BOOL,
            "Safety filter",
            False,
            help="Holds back results that a network on this machine takes for explicit.",
        )


def previewers(row: FamilyRow, shelf: ModelShelf) -> tuple[InstalledModel, ...]:
    """Installed tiny autoencoders that read the family's latents as they are stepped."""
    if row.packing not in (Packing.PLAIN, Packing.PATCHES):
        return ()
    return tuple(
        each
        for each in shelf.of(ModelKind.TINY_VAE)
        if each.family in (Family.NONE, row.family) and each.detail == str(row.latent_channels)
    )


def _previewer(row: FamilyRow, shelf: ModelShelf) -> Iterator[Parameter]:
    found = previewers(row, shelf)
    if found:
        yield Parameter(
            PREVIEWER,
            ParameterKind.CHOICE,
            "Previews",
            NONE,
            help="Sharper ones by a tiny autoencoder; they come a little less often.",
            choices=(Choice(NONE, "Quick"), *(Choice(each.id, each.name) for each in found)),
        )


def _number(
    name: str,
    label: str,
    default: float,
    minimum: float,
    maximum: float,
    what: str,
    visible_if: str = "",
) -> Parameter:
    return Parameter(
        name,
        ParameterKind.FLOAT,
        label,
        default,
        help=what,
        minimum=minimum,
        maximum=maximum,
        visible_if=visible_if,
    )
