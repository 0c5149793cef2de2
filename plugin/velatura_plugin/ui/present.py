"""From the panel's state to what it shows. Pure: all of the panel is tested without a toolkit."""

from __future__ import annotations

from velatura_protocol.errors import VelaturaError
from velatura_protocol.tasks import Intent, Operation

from ..capture import NEEDS_MASK, USES_MASK, choose_engine
from ..events import Link
from ..host.base import MaskKind
from ..i18n import Translations
from ..request import GenerateRequest
from ..state import DocumentView, PanelState
from .model import Action, Control, NoticeBox, Tone, ViewModel
from .progress import announcement, progress_line
from .status import status_line
from .strip import strip_of
from .words import operation_name, sentence

_ENGLISH = Translations()


def present(
    state: PanelState, draft: GenerateRequest, translations: Translations = _ENGLISH
) -> ViewModel:
    """``draft`` is the request that the button would send as the panel's controls stand now."""
    document = state.document.id if state.document else ""
    jobs = state.jobs_of(document)
    active = [each for each in jobs if each.is_active]
    shown = next((each for each in active if each.preview is not None), None)
    return ViewModel(
        status=status_line(state, translations),
        generate=_generate(state, draft, translations),
        hint=_hint(state.document, draft, translations),
        stop=_stop(state, translations),
        progress=progress_line(active, translations),
        notice=_notice(state, translations),
        strips=tuple(strip_of(each, translations) for each in jobs if each.is_staging),
        preview=shown.preview.pixels if shown and shown.preview else None,
        announcement=announcement(state, jobs, translations),
    )


def generate_label(
    draft: GenerateRequest, document: DocumentView | None, translations: Translations = _ENGLISH
) -> str:
    """What the button would do: *Fill selection*, *Restyle layer*, *Upscale 2×*."""
    _ = translations.gettext
    name = operation_name(draft.operation, draft.intent, translations)
    if draft.operation is Operation.UPSCALE and draft.scale:
        return _("{operation} {scale}×").format(operation=name, scale=f"{draft.scale:g}")
    if draft.operation not in USES_MASK:
        return name
    if draft.mask.kind is MaskKind.TRANSPARENCY:
        return _("{operation} transparent areas").format(operation=name)
    selected = document is not None and document.selected is not None
    if selected or draft.operation in NEEDS_MASK:
        return _("{operation} selection").format(operation=name)
    return _("{operation} layer").format(operation=name)


def _generate(state: PanelState, draft: GenerateRequest, translations: Translations) -> Control:
    label = generate_label(draft, state.document, translations)
    reason = _reason(state, draft, translations)
    return Control(Action.GENERATE, label, enabled=not reason, reason=reason)


def _reason(state: PanelState, draft: GenerateRequest, translations: Translations) -> str:
    """Why it cannot be done now; empty if it can."""
    _ = translations.gettext
    if state.link.link is Link.STARTING:
        return _("The engine is still starting.")
    if state.link.link is Link.RECONNECTING:
        return _("The connection is being restored.")
    if state.link.link is not Link.ONLINE or not state.engines:
        return _("Start the engine first.")
    document = state.document
    if document is None:
        return _("Open a picture first.")
    if document.problem is not None:
        return sentence(document.problem, translations)
    return _request_reason(state, document, draft, translations)


def _request_reason(
    state: PanelState, document: DocumentView, draft: GenerateRequest, translations: Translations
) -> str:
    _ = translations.gettext
    from_selection = draft.mask.kind is MaskKind.SELECTION
    if draft.operation in NEEDS_MASK and from_selection and document.selected is None:
        return _("Select something first.")
    if draft.operation is Operation.RESTYLE and not (draft.prompt or draft.roles):
        return _("Choose or describe a style.")
    if draft.operation is Operation.GENERATE and not draft.prompt:
        return _("Describe what you want to see.")
    try:
        choose_engine(state.engines, draft)
    except VelaturaError as error:
        return sentence(error, translations)
    return ""


def _hint(document: DocumentView | None, draft: GenerateRequest, translations: Translations) -> str:
    """What will be captured."""
    _ = translations.gettext
    if document is None:
        return ""
    if draft.operation in USES_MASK and document.selected is not None:
        size = document.selected.size
        return _("Selection: {width} × {height} pixels").format(
            width=size.width, height=size.height
        )
    if draft.intent is not Intent.NONE and draft.operation in NEEDS_MASK:
        return ""
    return _("Whole picture: {width} × {height} pixels").format(
        width=document.size.width, height=document.size.height
    )


def _stop(state: PanelState, translations: Translations) -> Control | None:
    _ = translations.gettext
    active = [each for each in state.jobs if each.is_active]
    if state.link.link is Link.STARTING:
        return Control(Action.STOP_START, _("Stop"))
    if not active:
        return None
    if all(each.cancelling for each in active):
        return Control(Action.STOP, _("Stop"), enabled=False, reason=_("Stopping…"))
    return Control(Action.STOP, _("Stop"))


def _notice(state: PanelState, translations: Translations) -> NoticeBox | None:
    _ = translations.gettext
    notice = state.notice
    if notice is None:
        return None
    actions = [Control(Action.DISMISS, _("Dismiss"))]
    if notice.job and notice.error.retryable:
        enabled = state.link.link is Link.ONLINE
        reason = "" if enabled else _("Start the engine first.")
        actions.insert(0, Control(Action.RETRY_JOB, _("Try again"), enabled, reason))
    text = sentence(notice.error, translations)
    return NoticeBox(text, Tone.ERROR, tuple(actions), notice.job)
