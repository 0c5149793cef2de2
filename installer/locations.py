"""Where things are: the checkout, its environment, the user's data and cache folders."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Checkout:
    """One clone of the repository and the environment inside it."""

    root: Path

    @property
    def environment(self) -> Path:
        return self.root / ".venv"

    @property
    def lock(self) -> Path:
        # Beside the environment, which may be removed while the lock is held.
        return self.root / ".venv.lock"

    @property
    def marker(self) -> Path:
        return self.environment / "velatura.json"

    @property
    def log(self) -> Path:
        return self.environment / "velatura-install.log"

    @property
    def requirements(self) -> Path:
        return self.root / "installer" / "requirements"

    @property
    def kernels(self) -> Path:
        """The sources that are compiled at installation."""
        return self.root / "backend" / "velatura_backend" / "engines" / "builtin"

    def program(self, name: str) -> Path:
        """The path of a program installed in the environment."""
        if sys.platform == "win32":
            return self.environment / "Scripts" / f"{name}.exe"
        return self.environment / "bin" / name


def this_checkout() -> Checkout:
    return Checkout(Path(__file__).resolve().parent.parent)


def data_folder() -> Path:
    """Models, results and journal: the same rule as the backend's, whatever XDG says."""
    chosen = os.environ.get("VELATURA_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Velatura"
    if sys.platform == "win32":
        return local_data() / "Velatura"
    return Path.home() / ".local" / "share" / "velatura"


def cache_folder() -> Path:
    """Compiled kernels: where the backend's workers look for them."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "velatura"
    if sys.platform == "win32":
        return local_data() / "velatura" / "Cache"
    return Path(os.environ.get("XDG_CACHE_HOME", "").strip() or Path.home() / ".cache") / "velatura"


def local_data() -> Path:
    """Windows: what belongs to this user on this machine."""
    return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
