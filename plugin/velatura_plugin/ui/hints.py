"""What will be captured, in a line under the button."""

from __future__ import annotations

from collections.abc import Mapping

from velatura_protocol.geometry import Size
from velatura_protocol.tasks import Operation, Placement, SampleSource

from ..capture.capture import USES_MASK, needs_mask
from ..capture.request import GenerateRequest
from ..host.base import LayerInfo, LayerKind
from ..i18n import Translations
from ..state.state import DocumentView, PanelState
from .wording.numbers import whole


def hint(state: PanelState, request: GenerateRequest, translations: Translations) -> str:
    """How large it is, and whatever about the active layer may surprise."""
    document = state.document
    if document is None or document.problem is not None:
        return ""
    if state.retouch.is_on:
        return _retouch(state.retouch.waiting, translations)
    size = _size_line(state, document, request, translations)
    lines = (
        size,
        _layer_line(document.layer, request, translations),
        _result_line(request, translations) if size else "",
    )
    return "\n".join(each for each in lines if each)


def _retouch(waiting: int, translations: Translations) -> str:
    """What to do is said beside the button, as the reason why it cannot be pressed."""
    if not waiting:
        return ""
    text = translations.ngettext(
        "Retouch mode: {count} selection waits.", "Retouch mode: {count} selections wait.", waiting
    )
    return text.format(count=waiting)


def _size_line(
    state: PanelState, document: DocumentView, request: GenerateRequest, translations: Translations
) -> str:
    _ = translations.gettext
    if request.extent is not None:
        size = request.extent.around(document.size)
        template = _("The canvas becomes {width} × {height} pixels.")
        return "" if request.extent.is_empty else _sized(template, size, translations)
    if request.operation is Operation.UPSCALE and request.scale and not request.stays_in_size:
        width = round(document.size.width * request.scale)
        height = round(document.size.height * request.scale)
        template = _("The result has {width} × {height} pixels.")
        return _sized(template, Size(width, height), translations)
    takes_selection = request.operation in USES_MASK or request.stays_in_size
    if takes_selection and document.selected is not None:
        template = _("Selection: {width} × {height} pixels")
        return _sized(template, document.selected.size, translations)
    if needs_mask(request.operation, state.engine(request.engine)):
        return ""
    return _sized(_("Whole picture: {width} × {height} pixels"), document.size, translations)


def _sized(template: str, size: Size, translations: Translations) -> str:
    width, height = whole(size.width, translations), whole(size.height, translations)
    return template.format(width=width, height=height)


def _layer_line(
    layer: LayerInfo | None, request: GenerateRequest, translations: Translations
) -> str:
    """Nothing for the usual case, a visible and unlocked layer to paint on."""
    if layer is None or request.operation is Operation.GENERATE:
        return ""
    _ = translations.gettext
    if request.sample_source is SampleSource.LAYER:
        alone = _alone(layer.kind, translations)
        if not layer.is_visible:
            alone = _("“{name}” is hidden; it is captured as if it were visible.")
        if alone:
            return alone.format(name=layer.name)
    if request.sample_source is SampleSource.BELOW and not layer.is_visible:
        return _("“{name}” is hidden and will not be seen.").format(name=layer.name)
    if layer.is_locked:
        text = _("“{name}” is locked and stays as it is; the result goes over it.")
        return text.format(name=layer.name)
    return ""


def _result_line(request: GenerateRequest, translations: Translations) -> str:
    """A cut-out lies over what it was cut out of, so that nothing seems to have happened."""
    is_covering = request.placement not in (Placement.NEW_DOCUMENT, Placement.RESIZE_DOCUMENT)
    if request.operation is not Operation.CUT_OUT or not is_covering:
        return ""
    _ = translations.gettext
    return _("The layer below stays as it is. Hide it to see what was cut out alone.")


def _alone(kind: LayerKind, translations: Translations) -> str:
    _ = translations.gettext
    known: Mapping[LayerKind, str] = {
        LayerKind.GROUP: _("The group “{name}” is captured as it looks, with all that is in it."),
        LayerKind.VECTOR: _("The vector layer “{name}” is captured as it looks, in pixels."),
        LayerKind.FILL: _("The fill layer “{name}” is captured as it looks, in pixels."),
        LayerKind.FILTER: _("The filter layer “{name}” has no pixels of its own."),
        LayerKind.MASK: _("“{name}” is a mask: the layer it belongs to is not captured."),
        LayerKind.SELECTION: _("“{name}” is a mask: the layer it belongs to is not captured."),
    }
    return known.get(kind, "")
