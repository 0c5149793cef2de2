"""The controls an engine asks for: its own parameters, and layers for its roles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from velatura_protocol.engines import EngineSpec, RoleSpec
from velatura_protocol.parameters import Parameter, ParameterKind
from velatura_protocol.tasks import Role

from ...capture.capture import DRAWN_ROLES
from ...host.base import FILE_PREFIX, LayerKind
from ...i18n import Translations
from ...state.state import DocumentView
from ..model import Field, FieldKind, Option
from .draft import Draft, is_file, is_visible, roles_of, value_of
from .edits import PARAMETER_PREFIX, ROLE_PREFIX
from .tasks import PanelTask

_SLIDER_STEPS = 100
"""Longer ranges of whole numbers are typed: a slider could not be set to each of them."""

_KINDS: Mapping[ParameterKind, FieldKind] = {
    ParameterKind.INT: FieldKind.INTEGER,
    ParameterKind.FLOAT: FieldKind.DECIMAL,
    ParameterKind.BOOL: FieldKind.SWITCH,
    ParameterKind.CHOICE: FieldKind.CHOICE,
    ParameterKind.PRESET: FieldKind.CHOICE,
    ParameterKind.TEXT: FieldKind.TEXT,
    ParameterKind.SEED: FieldKind.SEED,
    ParameterKind.COLOUR: FieldKind.COLOUR,
    ParameterKind.PALETTE: FieldKind.PALETTE,
}
"""Layers, masks, strokes and files are given by role, which has a control of its own."""


def parameter_fields(
    draft: Draft,
    task: PanelTask,
    engine: EngineSpec,
    translations: Translations,
    *,
    main: bool,
) -> list[Field]:
    """``main``: those that say what the task is about, such as the presets that a style is chosen
    by; else the others."""
    return [
        _parameter(each, draft, task, translations)
        for each in engine.parameters
        if each.kind in _KINDS
        and (each.main or each.kind is ParameterKind.PRESET) is main
        and is_visible(each, draft, task, engine)
    ]


def _parameter(
    parameter: Parameter, draft: Draft, task: PanelTask, translations: Translations
) -> Field:
    _ = translations.gettext
    return Field(
        PARAMETER_PREFIX + parameter.id,
        _kind(parameter),
        _(parameter.label),
        value_of(draft, task, parameter),
        help=_(parameter.help) if parameter.help else "",
        minimum=parameter.minimum,
        maximum=parameter.maximum,
        step=_step(parameter),
        unit=_(parameter.unit) if parameter.unit else "",
        options=tuple(
            Option(each.id, _(each.label), picture=each.picture) for each in parameter.choices
        ),
    )


def _kind(parameter: Parameter) -> FieldKind:
    if any(each.picture for each in parameter.choices):
        return FieldKind.GALLERY
    if parameter.kind is not ParameterKind.INT:
        return _KINDS[parameter.kind]
    if parameter.minimum is None or parameter.maximum is None:
        return FieldKind.INTEGER
    span = parameter.maximum - parameter.minimum
    return FieldKind.SLIDER if span <= _SLIDER_STEPS else FieldKind.INTEGER


def _step(parameter: Parameter) -> float | None:
    if parameter.kind is not ParameterKind.FLOAT:
        return None
    if parameter.minimum is None or parameter.maximum is None:
        return 0.1
    return (parameter.maximum - parameter.minimum) / 20


def role_fields(
    document: DocumentView | None,
    draft: Draft,
    task: PanelTask,
    engine: EngineSpec,
    translations: Translations,
    *,
    main: bool,
) -> list[Field]:
    """``main``: roles that the engine cannot do without, or that the task is about."""
    chosen = roles_of(draft, task, engine, document)
    return [
        _role(each, chosen.get(each.role, ""), document, translations)
        for each in engine.roles
        if each.role not in (Role.IMAGE, Role.MASK)
        and (each.required or each.main) is main
        and is_visible(each, draft, task, engine)
    ]


def _role(
    spec: RoleSpec, chosen: str, document: DocumentView | None, translations: Translations
) -> Field:
    _ = translations.gettext
    layers = document.layers if document else ()
    options = tuple(
        Option(each.reference, each.name, depth=each.depth)
        for each in layers
        if each.kind is not LayerKind.FILTER
    )
    label = _(spec.label) if spec.label else spec.role
    if is_file(spec.role, chosen):
        path = PurePath(chosen.removeprefix(FILE_PREFIX))
        options = (Option(chosen, path.name, help=str(path)), *options)
    return Field(
        ROLE_PREFIX + spec.role,
        FieldKind.CHOICE,
        label,
        chosen,
        help=_(spec.help) if spec.help else "",
        # Translators: no layer is chosen for this purpose.
        options=(Option("", _("None")), *options),
        placeholder="" if spec.role in DRAWN_ROLES else _("Choose a file…"),
    )
