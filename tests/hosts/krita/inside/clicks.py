"""A user's hands on the panel: real mouse and key events."""

from __future__ import annotations

from collections.abc import Iterator

from velatura_plugin.host.krita.docker import DOCKER
from velatura_plugin.host.krita.extension import VelaturaExtension
from velatura_plugin.ui.qt.compat import Qt, QWidget
from velatura_plugin.ui.qt.panel import PanelView

try:
    from PyQt6.QtTest import QTest
except ImportError:
    from PyQt5.QtTest import QTest


def full_screen(driver) -> Iterator[object]:
    """Without a window manager nobody gives the window a size."""
    window = driver.app.activeWindow().qwindow()
    window.setGeometry(0, 0, 1600, 1000)
    window.activateWindow()
    yield 300


def only_panel_and_layers(driver, width: int = 300) -> Iterator[object]:
    """Krita puts its dockers up with the first document."""
    window = driver.app.activeWindow().qwindow()
    dockers = {each.objectName(): each for each in driver.app.dockers()}
    for name, each in dockers.items():
        if name not in (DOCKER, "KisLayerBox", "ToolBox"):
            each.hide()
    panel, layers = dockers[DOCKER], dockers["KisLayerBox"]
    panel.show()
    yield 300
    window.resizeDocks([panel], [width], Qt.Orientation.Horizontal)
    window.resizeDocks([layers, panel], [250, 700], Qt.Orientation.Vertical)
    yield 300


class Panel:
    def __init__(self, extension: VelaturaExtension) -> None:
        self._extension = extension

    @property
    def view(self) -> PanelView:
        (docker,) = self._extension.dockers.all
        view = docker.widget()
        assert isinstance(view, PanelView)
        return view

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible() and widget.isEnabled(), widget.accessibleName()
        self.view.ensureWidgetVisible(widget)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def press(self, widget: QWidget, key: Qt.Key) -> None:
        QTest.keyClick(widget, key)
