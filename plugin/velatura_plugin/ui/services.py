"""What all panels and commands of one plug-in share: drafts, settings, language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from velatura_protocol.parameters import ParameterValue

from ..app import App
from ..capture.request import GenerateRequest, MaskSource
from ..host.base import MaskKind
from ..i18n import Translations, load_translations
from ..settings import Settings, SettingsStore
from ..settings_saver import SettingsSaver
from ..state.state import PanelState
from .form.draft import Draft, settled, task_of
from .form.edits import edited
from .form.memory import recalled, remembered, with_prompt
from .form.requests import request_of
from .form.tasks import task_named
from .pages.settings import SETTING_PREFIX, edited_settings
from .pages.welcome import SEEN

RETOUCH = "retouch"
"""The field that is a mode of the plug-in and not a part of the draft."""


class PanelServices:
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
        self.show_panel: Callable[[], None] = show_panel or _nothing
        self._data_directory = store.path.parent
        self._saver = SettingsSaver(store)
        self._language = language
        self._server = _server(app.controller.settings)
        self._drafts: dict[str, Draft] = {}
        self._listeners: list[Callable[[], None]] = []
        self._speak(translations or self._load_translations())
        app.models.follow()

    @property
    def state(self) -> PanelState:
        return self.app.controller.state

    @property
    def settings(self) -> Settings:
        return self.app.controller.settings

    @property
    def data_directory(self) -> Path:
        return self._data_directory

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Called after a draft, the settings or the language have changed. Returns the function
        that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def close(self) -> None:
        """Returns when the settings are on the disk. The app is closed by whoever built it."""
        self._saver.close()

    def wait(self) -> None:
        """Until the settings of now are on the disk, or could not be written."""
        self._saver.wait()

    # -- drafts ------------------------------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """The active document's."""
        known = self._drafts.get(self._document)
        return recalled(self.settings.remembered) if known is None else known

    @draft.setter
    def draft(self, draft: Draft) -> None:
        self._drafts[self._document] = draft
        self._notify()

    def edit(self, field_id: str, value: ParameterValue) -> None:
        """What the user put into a field, of the form or of the settings.

        :raises UnwritableFile: the settings could not be saved; they are in effect all the same
        """
        if field_id.startswith(SETTING_PREFIX):
            self.use(edited_settings(self.settings, field_id, value))
        elif field_id == RETOUCH:
            self.switch_retouch(value is True)
        else:
            self._edit_draft(field_id, value)

    def _edit_draft(self, field_id: str, value: ParameterValue) -> None:
        document = self.state.document
        before = settled(self.draft, self.state)
        draft = edited(before, field_id, value, size=document.size if document else None)
        retouch, removal = self.app.retouch, self.request("remove")
        self._drafts[self._document] = draft
        if retouch.is_on and self.request("remove") != removal:
            retouch.turn_on(self.request("remove"))
        self._notify()
        if remembered(draft) != remembered(before):
            self._remember(remembered(draft))

    def request(self, task: str = "") -> GenerateRequest:
        """What the button would send; with ``task``, what it would send for that one, whether any
        engine here can do it or not."""
        draft = replace(self.draft, task=task) if task else self.draft
        asked = task_named(task)
        if asked is not None and task_of(draft, self.state) != asked:
            return GenerateRequest(asked.operation, asked.intent)
        return request_of(draft, self.state, variations=self.settings.variations)

    @property
    def _document(self) -> str:
        return self.state.document.id if self.state.document else ""

    # -- what is asked for -------------------------------------------------------------------------

    def generate(self, task: str = "") -> str:
        """Looks at the document again and submits; returns the job's id.

        :raises VelaturaError: as :meth:`~..controller.Controller.generate`
        """
        controller = self.app.controller
        with controller.store.together():  # a panel takes some milliseconds for each drawing
            controller.refresh()
            request = self.request(task)
            job = controller.generate(request)
        self._keep_prompt(request.prompt)
        self.end_welcome()
        return job

    def fill_transparent(self) -> str:
        """Like :meth:`generate`, of what is transparent, whatever is selected."""
        self.app.controller.refresh()
        request = replace(self.request("fill"), mask=MaskSource(MaskKind.TRANSPARENCY))
        return self.app.controller.generate(request)

    def repeat(self) -> str:
        self.app.controller.refresh()
        return self.app.repeat()

    def generate_each(self) -> tuple[str, ...]:
        self.app.controller.refresh()
        return self.app.generate_each(self.request())

    def switch_retouch(self, is_on: bool | None = None) -> None:
        """None: the other way round."""
        retouch = self.app.retouch
        if is_on is None:
            is_on = not retouch.is_on
        if not is_on:
            retouch.turn_off()
        elif not retouch.is_on:
            retouch.turn_on(self.request("remove"))

    # -- settings ----------------------------------------------------------------------------------

    def use(self, settings: Settings) -> None:
        """Saves them, and goes by them from now on.

        :raises UnwritableFile: as :meth:`edit`
        """
        before = self.settings
        if settings == before:
            return
        self.app.use(settings)
        if settings.language != before.language:
            self._speak(self._load_translations())
        self._notify()
        self._saver.save(settings)

    def toggle_previews(self) -> None:
        """Those of jobs that run already, too: they are sent, and not shown."""
        settings = self.settings
        self.use(replace(settings, previews=not settings.previews))
        if settings.previews:
            self.app.controller.hide_previews()

    def settle_server(self) -> None:
        """The user has done with the settings: connects to another server if they name one now."""
        server = _server(self.settings)
        if server != self._server:
            self._server = server
            self.app.client.reconnect()

    def end_welcome(self) -> None:
        self._remember({SEEN: "yes"})

    def _remember(self, choices: dict[str, str]) -> None:
        settings = self.settings
        self.use(replace(settings, remembered={**settings.remembered, **choices}))

    def _keep_prompt(self, prompt: str) -> None:
        settings = self.settings
        self.use(replace(settings, prompts=with_prompt(settings.prompts, prompt)))

    @property
    def translations(self) -> Translations:
        return self.app.controller.translations

    def _speak(self, translations: Translations) -> None:
        self.app.controller.translations = translations

    def _load_translations(self) -> Translations:
        return load_translations(self.settings.language or self._language)

    def _notify(self) -> None:
        for listener in list(self._listeners):
            listener()


def _server(settings: Settings) -> tuple[str, str, str]:
    return settings.server_url, settings.token_file, settings.ca_file


def _nothing() -> None:
    pass
