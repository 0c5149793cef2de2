# pyright: standard
"""The process that is the panel: one window, GLib's main loop, and the plug-in's core behind it.

GIMP goes on meanwhile. Every call to it is made on the main thread, the network has its own.
"""

from __future__ import annotations

import gc
from contextlib import ExitStack
from dataclasses import replace

from ...app import VERSION, build
from ...settings import OwnSettings, SettingsStore, data_directory
from ...state.state import NoticeRaised, PanelState
from ...ui.commands import Command, commands
from ...ui.gtk.panel import PanelView
from ...ui.panel import Panel
from ...ui.services import PanelServices
from ..announcer import Announcer
from ..log import Log
from .adapter import GimpHost
from .displays import Displays
from .front import Front
from .geometry import KEY, Place, place_of
from .gi_names import Gimp, GLib
from .handover import Handed
from .installing import explain_installation
from .language import language
from .turns import Clock, soon
from .window import PanelWindow

LOG_NAME = "gimp-plugin.log"
OWN = OwnSettings("gimp", {"canvas_previews": False})
"""The canvas is GIMP's to draw, and layers on it are the user's to delete: previews are in the
panel, and on the canvas for who wants them there."""
LOOK_MS = 300
"""GIMP tells nobody of a new selection or another active layer: the panel looks for itself."""
LOOKS_PER_READING = 7
"""Of the layer tree, which takes longer to walk and changes less often."""
RETOUCH_MS = 140
"""Soon enough after a stroke of the lasso."""


class PanelProcess:
    """Made once GIMP's user interface is; nothing is seen before :meth:`open`."""

    def __init__(self) -> None:
        directory = data_directory()
        store = SettingsStore(directory, OWN)
        self._host = GimpHost(cleans=True)
        self.app = build(self._host, store.load_with_identity(), directory)
        controller = self.app.controller
        self._log = Log(
            directory, lambda notice: controller.store.apply(NoticeRaised(notice)), LOG_NAME
        )
        self.window = PanelWindow(leave=self.close, choose=self._choose, keep=self._keep)
        self.services = PanelServices(
            self.app, store, language=language(), show_panel=self.window.bring_up
        )
        self._panel: Panel | None = None
        self._language: object = None
        self._front = Front(self._host.images)
        self._displays = Displays()
        self._looks = 0
        self._watch = Clock(LOOK_MS, self._look)
        self._retouch = Clock(RETOUCH_MS, self.app.retouch.tick)
        self._loop = GLib.MainLoop()

    def run(self, first: Handed) -> None:
        """Until the window is closed. ``first``: what it was opened for."""
        controller = self.app.controller
        self._log.open(self._host.name, VERSION)
        self._bring_to_front(first)
        self._draw()
        self.app.start()
        self._begin(first)
        announcer = Announcer(
            Gimp.message, lambda: self.services.translations, lambda: not self.window.is_hidden
        )
        for follow in (self._follow, announcer.follow):
            controller.subscribe(follow)
        self.services.subscribe(self._follow_language)
        self.window.open_at(place_of(self.services.settings.remembered.get(KEY, "")))
        self._watch.turn(True)
        soon(self._look)
        # What has been made by now stays until the end, and is gone through no more.
        gc.freeze()
        self._loop.run()

    def close(self) -> None:
        """All of it, whatever fails on the way. Jobs go on in the backend, and results are in the
        history."""
        self.window.put_away()
        with ExitStack() as steps:  # the last one first
            steps.callback(self._loop.quit)
            steps.callback(self._log.close)
            steps.callback(self.app.close)
            steps.callback(self.services.close)
            if self._panel is not None:
                steps.callback(self._panel.close)
            steps.callback(self._watch.turn, False)
            steps.callback(self._retouch.turn, False)

    # -- commands ----------------------------------------------------------------------------------

    def take(self, handed: Handed) -> None:
        """What a menu entry, a shortcut or a script asks for while the panel is open."""
        self._bring_to_front(handed)
        self._look()
        command = _command(handed.command)
        if command is None:
            return
        before = {each.job for each in self.services.state.jobs}
        command.run(self.services)
        has_begun = any(each.job not in before for each in self.services.state.jobs)
        if command.task and not command.checkable and not has_begun:
            self._show_task(command.task)

    def _begin(self, handed: Handed) -> None:
        """A panel that has been opened for a task shows it, and waits to be told more."""
        command = _command(handed.command)
        if command is None:
            return
        if command.checkable:
            command.run(self.services)
        elif command.task:
            self._show_task(command.task)

    def _show_task(self, task: str) -> None:
        """With what is missing to begin with it."""
        self.services.draft = replace(self.services.draft, task=task)

    def _bring_to_front(self, handed: Handed) -> None:
        self._displays.note(handed.image, handed.display)
        if handed.image and Gimp.Image.id_is_valid(handed.image):
            self._host.images.bring_to_front(Gimp.Image.get_by_id(handed.image))

    # -- looking -----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Nobody sees what a hidden window shows; jobs that end meanwhile are told of as ever."""
        if self.window.is_hidden:
            return
        self._front.look()
        self._forget_closed()
        controller = self.app.controller
        if self._looks % LOOKS_PER_READING:
            controller.refresh()
        else:
            controller.read_layers()
            self._tell_pictures()
        if self._looks:  # once the panel is drawn
            self._host.rehearse()
        self._looks += 1

    def _look_at_all(self) -> None:
        self._looks = 0
        self._look()

    def _forget_closed(self) -> None:
        controller = self.app.controller
        for document in {each.document for each in controller.state.jobs}:
            if not self._host.is_open(document):
                controller.document_closed(document)

    def _choose(self, picture: str) -> None:
        self._front.choose(picture)
        self._look_at_all()

    def _focus_canvas(self) -> None:
        document = self.services.state.document
        if document is not None and self._host.is_open(document.id):
            self._displays.bring_up(self._host.images.get(document.id).image.get_id())

    # -- drawing -----------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self._panel is not None:
            self._panel.close()
        words = self._language = self.services.translations
        view = PanelView(words, leave=self._focus_canvas)
        self.window.set_view(view)
        self._panel = Panel(
            self.services, view, install=lambda: explain_installation(self.window, words)
        )

    def _follow(self, state: PanelState) -> None:
        self._retouch.turn(state.retouch.is_on)
        front = state.document.id if state.document is not None else ""
        if front != self.window.front:
            self._tell_pictures()

    def _follow_language(self) -> None:
        if self.services.translations is not self._language:
            # Not now: it is one of the panel's own fields that has been changed.
            self._language = self.services.translations
            soon(self._draw)

    def _tell_pictures(self) -> None:
        document = self.services.state.document
        front = document.id if document is not None else ""
        self.window.tell_pictures(self._front.pictures(), front, self.services.translations)

    def _keep(self, place: Place) -> None:
        settings = self.services.settings
        moved = replace(settings, remembered={**settings.remembered, KEY: place.text})
        self.app.controller.store.attempt(lambda: self.services.use(moved))


def _command(command: str) -> Command | None:
    return next((each for each in commands() if each.id == command), None)
