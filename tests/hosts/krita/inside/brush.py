"""Strokes with Krita's own brush, by the display's own mouse."""

from __future__ import annotations

import subprocess

import krita

from tests.hosts.krita.inside.gui import Gui
from velatura_plugin.ui.qt.compat import QApplication, QPoint, QWidget

CANVAS = ("KisQPainterCanvas", "KisOpenGLCanvas2")
STEPS = 8
REACH = 24


def stroke(gui: Gui, *, from_x: float) -> None:
    """Downwards through the middle of the view."""
    gui.call(lambda: krita.Krita.instance().action("KritaShape/KisToolBrush").trigger())
    gui.settle(0.1)
    x, y = gui.call(lambda: _middle(from_x))
    command = ["xdotool", "mousemove", str(x), str(y - REACH), "sleep", "0.1", "mousedown", "1"]
    for step in range(1, STEPS + 1):
        command += ["mousemove", str(x), str(y - REACH + 2 * REACH * step // STEPS)]
        command += ["sleep", "0.03"]
    subprocess.run([*command, "mouseup", "1"], check=True, timeout=30)
    gui.settle(0.1)


def _middle(from_x: float) -> tuple[int, int]:
    """On the screen."""
    canvas = _canvas()
    size = canvas.size()
    x = round(size.width() * (0.44 + from_x / 5))
    point = canvas.mapToGlobal(QPoint(x, size.height() // 2))
    return point.x(), point.y()


def _canvas() -> QWidget:
    found = [
        each
        for each in QApplication.allWidgets()
        if each.metaObject().className() in CANVAS and each.isVisible()
    ]
    assert found, "no canvas is to be seen"
    return found[-1]
