# pyright: standard, reportMissingModuleSource=false
"""One plain message for a Krita that is too old, in words of its Python."""

from __future__ import annotations

OLDEST = (5, 2)
TEXT = "Velatura needs Krita 5.2 or later. Please update Krita."


def is_too_old(version: str) -> bool:
    """``version``: as Krita writes it, such as ``5.1.5`` or ``5.3.0-prealpha (git 8ea9f5b)``."""
    numbers = version.split()[0].split("-")[0].split(".")
    return tuple(int(each) for each in numbers[:2] if each.isdigit()) < OLDEST


def explain() -> None:
    """In a docker, where the plug-in would have been."""
    from krita import DockWidget, DockWidgetFactory, DockWidgetFactoryBase, Krita
    from PyQt5.QtWidgets import QLabel

    class Message(DockWidget):
        def __init__(self) -> None:
            super().__init__()
            self.setWindowTitle("Velatura")
            label = QLabel(TEXT)
            label.setWordWrap(True)
            label.setMargin(8)
            self.setWidget(label)

        def canvasChanged(self, canvas: object) -> None:  # noqa: N802
            pass

    side = DockWidgetFactoryBase.DockPosition.DockRight
    Krita.instance().addDockWidgetFactory(DockWidgetFactory("velatura_docker", side, Message))
