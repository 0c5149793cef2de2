"""What somebody sees who has just installed it: facts, and one button."""

from __future__ import annotations

from ...client.events import Link
from ...i18n import Translations
from ...settings import Settings
from ...state.state import PanelState
from ..model import Action, Control, Welcome
from ..wording.numbers import byte_count

SEEN = "welcomed"
"""The setting remembered once it has been read."""


def welcome(state: PanelState, settings: Settings, translations: Translations) -> Welcome | None:
    """None once it was dismissed, or something was asked for."""
    if SEEN in settings.remembered or state.jobs or state.last is not None:
        return None
    facts = (
        _device(state, translations),
        _disk(state, translations),
        _privacy(settings, translations),
    )
    return Welcome(facts, _action(state, translations))


def _device(state: PanelState, translations: Translations) -> str:
    """No times: nobody has measured this machine yet."""
    _ = translations.gettext
    accelerators = [each for each in state.devices if not each.id.startswith("cpu")]
    if accelerators:
        first = accelerators[0]
        text = _("Graphics card: {name}, {memory} of memory.")
        return text.format(name=first.name, memory=byte_count(first.memory_total, translations))
    if state.devices:
        text = _("The engine works on the processor, {name}; no graphics card is needed.")
        return text.format(name=state.devices[0].name)
    return _("The built-in engines need no graphics card.")


def _disk(state: PanelState, translations: Translations) -> str:
    _ = translations.gettext
    if any(each.weights for each in state.engines):
        return _("Models are installed; the built-in engines need none.")
    return _("Nothing has to be downloaded: the built-in engines need no models.")


def _privacy(settings: Settings, translations: Translations) -> str:
    _ = translations.gettext
    if settings.server_url:
        text = _("What you capture is sent to {server}, as the settings say.")
        return text.format(server=settings.server_url)
    return _("Nothing leaves this computer.")


def _action(state: PanelState, translations: Translations) -> Control | None:
    """None while there is only to wait."""
    _ = translations.gettext
    if state.link.link is Link.ONLINE:
        return Control(Action.CLOSE_WELCOME, _("Begin"))
    if state.link.link is not Link.OFFLINE:
        return None
    error = state.link.error
    reason = error.params.get("reason") if error else ""
    if reason == "not installed":
        return Control(Action.INSTALL, _("Install…"))
    return None if reason == "sandboxed" else Control(Action.START_BACKEND, _("Start"))
