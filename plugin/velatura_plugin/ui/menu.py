"""What the arrow beside the button opens."""

from __future__ import annotations

from velatura_protocol.tasks import Intent, Operation

from ..capture.request import GenerateRequest, MaskSource
from ..host.base import MaskKind
from ..i18n import Translations
from ..state.state import PanelState
from .around import Around
from .button import link_reason, reason_against
from .form.tasks import offered
from .model import Action, Control


def menu(
    state: PanelState, request: GenerateRequest, translations: Translations, around: Around
) -> tuple[Control, ...]:
    """Only what the plug-in can do; see :attr:`Around.abilities`."""
    _ = translations.gettext
    made: list[Control] = []
    if Action.REPEAT in around.abilities:
        reason = link_reason(state, translations)
        if not reason and state.last is None:
            reason = _("Nothing has been made yet.")
        made.append(_control(Action.REPEAT, _("Repeat the last task on this selection"), reason))
    tasks = offered(state.engines)
    if any(each.intent is Intent.FILL for each in tasks):
        fill = GenerateRequest(Operation.FILL, Intent.FILL, mask=MaskSource(MaskKind.TRANSPARENCY))
        reason = reason_against(state, fill, translations)
        made.append(_control(Action.FILL_TRANSPARENT, _("Fill transparent areas"), reason))
    if Action.EACH_LAYER in around.abilities:
        reason = reason_against(state, request, translations)
        made.append(_control(Action.EACH_LAYER, _("Run on each selected layer"), reason))
    return tuple(made)


def _control(action: Action, label: str, reason: str) -> Control:
    return Control(action, label, enabled=not reason, reason=reason)
