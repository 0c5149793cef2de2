# pyright: standard
"""The plug-in as Krita holds it: one per process, actions per window."""

from __future__ import annotations

from collections.abc import Callable

import krita

from ...app import App, build
from ...settings import SettingsStore, data_directory
from .actions import MENU, TITLES, actions_of
from .adapter import KritaHost


class VelaturaExtension(krita.Extension):
    """``app`` is there from the first window on: before that, Krita has no place for anything."""

    def __init__(self, parent: krita.QObject) -> None:
        super().__init__(parent)
        self.app: App | None = None

    def setup(self) -> None:
        notifier = krita.Krita.instance().notifier()
        notifier.setActive(True)
        notifier.windowCreated.connect(self._start)
        notifier.applicationClosing.connect(self._close)

    def createActions(self, window: krita.Window) -> None:  # noqa: N802
        for action_id, title in TITLES.items():
            action = window.createAction(action_id, title, MENU)
            action.triggered.connect(self._asked(action_id))

    def _asked(self, action_id: str) -> Callable[[bool], None]:
        def perform(_checked: bool) -> None:
            if self.app is None:
                return
            controller = self.app.controller
            controller.refresh()
            controller.store.attempt(actions_of(controller)[action_id])

        return perform

    def _start(self) -> None:
        if self.app is None:
            directory = data_directory()
            settings = SettingsStore(directory).load_with_identity()
            self.app = build(KritaHost(), settings, directory)
            self.app.start()

    def _close(self) -> None:
        app, self.app = self.app, None
        if app is not None:
            app.close()
