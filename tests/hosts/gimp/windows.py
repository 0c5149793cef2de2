"""The real GIMP with its windows, on a display of its own: suites that run inside of it."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from installer import bundle
from installer.locations import this_checkout
from installer.placing import Placed
from tests.hosts.gimp.editor import lay_out
from tests.hosts.krita.profile import TREE, copy_tools
from tests.hosts.root.scratch import trace_folder
from tests.hosts.root.session import Session

_SHOWN = 3000
_LOOK_SECONDS = 0.1
_SETTINGS = """(show-welcome-dialog no)
(check-updates no)
(last-known-release "99.0")
(save-document-history no)
"""
_SCRIPT = """
import sys
sys.path[:0] = {paths!r}
from tests.hosts.gimp.inside.run import main
main()
"""


class RunFailed(AssertionError):
    """With the end of what GIMP said."""


@dataclass(frozen=True)
class Outcomes:
    """By the tests' names with their parameters."""

    outcomes: Mapping[str, str]
    failures: Mapping[str, str]


@dataclass(frozen=True)
class GimpWindows:
    """One GIMP and its profile. ``folder`` is the same inside the root."""

    session: Session
    folder: Path

    @property
    def version(self) -> str:
        return self.session.root.version("gimp")

    @property
    def plugin(self) -> Path:
        """The plug-in's packages, with what they bring."""
        return self.folder / "plugin/pykrita/velatura/packages"

    def install(self) -> None:
        """The plug-in's packages, and tools for tests in GIMP's own Python."""
        (self.folder / "profile").mkdir(parents=True)
        (self.folder / "profile/gimprc").write_text(_SETTINGS)
        (self.folder / "plugin").mkdir()
        self.shots.mkdir()
        lay_out(self.folder / "profile/plug-ins")
        Placed(self.folder / "plugin").put(bundle.krita(this_checkout()))
        copy_tools(self.folder / "tools")

    @property
    def shots(self) -> Path:
        """Where suites ask for pictures of the screen by making empty files."""
        return self.folder / "shots"

    def run_inside(
        self,
        suite: str,
        seconds: float,
        *,
        environment: Mapping[str, str] | None = None,
        pictures: Path | None = None,
    ) -> Outcomes:
        """The suite of that name in ``inside``, in a batch of a GIMP that shows its windows. What
        it asks for of the screen goes into ``pictures``.

        :raises RunFailed: GIMP ended without a result, or was still there after ``seconds``; log
            and screen are kept, and named in the words
        """
        result, log = self.folder / "result.json", self.folder / "gimp.log"
        result.unlink(missing_ok=True)
        paths = [str(each) for each in (TREE, self.folder / "tools", self.plugin)]
        script = _SCRIPT.format(paths=paths)
        batch = ["--batch-interpreter", "python-fu-eval", "-b", script, "--quit"]
        variables = {
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "GIMP3_DIRECTORY": str(self.folder / "profile"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "VELATURA_DRIVE_SUITES": suite,
            "VELATURA_DRIVE_RESULT": str(result),
            "VELATURA_DRIVE_SHOTS": str(self.shots),
            **(environment or {}),
        }
        screen = self.folder / "failed.png"
        with self.session.running(["gimp", "-s", "-n", *batch], variables, log) as process:
            end = time.monotonic() + seconds
            while process.poll() is None and time.monotonic() < end:
                self._shoot_what_is_asked_for(pictures or self.folder)
                time.sleep(_LOOK_SECONDS)
            if process.poll() is None:
                self.session.shoot(screen)
        if not result.exists():
            words = log.read_text(errors="replace")[-_SHOWN:]
            raise RunFailed(f"no result:\n{words}\n\nKept: {self._keep(log, screen)}")
        found = json.loads(result.read_text())
        return Outcomes(found["outcomes"], found["failures"])

    def _shoot_what_is_asked_for(self, pictures: Path) -> None:
        for asked in self.shots.iterdir():
            self.session.shoot(pictures / f"{asked.name}.png")
            asked.unlink()

    def _keep(self, *files: Path) -> str:
        folder = trace_folder()
        for each in files:
            if each.exists():
                shutil.copy(each, folder)
        return ", ".join(str(each) for each in sorted(folder.iterdir()))
