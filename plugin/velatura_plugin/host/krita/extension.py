# pyright: standard
"""The plug-in as Krita holds it: one per process, a docker and actions per window."""

from __future__ import annotations

import krita

from ...app import VERSION, App, build
from ...i18n import load_translations
from ...settings import SettingsStore, data_directory
from ...state import NoticeRaised
from ...ui.commands import Command
from ...ui.qt.compat import QLocale, QTimer
from ...ui.qt.guard import connect, guarded
from ...ui.studio import Studio
from .actions import Actions
from .adapter import KritaHost
from .docker import DOCKER, Dockers
from .herald import Herald
from .log import Log
from .retouching import RetouchClock


class VelaturaExtension(krita.Extension):
    """``studio`` is there from the first window on: before that, Krita has no place for it."""

    def __init__(self, parent: krita.QObject) -> None:
        super().__init__(parent)
        self.studio: Studio | None = None
        self.dockers = Dockers()
        self._actions = Actions(self._perform)
        self._host: KritaHost | None = None
        self._log: Log | None = None

    @property
    def app(self) -> App | None:
        return self.studio.app if self.studio else None

    @guarded
    def setup(self) -> None:
        application = krita.Krita.instance()
        notifier = application.notifier()
        notifier.setActive(True)
        connect(notifier.windowCreated, self._start)
        connect(notifier.imageClosed, self._forget_closed_later)
        connect(notifier.applicationClosing, self._close)
        side = krita.DockWidgetFactoryBase.DockPosition.DockRight
        application.addDockWidgetFactory(krita.DockWidgetFactory(DOCKER, side, self.dockers.make))

    @guarded
    def createActions(self, window: krita.Window) -> None:  # noqa: N802
        """Krita asks before it tells of the window."""
        chosen = SettingsStore(data_directory()).load().language
        self._actions.create(window, load_translations(chosen or _language()))

    def _perform(self, command: Command) -> None:
        if self.studio is not None:
            command.run(self.studio)

    def _start(self) -> None:
        if self.studio is not None:
            return
        directory = data_directory()
        store, host = SettingsStore(directory), KritaHost()
        self._host = host
        app = build(host, store.load_with_identity(), directory)
        self._log = Log(directory, lambda notice: app.controller.store.apply(NoticeRaised(notice)))
        self._log.open(host.name, VERSION)
        self.studio = Studio(app, store, language=_language(), show_panel=self.dockers.bring_up)
        herald = Herald(host, self.studio.translations, lambda: self.dockers.is_any_visible)
        app.controller.subscribe(self._actions.follow)
        app.controller.subscribe(RetouchClock(app.retouch, self).follow)
        app.controller.subscribe(herald.follow)
        self.dockers.fill(self.studio)
        app.start()

    def _forget_closed_later(self, *_name: object) -> None:
        # When it tells of the closing, Krita still lists the document.
        QTimer.singleShot(0, guarded(self._forget_closed))

    def _forget_closed(self) -> None:
        if self.studio is None or self._host is None:
            return
        controller = self.studio.app.controller
        for document in {each.document for each in controller.state.jobs}:
            if not self._host.is_open(document):
                controller.document_closed(document)

    def _close(self) -> None:
        studio, self.studio = self.studio, None
        self.dockers.empty()
        if studio is not None:
            studio.close()
            studio.app.close()
        if self._host is not None:
            self._host.close()
        if self._log is not None:
            self._log.close()


def _language() -> str:
    """Krita makes its own language Qt's."""
    return str(QLocale().name())
