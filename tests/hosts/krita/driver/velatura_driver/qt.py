"""The Qt that Krita itself is built with."""

import pykrita

# Asked, never tried: Krita 5.2 would load a second Qt beside its own if PyQt6 is installed.
if getattr(pykrita, "qt_major_version", lambda: 5)() == 6:
    from PyQt6.QtCore import Qt, QTimer
else:
    from PyQt5.QtCore import Qt, QTimer

__all__ = ["QTimer", "Qt"]
