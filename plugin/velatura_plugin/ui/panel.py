"""Joins a view to the plug-in: states go in, what the user asked for comes out."""

from __future__ import annotations

from collections.abc import Callable

from ..app import App
from ..i18n import Translations
from ..request import GenerateRequest
from ..state import NoticeDismissed, PanelState
from .model import Action
from .present import present
from .view import View


class Panel:
    """One per panel on the screen; several may show one plug-in. UI thread only.

    ``install`` opens the host's way to install a backend.
    """

    def __init__(
        self,
        app: App,
        view: View,
        draft: GenerateRequest,
        *,
        translations: Translations | None = None,
        install: Callable[[], None] | None = None,
    ) -> None:
        self._app = app
        self._view = view
        self._draft = draft
        self._translations = translations or Translations()
        self._install = install
        view.on_action(self.perform)
        self._end = app.controller.subscribe(self._render)
        self._render(app.controller.state)

    @property
    def draft(self) -> GenerateRequest:
        """The request that the button would send."""
        return self._draft

    @draft.setter
    def draft(self, draft: GenerateRequest) -> None:
        self._draft = draft
        self._render(self._app.controller.state)

    def close(self) -> None:
        """The panel is gone; the plug-in goes on."""
        self._end()

    def perform(self, action: Action, job: str = "") -> None:
        """What went wrong becomes the notice."""
        self._app.controller.store.attempt(lambda: self._perform(action, job))

    def _render(self, state: PanelState) -> None:
        self._view.render(present(state, self._draft, self._translations))

    def _perform(self, action: Action, job: str) -> None:
        if not self._perform_on_strip(action, job):
            self._perform_on_link(action)

    def _perform_on_strip(self, action: Action, job: str) -> bool:
        """False: the action is not about a job."""
        controller = self._app.controller
        match action:
            case Action.PREVIOUS:
                controller.step_variation(job, -1)
            case Action.NEXT:
                controller.step_variation(job, 1)
            case Action.COMPARE:
                controller.compare(job, original=not controller.store.view(job).comparing)
            case Action.ACCEPT:
                controller.accept(job)
            case Action.ACCEPT_COPY:
                controller.accept(job, copy=True)
            case Action.ACCEPT_ALL:
                controller.accept_all(job)
            case Action.DISCARD:
                controller.discard(job, controller.store.view(job).staging.current)
            case Action.DISCARD_ALL:
                controller.discard(job)
            case Action.MORE:
                controller.more_like_this(job)
            case Action.RETRY_JOB:
                controller.retry(job)
            case _:
                return False
        return True

    def _perform_on_link(self, action: Action) -> None:
        match action:
            case Action.GENERATE:
                self._app.controller.refresh()
                self._app.controller.generate(self._draft)
            case Action.STOP:
                self._app.controller.stop_all()
            case Action.START_BACKEND | Action.RESTART_BACKEND:
                self._app.start_backend()
            case Action.STOP_START:
                self._app.stop_start()
            case Action.RETRY_NOW:
                self._app.client.retry_now()
            case Action.INSTALL if self._install is not None:
                self._install()
            case _:
                self._app.controller.store.apply(NoticeDismissed())
