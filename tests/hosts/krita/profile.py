"""Krita's profile: the folders it keeps its things in, with the plug-in as users install it.

The first start of a new profile takes ten seconds longer: it fills a database of resources. That is
done once for each root, and sessions work on copies.
"""

from __future__ import annotations

import fcntl
import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

from installer import bundle
from installer.locations import this_checkout
from installer.placing import Placed
from tests.hosts.root.build import cache_folder
from tests.hosts.root.session import Session

TREE = Path(__file__).resolve().parents[3]
DRIVER = Path(__file__).parent / "driver"
_NATIVE = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
_PYTEST = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments")
_FIRST_START_SECONDS = 180.0


@dataclass(frozen=True)
class Profile:
    folder: Path

    @property
    def scripts(self) -> Path:
        return self.folder / "data/krita/pykrita"

    @property
    def tools(self) -> Path:
        """pytest for Krita's own Python: what it consists of is Python only."""
        return self.folder / "tools"

    def make(self) -> None:
        for name in ("data/krita/pykrita", "config", "cache"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "run").mkdir(mode=0o700)
        # The CPU canvas: the root has no graphics driver, and software OpenGL is no faster.
        (self.folder / "config/kritadisplayrc").write_text("[General]\nOpenGLRenderer=none\n")

    def install(self) -> None:
        """Plug-in and driver, as an installation would have them, and tools for tests in Krita."""
        settings = "[python]\nenable_velatura=true\nenable_velatura_driver=true\n"
        (self.folder / "config/kritarc").write_text(settings)
        _lay_out(self.folder / "data/krita")
        copy_tools(self.tools)

    def fresh_run(self) -> dict[str, str]:
        """The environment of a run that finds nothing of the one before but the profile."""
        # Krita's own: its swap file, and the socket by which a second instance finds the first.
        temporary = self.folder / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        # What Krita saved by itself in a run that was ended: it would ask before anything else.
        for each in self.folder.glob("*krita-*autosave.kra"):
            each.unlink()
        return {
            "HOME": str(self.folder),
            "TMPDIR": str(temporary),
            "QT_QPA_PLATFORM": "xcb",
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "PYTHONDONTWRITEBYTECODE": "1",
            # What tests inside print is in the log when Krita crashes or hangs.
            "PYTHONUNBUFFERED": "1",
        }


def copy_tools(folder: Path) -> None:
    """pytest, for a Python that has none."""
    for name in _PYTEST:
        shutil.copytree(_folder_of(name), folder / name, ignore=_NATIVE)
    shutil.copy(_folder_of("pytest").with_name("py.py"), folder)


def warm_profile(session: Session, folder: Path) -> Profile:
    """A copy, in ``folder``, of a profile that this session's Krita has started with before."""
    root = session.root
    # A colon would end the path in lists of paths.
    name = f"{root.recipe.name}-{root.versions['krita'].replace(':', '_')}"
    warm = cache_folder() / "profiles" / name
    warm.parent.mkdir(exist_ok=True)
    with warm.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not warm.exists():
            made = Profile(folder)
            made.make()
            _start_once(session, made)
            _copy(folder, partial := warm.with_name(f"{name}.part"))
            partial.rename(warm)
            return made
    _copy(warm, folder)
    return Profile(folder)


def _start_once(session: Session, profile: Profile) -> None:
    """:raises RuntimeError: Krita did not end by itself"""
    log, temporary = profile.folder / "krita.log", profile.folder / "first"
    _lay_out_driver(profile.scripts)
    settings = "[python]\nenable_velatura_driver=true\n"
    (profile.folder / "config/kritarc").write_text(settings)
    variables = {
        "VELATURA_DRIVE": "velatura_driver.nothing",
        "VELATURA_DRIVE_RESULT": str(temporary),
    }
    code = session.run(
        ["krita", "--nosplash"], {**profile.fresh_run(), **variables}, log, _FIRST_START_SECONDS
    )
    if code or not temporary.exists():
        raise RuntimeError(f"Krita's first start ended with {code}:\n{log.read_text()[-2000:]}")
    temporary.unlink()
    shutil.rmtree(profile.scripts)
    profile.scripts.mkdir()


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("tmp"))


def _lay_out(resources: Path) -> None:
    """The plug-in by the installer's own code, and the driver beside it."""
    Placed(resources).put(bundle.krita(this_checkout()))
    _lay_out_driver(resources / "pykrita")


def _lay_out_driver(scripts: Path) -> None:
    shutil.copytree(DRIVER / "velatura_driver", scripts / "velatura_driver", ignore=_NATIVE)
    shutil.copy(DRIVER / "velatura_driver.desktop", scripts)


def _folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent
