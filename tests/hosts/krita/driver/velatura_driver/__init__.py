"""Runs ``main(driver)`` of one module on Krita's GUI thread, then ends Krita.

``VELATURA_DRIVE`` names the module, ``VELATURA_DRIVE_PATH`` are folders to import from,
``VELATURA_DRIVE_RESULT`` is the JSON file that comes out. ``main`` may be a generator: a number
that it yields is a pause in milliseconds, a callable is waited for.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import sys
import time
import traceback

from krita import Extension, Krita

from .qt import QTimer

WAIT_SECONDS = 60.0
POLL_MILLISECONDS = 15


class Driver:
    """What scripts are handed: the application, and :meth:`note` for what they found."""

    def __init__(self) -> None:
        self.app = Krita.instance()
        self.notes = {}
        self._steps = None
        self._awaited = None
        self._deadline = 0.0
        self._unhandled = []

    def note(self, name, value):
        self.notes[name] = value
        sys.stderr.write(f"[driver] {name}: {value}\n")

    def shoot(self, path):
        """The whole screen as a PNG, canvas included."""
        window = self.app.activeWindow().qwindow()
        window.screen().grabWindow(0).save(str(path))

    def start(self):
        faulthandler.enable()  # a crash of Krita says which call it was in
        # Krita shows an unhandled exception in a dialog, behind which nothing goes on.
        sys.excepthook = self._take_unhandled
        sys.path[:0] = os.environ.get("VELATURA_DRIVE_PATH", "").split(os.pathsep)
        self.app.setBatchmode(True)  # before anything is opened: no dialog asks for a profile
        try:
            steps = importlib.import_module(os.environ["VELATURA_DRIVE"]).main(self)
        except BaseException:
            self._finish(traceback.format_exc())
            return
        if hasattr(steps, "__next__"):
            self._steps = steps
            self._step()
        else:
            self._finish("")

    def _step(self):
        try:
            if self._awaited is not None:
                if not self._awaited():
                    if time.monotonic() > self._deadline:
                        self._steps.throw(TimeoutError(f"waited {WAIT_SECONDS:g} s in vain"))
                    QTimer.singleShot(POLL_MILLISECONDS, self._step)
                    return
                self._awaited = None
            wanted = next(self._steps)
        except StopIteration:
            self._finish("")
            return
        except BaseException:
            self._finish(traceback.format_exc())
            return
        if callable(wanted):
            self._awaited, self._deadline = wanted, time.monotonic() + WAIT_SECONDS
        QTimer.singleShot(0 if callable(wanted) else int(wanted or 0), self._step)

    def _take_unhandled(self, kind, value, trace):
        self._unhandled.append("".join(traceback.format_exception(kind, value, trace)))

    def _finish(self, error):
        error = "\n".join([error, *self._unhandled]).strip()
        path = os.environ["VELATURA_DRIVE_RESULT"]
        screen = os.environ.get("VELATURA_DRIVE_FAILURE")
        if error and screen:
            self.shoot(screen)
        with open(f"{path}.part", "w", encoding="utf-8") as file:
            json.dump({"error": error, "notes": self.notes}, file, default=str)
        os.replace(f"{path}.part", path)
        QTimer.singleShot(0, self._quit)

    def _quit(self):
        for document in self.app.documents():
            document.waitForDone()
            document.setModified(False)  # else a question, to which nobody answers
        self.app.action("file_quit").trigger()


class DriverExtension(Extension):
    def __init__(self, parent):
        super().__init__(parent)
        self._driver = None

    def setup(self):
        notifier = Krita.instance().notifier()
        notifier.setActive(True)
        notifier.windowCreated.connect(self._begin)

    def createActions(self, window):
        pass

    def _begin(self):
        if self._driver is None:
            self._driver = Driver()
            QTimer.singleShot(0, self._driver.start)


Krita.instance().addExtension(DriverExtension(Krita.instance()))
