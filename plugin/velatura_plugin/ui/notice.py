"""What went wrong or out of sight, and the one thing to do about it."""

from __future__ import annotations

from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import PROTOCOL

from ..app import VERSION
from ..client.events import Link
from ..i18n import Translations
from ..state.state import Notice, PanelState
from .model import Action, Control, NoticeBox, Tone
from .pages.models_offer import models_offer
from .wording.words import missed, sentence

_MILD = frozenset(
    {
        ErrorCode.NOTHING_SELECTED,
        ErrorCode.NO_SOURCE,
        ErrorCode.CANCELLED,
        ErrorCode.LAYERS_SKIPPED,
        ErrorCode.NOT_FOUND,
        ErrorCode.NO_MODEL,
    }
)
"""Nothing is broken: something else has to be selected, or done first."""

_SETTINGS = frozenset({ErrorCode.UNAUTHORISED, ErrorCode.VERSION_MISMATCH})


def notice_box(state: PanelState, translations: Translations) -> NoticeBox | None:
    """At most one action, beside taking the box away."""
    notice = state.notice
    if notice is None:
        return _missed(state, translations) or models_offer(state, translations)
    action = _action(state, notice, translations)
    dismiss = Control(Action.DISMISS, translations.gettext("Dismiss"))
    return NoticeBox(
        sentence(notice.error, translations),
        Tone.WARNING if notice.error.code in _MILD else Tone.ERROR,
        (action, dismiss) if action else (dismiss,),
        notice.job,
        _detail(state, notice),
    )


def _missed(state: PanelState, translations: Translations) -> NoticeBox | None:
    away = state.missed
    if away is None:
        return None
    _ = translations.gettext
    show = Control(Action.OPEN_FULL_HISTORY if away.is_closed else Action.OPEN_HISTORY, _("Show"))
    dismiss = Control(Action.DISMISS, _("Dismiss"))
    return NoticeBox(missed(away, translations), Tone.QUIET, (show, dismiss))


def _action(state: PanelState, notice: Notice, translations: Translations) -> Control | None:
    _ = translations.gettext
    error = notice.error
    if error.code is ErrorCode.BACKEND_UNAVAILABLE:
        offline = state.link.link is Link.OFFLINE
        return Control(Action.RESTART_BACKEND, _("Restart")) if offline else None
    wants_model = error.code is ErrorCode.UNSUPPORTED and error.params.get("what") == "prompt"
    if (wants_model or error.code is ErrorCode.NO_MODEL) and state.models.suggestion is not None:
        return Control(Action.OPEN_MODELS, _("Get a model"))
    if error.code in _SETTINGS:
        return Control(Action.OPEN_SETTINGS, _("Open settings"))
    view = state.job(notice.job)
    if view is None or view.is_restored or not error.retryable:
        return None
    reason = "" if state.link.link is Link.ONLINE else _("Start the engine first.")
    return Control(Action.RETRY_JOB, _("Try again"), not reason, reason)


def _detail(state: PanelState, notice: Notice) -> str:
    """For whoever is asked for help: codes and versions, in no language."""
    error = notice.error
    lines = [f"{error.code.value}", *(f"{name}: {value}" for name, value in error.params.items())]
    view = state.job(notice.job)
    if view is not None:
        lines.append(f"engine: {view.engine}")
    lines.append(f"plug-in {VERSION}, backend {state.version or '-'}, protocol {PROTOCOL}")
    return "\n".join([*lines, state.link.detail] if state.link.detail else lines)
