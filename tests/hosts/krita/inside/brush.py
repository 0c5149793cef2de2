"""Strokes with Krita's own brush, by the mouse."""

from __future__ import annotations

import time

import krita
import pykrita

from tests.hosts.krita.inside.gui import Gui

if getattr(pykrita, "qt_major_version", lambda: 5)() == 6:
    from PyQt6.QtCore import QPoint, Qt
    from PyQt6.QtTest import QTest
    from PyQt6.QtWidgets import QApplication, QWidget
else:
    from PyQt5.QtCore import QPoint, Qt
    from PyQt5.QtTest import QTest
    from PyQt5.QtWidgets import QApplication, QWidget

CANVAS = ("KisQPainterCanvas", "KisOpenGLCanvas2")
STEPS = 12


def stroke(gui: Gui, *, from_x: float) -> None:
    """Downwards through the picture; each movement a turn of the event loop, as a hand's is."""
    gui.call(lambda: krita.Krita.instance().action("KritaShape/KisToolBrush").trigger())
    canvas = gui.call(_canvas)
    size = gui.call(canvas.size)
    x, middle, reach = round(size.width() * (0.4 + from_x / 4)), size.height() // 2, 25
    points = [QPoint(x, middle - reach + 2 * reach * step // STEPS) for step in range(STEPS + 1)]
    left = Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    gui.call(lambda: QTest.mouseMove(canvas, points[0]))
    gui.call(lambda: QTest.mousePress(canvas, left, none, points[0]))
    for point in points[1:]:
        gui.call(lambda point=point: QTest.mouseMove(canvas, point))
        time.sleep(0.02)
    gui.call(lambda: QTest.mouseRelease(canvas, left, none, points[-1]))
    gui.settle(0.1)


def _canvas() -> QWidget:
    found = [
        each
        for each in QApplication.allWidgets()
        if each.metaObject().className() in CANVAS and each.isVisible()
    ]
    assert found, "no canvas is to be seen"
    return found[-1]
