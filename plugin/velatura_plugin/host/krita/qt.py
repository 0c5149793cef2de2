# pyright: standard, reportMissingModuleSource=false
"""The Qt that Krita itself is built with; the only place that asks which one that is."""

from __future__ import annotations

import pykrita

# Asked, never tried: Krita 5.2 would load a second Qt beside its own where PyQt6 is installed.
if getattr(pykrita, "qt_major_version", lambda: 5)() == 6:
    from PyQt6.QtCore import QByteArray, QObject, Qt, QTimer, QUuid, pyqtSignal
else:
    from PyQt5.QtCore import QByteArray, QObject, Qt, QTimer, QUuid, pyqtSignal

__all__ = ["QByteArray", "QObject", "QTimer", "QUuid", "Qt", "pyqtSignal"]
