"""What all panels and commands of one plug-in share: drafts, settings, language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from velatura_protocol.parameters import ParameterValue

from ..app import App
from ..host.base import MaskKind
from ..i18n import Translations, load_translations
from ..request import GenerateRequest, MaskSource
from ..settings import Settings, SettingsStore
from ..state import PanelState
from .draft import Draft, settled
from .edits import edited
from .requests import request_of


class Studio:
    """One per plug-in process, UI thread only. Panels come and go, several at a time; a draft
    belongs to its document, whichever panel shows it.

    ``language`` is the host's, used where the settings name none. ``show_panel`` brings the host's
    panel up.
    """

    def __init__(
        self,
        app: App,
        store: SettingsStore,
        *,
        language: str = "",
        translations: Translations | None = None,
        show_panel: Callable[[], None] | None = None,
    ) -> None:
        self.app = app
        self._store = store
        self._language = language
        self._drafts: dict[str, Draft] = {}
        self._listeners: list[Callable[[], None]] = []
        self.show_panel: Callable[[], None] = show_panel or _nothing
        self.translations = translations or self._load_translations()

    @property
    def state(self) -> PanelState:
        return self.app.controller.state

    @property
    def settings(self) -> Settings:
        return self.app.controller.settings

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Called after a draft or the settings have changed. Returns the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # -- drafts ------------------------------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """The active document's."""
        return self._drafts.get(self._document, Draft())

    @draft.setter
    def draft(self, draft: Draft) -> None:
        self._drafts[self._document] = draft
        self._notify()

    def edit(self, field_id: str, value: ParameterValue) -> None:
        """What the user put into a field of the form."""
        document = self.state.document
        draft = settled(self.draft, self.state)
        self.draft = edited(draft, field_id, value, size=document.size if document else None)

    def request(self, task: str = "") -> GenerateRequest:
        """What the button would send; with ``task``, what it would send for that one."""
        draft = replace(self.draft, task=task) if task else self.draft
        return request_of(draft, self.state, variations=self.settings.variations)

    @property
    def _document(self) -> str:
        return self.state.document.id if self.state.document else ""

    # -- what is asked for -------------------------------------------------------------------------

    def generate(self, task: str = "") -> str:
        """Looks at the document again and submits; returns the job's id.

        :raises VelaturaError: as :meth:`~..controller.Controller.generate`
        """
        self.app.controller.refresh()
        return self.app.controller.generate(self.request(task))

    def fill_transparent(self) -> str:
        """Like :meth:`generate`, of what is transparent, whatever is selected."""
        self.app.controller.refresh()
        request = replace(self.request("fill"), mask=MaskSource(MaskKind.TRANSPARENCY))
        return self.app.controller.generate(request)

    def _load_translations(self) -> Translations:
        return load_translations(self.settings.language or self._language)

    def _notify(self) -> None:
        for listener in list(self._listeners):
            listener()


def _nothing() -> None:
    pass
