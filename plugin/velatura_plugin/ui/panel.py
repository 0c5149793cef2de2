"""Joins a view to the plug-in: states go in, what the user asked for comes out."""

from __future__ import annotations

import time
from collections.abc import Callable

from velatura_protocol.parameters import ParameterValue

from ..launcher.launcher import LOG_FILE
from ..state.state import NoticeDismissed
from .around import Around
from .model import Action
from .pages.models import CONTROL_PREFIX
from .pages.settings import Facts
from .present import present
from .services import PanelServices
from .view import View

ABILITIES = frozenset(
    {
        Action.REPEAT,
        Action.EACH_LAYER,
        Action.OPEN_HISTORY,
        Action.OPEN_FULL_HISTORY,
        Action.RESTORE,
        Action.FAVOURITE,
        Action.FORGET,
        Action.OPEN_MODELS,
    }
)


class Panel:
    """One per panel on the screen; several may share one set of services. UI thread only.

    ``install`` opens the host's way to install a backend.
    """

    def __init__(
        self, services: PanelServices, view: View, *, install: Callable[[], None] | None = None
    ) -> None:
        self._services = services
        self._app = services.app
        self._view = view
        self._install = install
        self._is_settings_open = False
        view.on_action(self.perform)
        view.on_edit(self.edit)
        view.on_choose(self.choose)
        self._ends = (
            self._app.controller.subscribe(lambda _state: self.render()),
            services.subscribe(self.render),
        )
        self.render()

    def close(self) -> None:
        """The panel is gone; the plug-in goes on."""
        for end in self._ends:
            end()

    def edit(self, field_id: str, value: ParameterValue) -> None:
        """The user has put ``value`` into a field."""
        if field_id.startswith(CONTROL_PREFIX):
            self._app.models.tell_control(field_id.removeprefix(CONTROL_PREFIX), str(value))
            return
        self._app.controller.store.attempt(lambda: self._services.edit(field_id, value))

    def choose(self, job: str, index: int) -> None:
        """The user has picked a thumbnail."""
        controller = self._app.controller
        controller.store.attempt(lambda: controller.show_variation(job, index))

    def perform(self, action: Action, job: str = "") -> None:
        """What went wrong becomes the notice."""
        self._app.controller.store.attempt(lambda: self._perform(action, job))

    def render(self) -> None:
        """Draws what is the case now."""
        services = self._services
        self._view.render(
            present(services.state, services.draft, services.translations, self._around())
        )

    def _around(self) -> Around:
        services, state = self._services, self._services.state
        facts = Facts(
            backend=state.version,
            devices=state.devices,
            data_directory=str(services.data_directory),
            log=str(services.data_directory / LOG_FILE),
        )
        return Around(
            services.settings,
            self._is_settings_open,
            ABILITIES,
            has_retouch=True,
            facts=facts,
            now=time.time(),
        )

    def _perform(self, action: Action, job: str) -> None:
        for perform in (
            self._perform_on_strip,
            self._perform_on_history,
            self._perform_on_models,
            self._begin,
        ):
            if perform(action, job):
                return
        self._perform_on_panel(action)

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
            case Action.CANCEL_JOB:
                controller.cancel(job)
            case _:
                return False
        return True

    def _perform_on_history(self, action: Action, job: str) -> bool:
        history = self._app.history
        match action:
            case Action.OPEN_HISTORY:
                history.open()
            case Action.OPEN_FULL_HISTORY:
                history.open(everything=True)
            case Action.CLOSE_HISTORY:
                history.close()
            case Action.RESTORE:
                history.restore(job)
                history.close()
            case Action.FAVOURITE:
                kept = self._services.state.history.get(job)
                history.set_favourite(job, favourite=not (kept and kept.summary.favourite))
            case Action.FORGET:
                history.forget(job)
            case _:
                return False
        return True

    def _perform_on_models(self, action: Action, model: str) -> bool:
        models = self._app.models
        match action:
            case Action.OPEN_MODELS:
                self._app.history.close()
                models.open()
            case Action.CLOSE_MODELS:
                models.close()
            case Action.GET_MODEL:
                models.install(model)
            case Action.STOP_MODEL:
                models.stop(model)
            case Action.VERIFY_MODEL:
                models.verify(model)
            case Action.REMOVE_MODEL:
                models.remove(model)
            case Action.TAKE_IN_MODELS:
                models.take_in(model)
            case _:
                return False
        return True

    def _begin(self, action: Action, _job: str) -> bool:
        match action:
            case Action.GENERATE:
                self._services.generate()
            case Action.REPEAT:
                self._services.repeat()
            case Action.EACH_LAYER:
                self._services.generate_each()
            case Action.FILL_TRANSPARENT:
                self._services.fill_transparent()
            case _:
                return False
        return True

    def _perform_on_panel(self, action: Action) -> None:
        match action:
            case Action.OPEN_SETTINGS:
                self._is_settings_open = True
                self.render()
            case Action.CLOSE_SETTINGS:
                self._is_settings_open = False
                self._services.settle_server()
                self.render()
            case Action.TOGGLE_PREVIEWS:
                self._services.toggle_previews()
            case Action.CLOSE_WELCOME:
                self._services.end_welcome()
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
            case Action.DISMISS:
                self._app.controller.store.apply(NoticeDismissed())
            case _:
                pass
