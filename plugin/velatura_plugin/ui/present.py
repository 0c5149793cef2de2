"""From the panel's state to what it shows. Pure: all of the panel is tested without a toolkit."""

from __future__ import annotations

from collections.abc import Sequence

from velatura_protocol.pixels import Pixels, Transfer

from ..client.events import Link
from ..i18n import Translations
from ..state.state import JobView, PanelState
from .around import Around
from .button import generate_control, link_reason
from .form.controls import FormContext, fields
from .form.draft import Draft
from .form.requests import request_of
from .hints import hint
from .menu import menu
from .model import Action, Control, History, ModelsPage, Page, ViewModel
from .notice import notice_box
from .pages.history import history_page
from .pages.models import models_page
from .pages.settings import fact_lines, settings_page
from .pages.welcome import welcome
from .progress import announcement, progress_line, waiting
from .status import status_line
from .strip import strip_of

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
    previews = active if around.settings.previews else []
    pixels, transfer = _running(previews) or (None, None)
    request = request_of(draft, state, variations=around.settings.variations)
    retouch = state.retouch.is_on if around.has_retouch else None
    context = FormContext(around.settings.variations, tuple(around.settings.prompts), retouch)
    return ViewModel(
        status=status_line(state, translations, fact_lines(around.facts, translations)),
        generate=generate_control(state, request, translations),
        form=fields(state, draft, translations, context),
        menu=menu(state, request, translations, around),
        tools=_tools(state, around, translations),
        hint=hint(state, request, translations),
        stop=_stop(state, translations),
        progress=progress_line(active, translations, state.engines),
        queue=waiting(active, translations, state.engines),
        notice=notice_box(state, translations),
        strips=tuple(strip_of(each, translations) for each in jobs if each.is_staging),
        preview=pixels or _beyond_canvas(jobs),
        preview_transfer=transfer,
        welcome=welcome(state, around.settings, translations),
        settings=_settings(around, translations),
        history=_history(state, around, translations),
        models=_models(state, around, translations),
        announcement=announcement(state, jobs, translations),
    )


def _running(jobs: Sequence[JobView]) -> tuple[Pixels, Transfer] | None:
    running = ((each.preview.pixels, each.transfer) for each in jobs if each.preview is not None)
    return next(running, None)


def _beyond_canvas(jobs: Sequence[JobView]) -> Pixels | None:
    """What is staged and cannot be seen on the canvas, which grows only when it is accepted."""
    for each in jobs:
        shown = each.staging.shown
        if shown is not None and not each.margins.is_empty and not each.comparing:
            return shown.thumbnail
    return None


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


def _tools(state: PanelState, around: Around, translations: Translations) -> tuple[Control, ...]:
    """None while a page is open: it has its own way back."""
    _ = translations.gettext
    if around.is_settings_open or state.history.is_open or state.models.is_open:
        return ()
    tools = [Control(Action.OPEN_SETTINGS, _("Settings"))]
    if Action.OPEN_MODELS in around.abilities:
        tools.insert(0, Control(Action.OPEN_MODELS, _("Models")))
    if Action.OPEN_HISTORY in around.abilities:
        tools.insert(0, Control(Action.OPEN_HISTORY, _("History")))
    if any(each.is_active for each in state.jobs):
        label = _("Hide previews") if around.settings.previews else _("Show previews")
        tools.insert(0, Control(Action.TOGGLE_PREVIEWS, label))
    return tuple(tools)


def _settings(around: Around, translations: Translations) -> Page | None:
    if not around.is_settings_open:
        return None
    return settings_page(around.settings, around.facts, translations, around.abilities)


def _history(state: PanelState, around: Around, translations: Translations) -> History | None:
    if around.is_settings_open or not state.history.is_open:
        return None
    return history_page(state.history, around.now, translations, around.abilities)


def _models(state: PanelState, around: Around, translations: Translations) -> ModelsPage | None:
    if around.is_settings_open or state.history.is_open or not state.models.is_open:
        return None
    return models_page(state.models, link_reason(state, translations), translations)
