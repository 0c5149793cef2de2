"""What a state is shown as."""

from __future__ import annotations

from tests.plugin.ui.states import ALL_AROUND
from velatura_plugin.state.state import PanelState
from velatura_plugin.ui.around import Around
from velatura_plugin.ui.form.draft import Draft
from velatura_plugin.ui.model import Action, Control, ViewModel
from velatura_plugin.ui.present import present


def shown(state: PanelState, draft: Draft = Draft(), around: Around = ALL_AROUND) -> ViewModel:  # noqa: B008
    return present(state, draft, around=around)


def actions(controls: tuple[Control, ...]) -> list[Action]:
    return [each.action for each in controls]
