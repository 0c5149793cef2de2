# pyright: standard
"""Krita's docker: one per window, showing the document of its active view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import krita

from ...ui.qt.compat import QMdiArea, QTimer, QWidget
from ...ui.qt.guard import connect, guarded

if TYPE_CHECKING:  # at run time not before there is something to show: see preparation
    from ...ui.panel import Panel
    from ...ui.services import PanelServices

LOOK_MS = 300
"""Krita tells nobody of a new selection or another active layer: the docker looks for itself."""
LOOKS_PER_READING = 7
"""Of the layer tree, which takes longer to walk and changes less often."""


class VelaturaDocker(krita.DockWidget):
    """Empty until :meth:`fill`: Krita makes its dockers before there is a plug-in to show."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Velatura")
        self._services: PanelServices | None = None
        self._is_busy: Callable[[], bool] = lambda: False
        self._panel: Panel | None = None
        self._language: object = None
        self._end: Callable[[], None] = lambda: None
        self._looks = 0
        self._timer = QTimer(self)
        connect(self._timer.timeout, self._look)
        connect(self.visibilityChanged, self._watch)

    def fill(self, services: PanelServices, is_busy: Callable[[], bool]) -> None:
        """``is_busy``: not to be looked at now."""
        self._services = services
        self._is_busy = is_busy
        self._draw(services)
        self._end = services.subscribe(lambda: self._follow(services))
        self._watch(self.isVisible())

    def _draw(self, services: PanelServices) -> None:
        from ...ui.panel import Panel
        from ...ui.qt.panel import PanelView
        from .installing import explain_installation

        if self._panel is not None:
            self._panel.close()
        self._language = services.translations
        view = PanelView(services.translations, leave=_focus_canvas)
        self.setWidget(view)
        self._panel = Panel(
            services, view, install=lambda: explain_installation(self, services.translations)
        )

    def _follow(self, services: PanelServices) -> None:
        if services.translations is not self._language:
            # Not now: it is one of the panel's own fields that has been changed.
            self._language = services.translations
            QTimer.singleShot(0, guarded(lambda: self._draw(services)))

    def empty(self) -> None:
        """Krita is closing, or has closed the window: nothing of Qt's is asked any more."""
        self._end()
        panel, self._panel, self._services = self._panel, None, None
        if panel is not None:
            panel.close()

    @guarded
    def canvasChanged(self, canvas: Any) -> None:  # noqa: N802
        # Krita is in the middle of changing views, and crashes when it is asked about them.
        self._looks = 0
        QTimer.singleShot(0, guarded(self._look))

    def _watch(self, visible: bool) -> None:
        if visible and self._services is not None:
            self._looks = 0
            self._look()
            self._timer.start(LOOK_MS)
        else:
            self._timer.stop()

    def _look(self) -> None:
        if self._services is None or self._is_busy():
            return
        controller = self._services.app.controller
        if self._looks % LOOKS_PER_READING:
            controller.refresh()
        else:
            controller.read_layers()
        self._looks += 1


class Dockers:
    """Those of all windows."""

    def __init__(self) -> None:
        self._dockers: list[VelaturaDocker] = []
        self._fill: Callable[[VelaturaDocker], None] = lambda _docker: None

    @property
    def all(self) -> tuple[VelaturaDocker, ...]:
        return tuple(self._dockers)

    @property
    def is_any_visible(self) -> bool:
        return any(each.isVisible() for each in self._dockers)

    def bring_up(self) -> None:
        """In every window; the focus stays where it is."""
        for each in self._dockers:
            each.show()
            each.raise_()

    def make(self) -> VelaturaDocker:
        docker = VelaturaDocker()
        self._dockers.append(docker)
        connect(docker.destroyed, lambda *_gone: self._forget(docker))
        self._fill(docker)
        return docker

    def fill(self, services: PanelServices, is_busy: Callable[[], bool]) -> None:
        """Those there are, and those of windows to come."""
        self._fill = lambda docker: docker.fill(services, is_busy)
        for each in self._dockers:
            each.fill(services, is_busy)

    def empty(self) -> None:
        self._fill = lambda _docker: None
        for each in self._dockers:
            each.empty()

    def _forget(self, docker: VelaturaDocker) -> None:
        self._dockers.remove(docker)
        docker.empty()


def _focus_canvas() -> None:
    """The view itself would keep the focus; its canvas controller hands it on to the canvas."""
    window = krita.Krita.instance().activeWindow()
    area = window.qwindow().findChild(QMdiArea) if window is not None else None
    view = area.currentSubWindow() if area is not None else None
    for each in view.findChildren(QWidget) if view is not None else ():
        if each.metaObject().className() == "KisCanvasController":
            each.setFocus()
