# pyright: standard
"""The plug-in as Krita holds it: one per process, a docker and actions per window."""

from __future__ import annotations

import krita

from ...app import App, build
from ...settings import SettingsStore, data_directory
from ...ui.qt.compat import QLocale
from ...ui.qt.guard import connect, guarded
from ...ui.studio import Studio
from .actions import MENU, TITLES, actions_of
from .adapter import KritaHost
from .docker import DOCKER, Dockers


class VelaturaExtension(krita.Extension):
    """``app`` is there from the first window on: before that, Krita has no place for anything."""

    def __init__(self, parent: krita.QObject) -> None:
        super().__init__(parent)
        self.app: App | None = None
        self.dockers = Dockers()

    @guarded
    def setup(self) -> None:
        application = krita.Krita.instance()
        notifier = application.notifier()
        notifier.setActive(True)
        connect(notifier.windowCreated, self._start)
        connect(notifier.applicationClosing, self._close)
        side = krita.DockWidgetFactoryBase.DockPosition.DockRight
        application.addDockWidgetFactory(krita.DockWidgetFactory(DOCKER, side, self.dockers.make))

    @guarded
    def createActions(self, window: krita.Window) -> None:  # noqa: N802
        for action_id, title in TITLES.items():
            action = window.createAction(action_id, title, MENU)
            connect(action.triggered, lambda _checked, asked=action_id: self._perform(asked))

    def _perform(self, action_id: str) -> None:
        if self.app is not None:
            controller = self.app.controller
            controller.refresh()
            controller.store.attempt(actions_of(controller)[action_id])

    def _start(self) -> None:
        if self.app is None:
            directory = data_directory()
            store = SettingsStore(directory)
            self.app = build(KritaHost(), store.load_with_identity(), directory)
            # Krita makes its own language Qt's.
            self.dockers.fill(Studio(self.app, store, language=QLocale().name()))
            self.app.start()

    def _close(self) -> None:
        app, self.app = self.app, None
        self.dockers.empty()
        if app is not None:
            app.close()
