# pyright: standard
"""What Krita loads while it starts: as little as will do until there is a window to work in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import krita

from ...i18n import load_translations
from ...settings import SettingsStore, data_directory
from ...ui.commands import Command
from ...ui.qt.compat import QLocale
from ...ui.qt.guard import connect, guarded
from .actions import Actions
from .docker import Dockers
from .preparation import Preparation

if TYPE_CHECKING:
    from ...app import App
    from .plugin import Plugin

DOCKER = "velatura_docker"


class VelaturaExtension(krita.Extension):
    """Krita sets its plug-ins up, makes its dockers, asks for actions and tells of its first
    window, in that order. What is done then has been prepared in the meantime."""

    def __init__(self, parent: krita.QObject) -> None:
        super().__init__(parent)
        self.dockers = Dockers()
        self._actions = Actions(self._perform)
        self._preparation = Preparation()
        self._plugin: Plugin | None = None

    @property
    def app(self) -> App | None:
        """From the first window on: before that, Krita has no place for it."""
        return self._plugin.app if self._plugin is not None else None

    @guarded
    def setup(self) -> None:
        application = krita.Krita.instance()
        notifier = application.notifier()
        notifier.setActive(True)
        connect(notifier.windowCreated, self._start)
        connect(notifier.imageClosed, self._forget_closed)
        connect(notifier.applicationClosing, self._close)
        side = krita.DockWidgetFactoryBase.DockPosition.DockRight
        application.addDockWidgetFactory(krita.DockWidgetFactory(DOCKER, side, self.dockers.make))
        self._preparation.begin()

    @guarded
    def createActions(self, window: krita.Window) -> None:  # noqa: N802
        chosen = SettingsStore(data_directory()).load().language
        self._actions.create(window, load_translations(chosen or language()))

    def _perform(self, command: Command) -> None:
        if self._plugin is not None:
            command.run(self._plugin.services)

    def _start(self) -> None:
        if self._plugin is not None:
            return
        self._preparation.wait()
        from .plugin import Plugin

        self._plugin = Plugin(self, self._actions, self.dockers, language())
        self._plugin.start()

    def _forget_closed(self, *_name: object) -> None:
        if self._plugin is not None:
            self._plugin.forget_closed_later()

    def _close(self) -> None:
        plugin, self._plugin = self._plugin, None
        if plugin is not None:
            plugin.close()


def language() -> str:
    """Krita makes its own language Qt's."""
    return str(QLocale().name())
