"""What takes long about starting, done while Krita draws its windows.

The plug-in's core is some 130 modules: 200 ms of importing, and half a second more of compiling
when they are new (two busy cores). From the plug-ins' ``setup`` on, Krita is busy for two seconds
with hardly a word to Python: a thread of our own has the interpreter nearly to itself.
"""

from __future__ import annotations

import importlib
import threading
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from pkgutil import iter_modules

_CORE = ("velatura_plugin.app", "velatura_plugin.ui.panel")
_OF_QT = ("velatura_plugin.host.krita", "velatura_plugin.ui.qt")
"""Packages whose modules make classes of Qt's: imported on its own thread, here only compiled."""


class Preparation:
    """As long as it is under way nothing of the plug-in is imported elsewhere: two threads that
    import packages the other way round can meet in a deadlock, which Python ends by an error."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        self._thread = threading.Thread(target=prepare, name="velatura-preparation", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """An error in it is not told: whoever imports the same meets it again."""
        if self._thread is not None:
            self._thread.join()


def prepare() -> None:
    for name in _CORE:
        importlib.import_module(name)
    for name in _OF_QT:
        _compile(name)


def _compile(package: str) -> None:
    """Python keeps the result beside the source, where it may write."""
    spec = find_spec(package)
    for each in iter_modules(spec.submodule_search_locations if spec else None, f"{package}."):
        found = find_spec(each.name)
        if found is not None and isinstance(found.loader, SourceFileLoader):
            found.loader.get_code(each.name)
