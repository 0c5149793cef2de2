"""The panel in the real GIMP with its windows: a script runs inside of the panel's own process.

A conductor, which is a batch of GIMP's, opens a picture and presses the panel's shortcut; what the
script orders of the world outside (a backend that starts or dies, pictures of the screen) is done
from here.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.hosts.gimp.editor import lay_out
from tests.hosts.krita.profile import TREE
from tests.hosts.root.build import Root
from tests.hosts.root.scratch import trace_folder
from tests.hosts.root.session import Session, session

SHORTCUTS = {
    "plug-in-velatura-panel": "<Primary><Alt>p",
    "plug-in-velatura-remove": "<Primary><Alt>r",
    "plug-in-velatura-accept": "<Primary><Alt>a",
    "plug-in-velatura-next": "<Primary><Alt>n",
    "plug-in-velatura-discard": "<Primary><Alt>d",
    "plug-in-velatura-retouch-mode": "<Primary><Alt>t",
    "plug-in-velatura-extend": "<Primary><Alt>e",
}
_GIMPRC = """(show-welcome-dialog no)
(check-updates no)
(last-known-release "99.0")
(save-document-history no)
(save-session-info no)
"""
_BOOTSTRAP = """#!/usr/bin/env python3
import sys
from pathlib import Path
sys.path.insert(0, str(Path(__file__).resolve().parent / "packages"))
sys.path.append({tree!r})
from tests.hosts.gimp.inside.driver import begin
begin()
from velatura_plugin.host.gimp.plugin import main
main(sys.argv)
"""
_CONDUCTOR = """
import sys
sys.path[:0] = {paths!r}
from tests.hosts.gimp.inside.conductor import main
main()
"""
_SHOWN = 3000
_LOOK_SECONDS = 0.05


class WalkFailed(AssertionError):
    """With the end of what GIMP said, or the script's own traceback."""


@dataclass(frozen=True)
class GimpPanels:
    """One GIMP and its profile. ``folder`` is the same inside the root."""

    session: Session
    folder: Path

    @property
    def version(self) -> str:
        return self.session.root.version("gimp")

    @property
    def plugin(self) -> Path:
        return self.folder / "profile/plug-ins/velatura"

    def install(self) -> None:
        profile = self.folder / "profile"
        profile.mkdir(parents=True)
        (profile / "gimprc").write_text(_GIMPRC)
        keys = [f'(action "{name}" "{key}")\n' for name, key in SHORTCUTS.items()]
        (profile / "shortcutsrc").write_text("(file-version 1)\n" + "".join(keys))
        lay_out(profile / "plug-ins")
        bootstrap = self.plugin / "velatura.py"
        bootstrap.write_text(_BOOTSTRAP.format(tree=str(TREE)))

    def walk(
        self, module: str, environment: Mapping[str, str], shots: Path, seconds: float
    ) -> dict[str, dict]:
        """What the script ``module`` has noted. Pictures of the screen that it asks for lie in
        ``shots``.

        :raises WalkFailed: it has failed, or was not done in time; log and screen are kept
        """
        result, log = self.folder / "result.json", self.folder / "gimp.log"
        result.unlink(missing_ok=True)
        (self.folder / "notes.json").unlink(missing_ok=True)
        asked = self.folder / "shots"
        shutil.rmtree(asked, ignore_errors=True)
        asked.mkdir()
        conductor = _CONDUCTOR.format(paths=[str(TREE), str(self.plugin / "packages")])
        batch = ["--batch-interpreter", "python-fu-eval", "-b", conductor, "--quit"]
        variables = {
            **environment,
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "GIMP3_DIRECTORY": str(self.folder / "profile"),
            "PYTHONUNBUFFERED": "1",
            "VELATURA_DRIVE": module,
            "VELATURA_DRIVE_RESULT": str(result),
            "VELATURA_DRIVE_SHOTS": str(asked),
        }
        screen = self.folder / "failed.png"
        screen.unlink(missing_ok=True)
        with self.session.running(["gimp", "-s", "-n", *batch], variables, log) as process:
            end = time.monotonic() + seconds
            while process.poll() is None and time.monotonic() < end:
                self._shoot_what_is_asked_for(asked, shots)
                time.sleep(_LOOK_SECONDS)
            if not result.exists():
                self.session.shoot(screen)
        return self._notes(result, log, screen)

    def _notes(self, result: Path, log: Path, screen: Path) -> dict[str, dict]:
        found = json.loads(result.read_text()) if result.exists() else {"error": "no result"}
        if found["error"]:
            words = log.read_text(errors="replace")[-_SHOWN:]
            kept = self._keep(log, screen)
            raise WalkFailed(f"{found['error']}\n{found.get('notes')}\n{words}\nKept: {kept}")
        return found["notes"]

    def _shoot_what_is_asked_for(self, asked: Path, shots: Path) -> None:
        for each in asked.iterdir():
            self.session.shoot(shots / f"{each.name}.png")
            if each.name == "failed":
                shutil.copy(shots / "failed.png", self.folder)
            each.unlink()

    def _keep(self, *files: Path) -> str:
        folder = trace_folder()
        for each in files:
            if each.exists():
                shutil.copy(each, folder)
        return ", ".join(str(each) for each in sorted(folder.iterdir()))


@contextmanager
def panels(root: Root, shared: Path, scratch: Path) -> Iterator[GimpPanels]:
    """A display and a profile of their own, in ``scratch``."""
    scratch.mkdir()
    with session(root, [TREE, shared], scratch) as display:
        found = GimpPanels(display, scratch / "home")
        found.install()
        yield found
