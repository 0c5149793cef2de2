"""The real Krita, without anybody in front of it: a profile with the plug-in, and runs of it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from installer import bundle
from installer.locations import this_checkout
from installer.placing import Placed
from tests.hosts.root.session import Session

TREE = Path(__file__).resolve().parents[3]
DRIVER = Path(__file__).parent / "driver"
_NATIVE = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")


@dataclass(frozen=True)
class Outcome:
    """What a driven run left: the notes of its script."""

    notes: dict[str, object]


class RunFailed(AssertionError):
    """With the script's traceback, or the end of Krita's log where it wrote none."""


@dataclass(frozen=True)
class Editor:
    """One Krita profile. Its first start fills the resource database and takes ten seconds more."""

    session: Session
    profile: Path

    def prepare(self) -> None:
        """Installs plug-in and driver as a user's installation would have them."""
        for name in ("config", "cache"):
            (self.profile / name).mkdir(parents=True, exist_ok=True)
        (self.profile / "run").mkdir(mode=0o700, exist_ok=True)
        _lay_out(self.profile / "data/krita")
        (self.profile / "config/kritarc").write_text(
            "[python]\nenable_velatura=true\nenable_velatura_driver=true\n"
        )
        # The CPU canvas: the root has no graphics driver, and software OpenGL is no faster.
        (self.profile / "config/kritadisplayrc").write_text("[General]\nOpenGLRenderer=none\n")

    def paths(self) -> list[Path]:
        """Where the scripts of :meth:`drive` find tests, pytest, the plug-in and its driver."""
        scripts = self.profile / "data/krita/pykrita"
        return [TREE, self._tools(), scripts / "velatura/packages", scripts]

    def _tools(self) -> Path:
        """pytest for Krita's own Python: what it consists of is Python only."""
        folder = self.profile / "tools"
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments"):
            shutil.copytree(_folder_of(name), folder / name, ignore=_NATIVE)
        shutil.copy(_folder_of("pytest").with_name("py.py"), folder)
        return folder

    def drive(
        self,
        script: str,
        environment: Mapping[str, str] | None = None,
        *,
        path: Sequence[Path] = (TREE,),
        seconds: float = 120.0,
    ) -> Outcome:
        """Runs ``main`` of the module called ``script`` inside Krita.

        :raises RunFailed: it raised, or Krita ended without a result
        :raises TimeoutError: Krita was still there after ``seconds``
        """
        result, log = self.profile / "result.json", self.profile / "krita.log"
        result.unlink(missing_ok=True)
        # Krita's own: its swap file, and the socket by which a second instance finds the first.
        temporary = self.profile / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        variables = {
            "HOME": str(self.profile),
            "TMPDIR": str(temporary),
            "QT_QPA_PLATFORM": "xcb",
            "XDG_DATA_HOME": str(self.profile / "data"),
            "XDG_CONFIG_HOME": str(self.profile / "config"),
            "XDG_CACHE_HOME": str(self.profile / "cache"),
            "XDG_RUNTIME_DIR": str(self.profile / "run"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "VELATURA_DRIVE": script,
            "VELATURA_DRIVE_PATH": os.pathsep.join(map(str, path)),
            "VELATURA_DRIVE_RESULT": str(result),
            **(environment or {}),
        }
        code = self.session.run(["krita", "--nosplash"], variables, log, seconds)
        words = log.read_text(errors="replace")
        if not result.exists():
            raise RunFailed(f"Krita ended with {code} and without a result:\n{words[-3000:]}")
        content = json.loads(result.read_text())
        if content["error"] or "Error loading plugin" in words:
            raise RunFailed(content["error"] or words[-3000:])
        return Outcome(content["notes"])


def _lay_out(resources: Path) -> None:
    """The plug-in by the installer's own code, and the driver beside it."""
    Placed(resources).put(bundle.krita(this_checkout()))
    scripts = resources / "pykrita"
    shutil.rmtree(scripts / "velatura_driver", ignore_errors=True)
    shutil.copytree(DRIVER / "velatura_driver", scripts / "velatura_driver", ignore=_NATIVE)
    shutil.copy(DRIVER / "velatura_driver.desktop", scripts)


def _folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent
