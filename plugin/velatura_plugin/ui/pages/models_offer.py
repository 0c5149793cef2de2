"""The offer of a model to who has none: one line and one button, until it is taken or waved
away."""

from __future__ import annotations

from ...i18n import Translations
from ...state.state import PanelState
from ..model import Action, Control, NoticeBox, Tone
from ..wording.numbers import byte_count
from .models import progress_of


def models_offer(state: PanelState, translations: Translations) -> NoticeBox | None:
    """None where words are understood already, or there is nothing to offer."""
    models, suggestion = state.models, state.models.suggestion
    if models.is_open or models.is_put_off or not models.is_known or not state.engines:
        return None
    coming = next((each for each in models.works if models.offer(each.id)), None)
    _ = translations.gettext
    dismiss = Control(Action.DISMISS, _("Dismiss"))
    if coming is not None:
        offer = models.offer(coming.id)
        text = _("{name}: {progress}").format(
            name=offer.name if offer else "", progress=progress_of(coming, translations).text
        )
        return NoticeBox(text, Tone.QUIET, (Control(Action.OPEN_MODELS, _("Show")), dismiss))
    if state.reads_prompts or suggestion is None:
        return None
    arrived, total = models.size(suggestion.id)
    size = byte_count(total - arrived, translations)
    text = _("With a model Velatura also paints what you describe. The one to begin with: {name}.")
    get = Control(Action.OPEN_MODELS, _("Get prompts ({size})").format(size=size))
    return NoticeBox(text.format(name=suggestion.name), Tone.QUIET, (get, dismiss))
