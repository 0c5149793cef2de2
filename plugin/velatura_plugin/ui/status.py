"""The line that says how things stand with the backend."""

from __future__ import annotations

from collections.abc import Sequence

from velatura_protocol.errors import ErrorCode

from ..client.events import Link
from ..i18n import Translations
from ..launcher.launcher import SANDBOXED
from ..state.state import PanelState, Work, work_of
from .model import Action, Control, StatusLine, Tone
from .wording.reasons import reason_text
from .wording.words import sentence

SLOW_START_SECONDS = 20


def status_line(
    state: PanelState, translations: Translations, facts: Sequence[str] = ()
) -> StatusLine:
    """``facts``: what is said of the connection while nothing is wrong with it."""
    match state.link.link:
        case Link.OFFLINE:
            return _offline(state, translations)
        case Link.STARTING:
            return _starting(state, translations)
        case Link.RECONNECTING:
            return _reconnecting(state, translations)
        case Link.ONLINE:
            return _online(state, translations, facts)


def _offline(state: PanelState, translations: Translations) -> StatusLine:
    _ = translations.gettext
    error = state.link.error
    start = Control(Action.START_BACKEND, _("Start"))
    if error is None or error.params.get("reason") in ("not started", "start was stopped"):
        return StatusLine(_("Off"), Tone.QUIET, _("Not running."), actions=(start,))
    if error.params.get("reason") == "not installed":
        install = Control(Action.INSTALL, _("Install…"))
        elsewhere = Control(Action.OPEN_SETTINGS, _("Choose server…"))
        text = _("Not installed on this computer.")
        return StatusLine(_("Off"), Tone.WARNING, text, actions=(install, elsewhere))
    again = Control(Action.START_BACKEND, _("Try again"))
    if error.params.get("reason") == SANDBOXED:
        text = run_outside(translations)
        return StatusLine(_("Off"), Tone.WARNING, text, state.link.detail, (again,))
    if error.code is ErrorCode.BACKEND_UNAVAILABLE:
        again = Control(Action.RESTART_BACKEND, _("Restart"))
    text = sentence(error, translations)
    return StatusLine(_("Off"), Tone.ERROR, text, state.link.detail, (again,))


def run_outside(translations: Translations) -> str:
    """What is said before the command that starts an engine which the editor may not start."""
    _ = translations.gettext
    return _("This editor runs in a sandbox and cannot start the engine. Run in a terminal:")


def _starting(state: PanelState, translations: Translations) -> StatusLine:
    _ = translations.gettext
    text = _("Starting…")
    if state.link.error is not None:
        text = _("The engine stopped ({reason}). Starting it again…").format(
            reason=reason_text(str(state.link.error.params.get("reason", "")), translations)
        )
    if state.link.waited >= SLOW_START_SECONDS:
        text = _("Still starting. The first start prepares the engines.")
    return StatusLine(_("Starting"), Tone.BUSY, text, state.link.detail)


def _reconnecting(state: PanelState, translations: Translations) -> StatusLine:
    """Told apart from a backend that died: jobs may well be running over there."""
    _, plural = translations.gettext, translations.ngettext
    seconds = state.link.retry_in or 0
    when = plural("Reconnecting in {seconds} s.", "Reconnecting in {seconds} s.", seconds)
    has_jobs = any(each.is_active for each in state.jobs)
    template = (
        _("Connection lost; the job may still be running. {when}")
        if has_jobs
        else _("Connection lost. {when}")
    )
    text = template.format(when=when.format(seconds=seconds))
    now = Control(Action.RETRY_NOW, _("Now"))
    return StatusLine(_("Reconnecting"), Tone.WARNING, text, state.link.detail, (now,))


def _online(state: PanelState, translations: Translations, facts: Sequence[str]) -> StatusLine:
    _ = translations.gettext
    document = state.document.id if state.document else ""
    word, tone = {
        Work.IDLE: (_("Ready"), Tone.GOOD),
        Work.QUEUED: (_("Waiting"), Tone.BUSY),
        Work.LOADING: (_("Loading"), Tone.BUSY),
        Work.RUNNING: (_("Working"), Tone.BUSY),
        Work.STAGING: (_("Choose"), Tone.GOOD),
    }[work_of(state, document)]
    return StatusLine(word, tone, detail="\n".join(facts))
