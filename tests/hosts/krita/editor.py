"""The real Krita, without anybody in front of it: driven runs of one profile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.hosts.krita.profile import TREE, Profile
from tests.hosts.root.scratch import trace_folder
from tests.hosts.root.session import Session

__all__ = ["TREE", "Editor", "Outcome", "RunFailed"]
_SHOWN = 3000


@dataclass(frozen=True)
class Outcome:
    """What a driven run left: the notes of its script."""

    notes: dict[str, object]


class RunFailed(AssertionError):
    """With the script's traceback, or the end of Krita's log where it wrote none."""


@dataclass(frozen=True)
class Editor:
    """One Krita and its profile. Runs of it follow each other."""

    session: Session
    profile: Path

    @property
    def version(self) -> str:
        return self.session.root.version("krita")

    def paths(self) -> list[Path]:
        """Where the scripts of :meth:`drive` find tests, pytest, the plug-in and its driver."""
        profile = Profile(self.profile)
        return [TREE, profile.tools, profile.scripts / "velatura/packages", profile.scripts]

    def drive(
        self,
        script: str,
        environment: Mapping[str, str] | None = None,
        *,
        path: Sequence[Path] = (TREE,),
        seconds: float = 120.0,
    ) -> Outcome:
        """Runs ``main`` of the module called ``script`` inside Krita.

        :raises RunFailed: it raised, or Krita ended without a result, or was still there after
            ``seconds``; log and screen are kept, and named in the words
        """
        result, log = self.profile / "result.json", self.profile / "krita.log"
        failure_screen = self.profile / "failed.png"
        for each in (result, failure_screen):
            each.unlink(missing_ok=True)
        variables = {
            **Profile(self.profile).fresh_run(),
            "VELATURA_DRIVE": script,
            "VELATURA_DRIVE_PATH": os.pathsep.join(map(str, path)),
            "VELATURA_DRIVE_RESULT": str(result),
            "VELATURA_DRIVE_FAILURE": str(failure_screen),
            **(environment or {}),
        }
        seconds *= self.session.root.recipe.patience
        error = self._run(variables, log, failure_screen, seconds)
        words = log.read_text(errors="replace")
        content = json.loads(result.read_text()) if result.exists() else {}
        error = content.get("error") or error
        if not content and not error:
            error = f"Krita ended without a result:\n{words[-_SHOWN:]}"
        if not error and "Error loading plugin" in words:
            error = words[-_SHOWN:]
        if error:
            raise RunFailed(f"{error}\n\nKept: {self._keep(log, failure_screen)}")
        return Outcome(content["notes"])

    def _run(
        self, variables: Mapping[str, str], log: Path, failure_screen: Path, seconds: float
    ) -> str:
        """What went wrong from the outside, if something did."""
        with self.session.running(["krita", "--nosplash"], variables, log) as process:
            try:
                code = process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.session.shoot(failure_screen)
                words = log.read_text(errors="replace")
                return f"Krita still ran after {seconds:g} s:\n{words[-_SHOWN:]}"
        return "" if code == 0 else f"Krita ended with {code}:\n{log.read_text()[-_SHOWN:]}"

    def _keep(self, *files: Path) -> str:
        folder = trace_folder()
        for each in files:
            if each.exists():
                shutil.copy(each, folder)
        return ", ".join(str(each) for each in sorted(folder.iterdir()))
