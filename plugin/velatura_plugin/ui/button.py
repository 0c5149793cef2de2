"""The one button: what it would do, and why it cannot."""

from __future__ import annotations

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import VelaturaError
from velatura_protocol.parameters import ParameterKind
from velatura_protocol.tasks import Intent, Operation, Role

from ..capture.capture import USES_MASK, choose_engine, needs_mask
from ..capture.request import GenerateRequest
from ..client.events import Link
from ..host.base import MaskKind
from ..i18n import Translations
from ..state.state import DocumentView, PanelState
from .model import Action, Control
from .wording.numbers import decimal
from .wording.words import operation_name, sentence

_ENGLISH = Translations()
STYLES = frozenset({Role.STYLE, Role.REFERENCE, Role.PALETTE})
"""Roles that a style can be given by."""


def generate_control(
    state: PanelState, request: GenerateRequest, translations: Translations
) -> Control:
    engine = state.engine(request.engine)
    label = generate_label(request, state.document, translations, engine)
    reason = reason_against(state, request, translations)
    return Control(Action.GENERATE, label, enabled=not reason, reason=reason)


def generate_label(
    request: GenerateRequest,
    document: DocumentView | None,
    translations: Translations = _ENGLISH,
    engine: EngineSpec | None = None,
) -> str:
    """*Fill selection*, *Restyle layer*, *Upscale 2×*."""
    _ = translations.gettext
    name = operation_name(request.operation, request.intent, translations)
    if request.operation is Operation.UPSCALE and request.scale:
        scale = decimal(request.scale, translations)
        return _("{operation} {scale}×").format(operation=name, scale=scale)
    if request.intent is Intent.EXPAND:
        return _("Extend picture")
    if request.operation not in USES_MASK:
        return name
    if request.mask.kind is MaskKind.TRANSPARENCY:
        return _("{operation} transparent areas").format(operation=name)
    if request.mask.kind is MaskKind.REFERENCE:
        return _("{operation} masked areas").format(operation=name)
    selected = document is not None and document.selected is not None
    if selected or needs_mask(request.operation, engine):
        return _on_selection(request, translations)
    return _on_layer(request.operation, translations)


def _on_selection(request: GenerateRequest, translations: Translations) -> str:
    _ = translations.gettext
    intents = {
        Intent.REMOVE: _("Remove selection"),
        Intent.FILL: _("Fill selection"),
        Intent.ADD: _("Add to selection"),
        Intent.REPLACE_BACKGROUND: _("Replace background"),
    }
    operations = {
        Operation.FILL: _("Fill selection"),
        Operation.RESTYLE: _("Restyle selection"),
        Operation.VARY: _("Vary selection"),
        Operation.RESTORE: _("Restore selection"),
        Operation.RECOLOUR: _("Recolour selection"),
        Operation.CUT_OUT: _("Cut out selection"),
    }
    return intents.get(request.intent) or operations[request.operation]


def _on_layer(operation: Operation, translations: Translations) -> str:
    _ = translations.gettext
    return {
        Operation.RESTYLE: _("Restyle layer"),
        Operation.VARY: _("Vary layer"),
        Operation.RESTORE: _("Restore layer"),
        Operation.RECOLOUR: _("Recolour layer"),
        Operation.CUT_OUT: _("Cut out of layer"),
    }[operation]


def reason_against(state: PanelState, request: GenerateRequest, translations: Translations) -> str:
    """Why it cannot be done now; empty if it can."""
    reason = link_reason(state, translations)
    if reason:
        return reason
    document = state.document
    if document is None:
        return translations.gettext("Open a picture first.")
    if document.problem is not None:
        return sentence(document.problem, translations)
    return _request_reason(state, document, request, translations)


def link_reason(state: PanelState, translations: Translations) -> str:
    """Why nothing can be sent; empty if it can."""
    _ = translations.gettext
    if state.link.link is Link.STARTING:
        return _("The engine is still starting.")
    if state.link.link is Link.RECONNECTING:
        return _("The connection is being restored.")
    if state.link.link is not Link.ONLINE or not state.engines:
        return _("Start the engine first.")
    return ""


def _request_reason(
    state: PanelState, document: DocumentView, request: GenerateRequest, translations: Translations
) -> str:
    _ = translations.gettext
    if request.intent is Intent.EXPAND:
        if request.extent is None or request.extent.is_empty:
            return _("Say how far the picture is to be extended.")
    elif _lacks_selection(document, request, state.engine(request.engine)):
        if state.retouch.is_on:
            return _("Retouch mode: select what is to go.")
        return _("Select something first.")
    if request.operation is Operation.RESTYLE and not _has_style(state, request):
        engine = state.engine(request.engine)
        if engine is not None and not engine.takes_prompt:
            return _("Choose a style.")
        return _("Choose or describe a style.")
    if request.operation is Operation.GENERATE and not request.prompt:
        return _("Describe what you want to see.")
    return _engine_reason(state, request, translations)


def _lacks_selection(
    document: DocumentView, request: GenerateRequest, engine: EngineSpec | None
) -> bool:
    from_selection = request.mask.kind is MaskKind.SELECTION
    needs = needs_mask(request.operation, engine)
    return needs and from_selection and document.selected is None


def _has_style(state: PanelState, request: GenerateRequest) -> bool:
    """Words, a picture, or a preset: the one chosen, else the one the engine begins with."""
    engine = state.engine(request.engine)
    presets = engine is not None and any(
        request.parameters.get(each.id, each.default)
        for each in engine.parameters
        if each.kind is ParameterKind.PRESET
    )
    return bool(request.prompt or STYLES.intersection(request.roles) or presets)


def _engine_reason(state: PanelState, request: GenerateRequest, translations: Translations) -> str:
    _ = translations.gettext
    try:
        engine = choose_engine(state.engines, request)
    except VelaturaError as error:
        return sentence(error, translations)
    for spec in engine.roles:
        given = spec.role in (Role.IMAGE, Role.MASK) or spec.role in request.roles
        if spec.required and not given:
            name = _(spec.label) if spec.label else spec.role
            return _("Choose a layer for “{role}”.").format(role=name)
    return ""
