# pyright: standard
"""The plug-in as Krita holds it: one per process, from the first window on."""

from __future__ import annotations

import gc
from contextlib import ExitStack

import krita

from ...app import VERSION, App, build
from ...settings import SettingsStore, data_directory
from ...state.state import NoticeRaised
from ...ui.qt.compat import QTimer
from ...ui.qt.guard import guarded
from ...ui.services import PanelServices
from ..announcer import Announcer
from ..log import Log
from .actions import Actions
from .adapter import KritaHost
from .docker import Dockers
from .retouching import RetouchClock

LOG_NAME = "krita-plugin.log"


class Plugin:
    """``owner`` is what its timers end with; ``language``: Krita's."""

    def __init__(
        self, owner: krita.QObject, actions: Actions, dockers: Dockers, language: str
    ) -> None:
        directory = data_directory()
        store = SettingsStore(directory)
        self._dockers = dockers
        self._is_closed = False
        self._host = KritaHost()
        self.app: App = build(self._host, store.load_with_identity(), directory)
        controller = self.app.controller
        self._log = Log(
            directory, lambda notice: controller.store.apply(NoticeRaised(notice)), LOG_NAME
        )
        self._log.open(self._host.name, VERSION)
        self.services = PanelServices(
            self.app, store, language=language, show_panel=dockers.bring_up
        )
        announcer = Announcer(
            self._host.announce_in_front,
            lambda: self.services.translations,
            lambda: dockers.is_any_visible,
        )
        for each in (actions, RetouchClock(self._tick, owner), announcer):
            controller.subscribe(each.follow)

    def start(self) -> None:
        self._dockers.fill(self.services, lambda: self._host.is_busy)
        self.app.start()
        # All plug-ins share one interpreter, whose collections of garbage stop whoever works in
        # Krita. What has been made by now stays until Krita ends, and is gone through no more.
        gc.freeze()

    def forget_closed_later(self) -> None:
        # When it tells of the closing, Krita still lists the document.
        QTimer.singleShot(0, guarded(self._forget_closed))

    def close(self) -> None:
        """All of it, whatever fails on the way: Krita is about to end, and asks only once."""
        self._is_closed = True
        with ExitStack() as steps:  # the last one first
            steps.callback(self._log.close)
            steps.callback(self._host.close)
            steps.callback(self.app.close)
            steps.callback(self.services.close)
            steps.callback(self._dockers.empty)

    def _tick(self) -> None:
        if not self._host.is_busy:
            self.app.retouch.tick()

    def _forget_closed(self) -> None:
        if self._is_closed:
            return
        controller = self.app.controller
        for document in {each.document for each in controller.state.jobs}:
            if not self._host.is_open(document):
                controller.document_closed(document)
