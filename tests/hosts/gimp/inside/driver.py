"""Runs ``main(visit)`` of one module in the process of the panel, as soon as there is one.

``VELATURA_DRIVE`` names the module, ``VELATURA_DRIVE_RESULT`` is the JSON file that comes out.
``main`` is a generator, and yields what is to be waited for. A walk that ends its own process finds
its notes when the panel is opened again.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

WAIT_SECONDS = 90.0
HANG_SECONDS = 45.0
_TICK_MILLISECONDS = 20
_SHOT_SECONDS = 3.0
_PANEL = "velatura_plugin.host.gimp.window"


def begin() -> None:
    """Costs processes that never come to a main loop nothing."""
    if "VELATURA_DRIVE" in os.environ and "-run" in sys.argv:
        from gi.repository import GLib

        GLib.timeout_add(_TICK_MILLISECONDS, Driver().tick)


class Driver:
    def __init__(self) -> None:
        self.result = Path(os.environ["VELATURA_DRIVE_RESULT"])
        self._kept = self.result.with_name("notes.json")
        self.notes: dict[str, object] = {}
        if self._kept.exists():
            self.notes = json.loads(self._kept.read_text())
        self._steps: Iterator[object] | None = None
        self._awaited = None
        self._deadline = 0.0

    def note(self, name: str, **seen: object) -> None:
        self.notes[name] = seen
        self._kept.write_text(json.dumps(self.notes, default=str))
        sys.stderr.write(f"[driver] {name}: {seen}\n")

    def tick(self) -> bool:
        if self.result.exists():
            return False
        # A panel that hangs says where.
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        try:
            if self._steps is None:
                self._steps = self._begun()
                return True
            return self._go_on()
        except StopIteration:
            self._finish("")
        except BaseException:
            self._finish(traceback.format_exc())
        return False

    def _begun(self) -> Iterator[object] | None:
        window = sys.modules.get(_PANEL)
        if window is None:
            return None
        shown = [
            each
            for each in window.Gtk.Window.list_toplevels()
            if isinstance(each, window.PanelWindow) and each.get_mapped()
        ]
        if not shown:
            return None
        from tests.hosts.gimp.inside.visit import Visit

        module = importlib.import_module(os.environ["VELATURA_DRIVE"])
        return module.main(Visit(self, shown[0]))

    def _go_on(self) -> bool:
        assert self._steps is not None
        if self._awaited is not None and not self._awaited():
            if time.monotonic() > self._deadline:
                self._steps.throw(TimeoutError(f"waited {WAIT_SECONDS:g} s in vain"))
            return True
        self._awaited = next(self._steps)
        self._deadline = time.monotonic() + WAIT_SECONDS
        return True

    def _finish(self, error: str) -> None:
        if error:
            self._shoot_failure()
        faulthandler.cancel_dump_traceback_later()
        part = self.result.with_suffix(".part")
        part.write_text(json.dumps({"error": error, "notes": self.notes}, default=str))
        part.replace(self.result)

    def _shoot_failure(self) -> None:
        wanted = Path(os.environ["VELATURA_DRIVE_SHOTS"]) / "failed"
        wanted.touch()
        end = time.monotonic() + _SHOT_SECONDS
        while wanted.exists() and time.monotonic() < end:
            time.sleep(_TICK_MILLISECONDS / 1000)
