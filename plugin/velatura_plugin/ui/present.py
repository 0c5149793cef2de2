"""From the panel's state to what it shows. Pure: all of the panel is tested without a toolkit."""

from __future__ import annotations

from ..events import Link
from ..i18n import Translations
from ..state import PanelState
from .around import Around
from .button import generate_control
from .draft import Draft
from .form import FormContext, fields
from .hints import hint
from .menu import menu
from .model import Action, Control, NoticeBox, Tone, ViewModel
from .progress import announcement, progress_line, waiting
from .requests import request_of
from .status import status_line
from .strip import strip_of
from .words import sentence

_ENGLISH = Translations()
_ALONE = Around()


def present(
    state: PanelState,
    draft: Draft,
    translations: Translations = _ENGLISH,
    around: Around = _ALONE,
) -> ViewModel:
    """``draft`` is the document's, as the panel's controls stand now."""
    document = state.document.id if state.document else ""
    jobs = state.jobs_of(document)
    active = [each for each in jobs if each.is_active]
    shown = next((each for each in active if each.preview is not None), None)
    request = request_of(draft, state, variations=around.settings.variations)
    context = FormContext(around.settings.variations, around.prompts, around.retouch)
    return ViewModel(
        status=status_line(state, translations),
        generate=generate_control(state, request, translations),
        form=fields(state, draft, translations, context),
        menu=menu(state, request, translations, around),
        hint=hint(state.document, request, translations),
        stop=_stop(state, translations),
        progress=progress_line(active, translations),
        queue=waiting(active, translations),
        notice=_notice(state, translations),
        strips=tuple(strip_of(each, translations) for each in jobs if each.is_staging),
        preview=shown.preview.pixels if shown and shown.preview else None,
        announcement=announcement(state, jobs, translations),
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
