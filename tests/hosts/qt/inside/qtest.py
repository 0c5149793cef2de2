"""QTest of the Qt that the panel uses."""

from __future__ import annotations

import pykrita

if pykrita.qt_major_version() == 6:
    from PyQt6.QtTest import QTest
else:
    from PyQt5.QtTest import QTest

__all__ = ["QTest"]
