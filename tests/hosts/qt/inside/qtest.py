"""What the tests need of the Qt that the panel uses, and the panel does not."""

from __future__ import annotations

import pykrita

if pykrita.qt_major_version() == 6:
    from PyQt6.QtGui import QKeyEvent, QWheelEvent
    from PyQt6.QtTest import QTest
else:
    from PyQt5.QtGui import QKeyEvent, QWheelEvent
    from PyQt5.QtTest import QTest

__all__ = ["QKeyEvent", "QTest", "QWheelEvent"]
