# pyright: standard
"""Krita's docker: one per window, showing the document of its active view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import krita

from velatura_protocol.tasks import Intent, Operation

from ...app import App
from ...i18n import Translations
from ...request import GenerateRequest
from ...ui.panel import Panel
from ...ui.qt.compat import QMdiArea, QTimer
from ...ui.qt.guard import connect, guarded
from ...ui.qt.panel import PanelView

DOCKER = "velatura_docker"
LOOK_MS = 300
"""Krita tells nobody of a new selection or another active layer: the docker looks for itself."""


class VelaturaDocker(krita.DockWidget):
    """Empty until :meth:`fill`: Krita makes its dockers before there is a plug-in to show."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Velatura")
        self._app: App | None = None
        self._panel: Panel | None = None
        self._timer = QTimer(self)
        connect(self._timer.timeout, self._look)
        connect(self.visibilityChanged, self._watch)

    def fill(self, app: App, translations: Translations) -> None:
        self._app = app
        view = PanelView(translations, leave=_focus_canvas)
        self.setWidget(view)
        draft = GenerateRequest(
            Operation.FILL, Intent.REMOVE, variations=app.controller.settings.variations
        )
        self._panel = Panel(app, view, draft, translations=translations)
        self._watch(self.isVisible())

    def empty(self) -> None:
        """Krita is closing."""
        self._timer.stop()
        panel, self._panel, self._app = self._panel, None, None
        if panel is not None:
            panel.close()

    @guarded
    def canvasChanged(self, canvas: Any) -> None:  # noqa: N802
        self._look()

    def _watch(self, visible: bool) -> None:
        if visible and self._app is not None:
            self._look()
            self._timer.start(LOOK_MS)
        else:
            self._timer.stop()

    def _look(self) -> None:
        if self._app is not None:
            self._app.controller.refresh()


class Dockers:
    """Those of all windows."""

    def __init__(self) -> None:
        self._dockers: list[VelaturaDocker] = []
        self._fill: Callable[[VelaturaDocker], None] = lambda _docker: None

    @property
    def is_any_visible(self) -> bool:
        return any(each.isVisible() for each in self._dockers)

    def make(self) -> VelaturaDocker:
        docker = VelaturaDocker()
        self._dockers.append(docker)
        connect(docker.destroyed, lambda *_gone: self._dockers.remove(docker))
        self._fill(docker)
        return docker

    def fill(self, app: App, translations: Translations) -> None:
        """Those there are, and those of windows to come."""
        self._fill = lambda docker: docker.fill(app, translations)
        for each in self._dockers:
            each.fill(app, translations)

    def empty(self) -> None:
        self._fill = lambda _docker: None
        for each in self._dockers:
            each.empty()


def _focus_canvas() -> None:
    window = krita.Krita.instance().activeWindow()
    area = window.qwindow().findChild(QMdiArea) if window is not None else None
    if area is not None and area.currentSubWindow() is not None:
        area.currentSubWindow().widget().setFocus()
