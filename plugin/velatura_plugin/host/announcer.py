"""Tells in the editor itself what the panel would, while no panel is to be seen."""

from __future__ import annotations

from collections.abc import Callable

from ..client.events import Link
from ..i18n import Translations
from ..state.state import Notice, PanelState, PutAway
from ..ui.progress import announcement
from ..ui.wording.words import missed, sentence


class Announcer:
    """Errors, that there is something to choose from, and where it is that was not chosen; no
    progress, no percentages. ``tell`` is the editor's own passing message; ``translations`` those
    of now: the language may be changed while an editor is open."""

    def __init__(
        self,
        tell: Callable[[str], None],
        translations: Callable[[], Translations],
        is_panel_visible: Callable[[], bool],
    ) -> None:
        self._tell = tell
        self._translations = translations
        self._is_panel_visible = is_panel_visible
        self._notice: Notice | None = None
        self._away: PutAway | None = None
        self._ready: frozenset[str] = frozenset()

    def follow(self, state: PanelState) -> None:
        text = self._news(state)
        if text and not self._is_panel_visible():
            self._tell(text)

    def _news(self, state: PanelState) -> str:
        """Kept up with while a panel is visible, too: nothing is told late."""
        ended = frozenset(each.job for each in state.jobs if each.status.is_end and each.is_staging)
        is_ready, self._ready = bool(ended - self._ready), ended
        notice, self._notice = self._notice, state.notice
        if state.notice is not None and state.notice != notice:
            return sentence(state.notice.error, self._translations())
        away, self._away = self._away, state.missed
        if state.missed is not None and state.missed is not away:
            return missed(state.missed, self._translations())
        if is_ready and state.link.link is Link.ONLINE and state.document is not None:
            return announcement(state, state.jobs_of(state.document.id), self._translations())
        return ""
