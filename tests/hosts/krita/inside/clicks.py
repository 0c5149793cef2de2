"""A user's hands on the docker: real mouse and key events."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pykrita

from velatura_plugin.host.krita.extension import DOCKER, VelaturaExtension
from velatura_plugin.ui.model import Action
from velatura_plugin.ui.qt.buttons import ActionButton
from velatura_plugin.ui.qt.compat import QApplication, QLabel, QPointF, Qt, QWidget
from velatura_plugin.ui.qt.panel import PanelView
from velatura_protocol.geometry import Rect

if getattr(pykrita, "qt_major_version", lambda: 5)() == 6:
    from PyQt6.QtTest import QTest
else:
    from PyQt5.QtTest import QTest

LEFT = Qt.MouseButton.LeftButton
_KEPT = (DOCKER, "KisLayerBox", "ToolBox")


def full_screen(driver) -> Iterator[object]:
    """Without a window manager nobody gives the window a size."""
    window = driver.app.activeWindow().qwindow()
    window.setGeometry(0, 0, 1600, 1000)
    window.activateWindow()
    yield 300


def only_panel_and_layers(driver, width: int) -> Iterator[object]:
    """Krita puts its dockers up with the first document."""
    window = driver.app.activeWindow().qwindow()
    dockers = {each.objectName(): each for each in driver.app.dockers()}
    for name, each in dockers.items():
        if name not in _KEPT:
            each.hide()
    panel, layers = dockers[DOCKER], dockers["KisLayerBox"]
    panel.show()
    yield 300
    window.resizeDocks([panel], [width], Qt.Orientation.Horizontal)
    window.resizeDocks([layers, panel], [200, 750], Qt.Orientation.Vertical)
    yield 300


def drag(window, area: Rect) -> Iterator[object]:
    """The tool that is active, from corner to corner of an area of the document. By the X server:
    Krita's canvas does not believe in events that Qt makes up."""
    view = window.activeView()
    to_canvas = view.flakeToImageTransform().inverted()[0] * view.flakeToCanvasTransform()
    canvas = next(
        each for each in window.qwindow().findChildren(QWidget)
        if each.metaObject().className() in ("KisQPainterCanvas", "KisOpenGLCanvas2")
    )  # fmt: skip
    corners = ((area.x, area.y), (area.x + 9, area.y + 9), (area.right, area.bottom))
    start, begun, end = (
        canvas.mapToGlobal(to_canvas.map(QPointF(*each)).toPoint()) for each in corners
    )
    steps = (
        ("mousemove", start.x(), start.y()), ("mousedown", 1),
        ("mousemove", begun.x(), begun.y()), ("mousemove", end.x(), end.y()), ("mouseup", 1),
    )  # fmt: skip
    for step in steps:
        subprocess.run(["xdotool", *map(str, step)], check=True)
        yield 120


class Panel:
    def __init__(self, extension: VelaturaExtension) -> None:
        self._extension = extension

    @property
    def docker(self) -> QWidget:
        (docker,) = self._extension.dockers.all
        return docker

    @property
    def view(self) -> PanelView:
        view = self.docker.widget()
        assert isinstance(view, PanelView)
        return view

    def button(self, action: Action) -> QWidget:
        """The one that is to be seen."""
        (found,) = (
            each for each in self.view.findChildren(ActionButton)
            if each.isVisible() and each.control and each.control.action is action
        )  # fmt: skip
        return found

    def tool(self, action: Action) -> QWidget:
        """At the head of the panel."""
        (found,) = (
            each for each in self.view.tools.buttons
            if each.isVisible() and each.control and each.control.action is action
        )  # fmt: skip
        return found

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible(), widget.accessibleName()
        assert widget.isEnabled(), widget.accessibleDescription()
        self.view.ensureWidgetVisible(widget)
        QTest.mouseClick(widget, LEFT)

    def press(self, widget: QWidget, key: Qt.Key) -> None:
        QTest.keyClick(widget, key)

    def hold(self, widget: QWidget, key: Qt.Key) -> None:
        QTest.keyPress(widget, key)

    def let_go(self, widget: QWidget, key: Qt.Key) -> None:
        QTest.keyRelease(widget, key)

    def type(self, widget: QWidget, text: str) -> None:
        QTest.keyClicks(widget, text)

    def reasons(self) -> str:
        return self.view.reasons.text() if self.view.reasons.isVisible() else ""

    def word(self) -> str:
        return self.view.status.word.text()


def has_canvas_focus() -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and "Canvas" in focused.metaObject().className()


def floating_messages() -> list[str]:
    """What Krita itself says over the canvas."""
    floating = [
        each for each in QApplication.allWidgets()
        if each.isVisible() and each.metaObject().className() == "KisFloatingMessage"
    ]  # fmt: skip
    return [label.text() for each in floating for label in each.findChildren(QLabel)]
