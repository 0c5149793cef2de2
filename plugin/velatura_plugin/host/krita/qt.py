# pyright: standard
"""What the adapter uses of Qt."""

from __future__ import annotations

from ...ui.qt.compat import (
    QByteArray,
    QGuiApplication,
    QIcon,
    QObject,
    Qt,
    QTimer,
    QUuid,
    pyqtSignal,
)

__all__ = [
    "QByteArray",
    "QGuiApplication",
    "QIcon",
    "QObject",
    "QTimer",
    "QUuid",
    "Qt",
    "pyqtSignal",
]
