"""The real GIMP without a display: Python batches in a profile of their own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from installer import bundle
from installer.locations import this_checkout
from tests.hosts.root.build import Root
from tests.hosts.root.enter import chroot_command
from tests.hosts.root.scratch import trace_folder
from tests.hosts.root.session import PLAIN, ended_in_time

_COMMAND = ("gimp-console", "-i", "--batch-interpreter=python-fu-eval", "--quit", "-b")
_SHOWN = 3000


class BatchFailed(AssertionError):
    """With the end of what GIMP said."""


@dataclass(frozen=True)
class Gimp:
    """``folder`` is the same inside the root; everything that GIMP keeps lies in it."""

    root: Root
    folder: Path

    @property
    def version(self) -> str:
        return self.root.version("gimp")

    @property
    def plugins(self) -> Path:
        return self.folder / "profile/plug-ins"

    def install(self) -> None:
        """The plug-in as an installation would have it."""
        lay_out(self.plugins)

    def batch(
        self,
        script: str,
        seconds: float = 120.0,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """What ``script`` printed. ``Gimp``, ``Gegl``, ``Gio`` and ``GLib`` are there already.

        :raises BatchFailed: it raised, or was not done after ``seconds``; the log is kept
        """
        log = self.folder / "gimp.log"
        variables = {**PLAIN, "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        for name in ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
            folder = self.folder / name.lower()
            folder.mkdir(mode=0o700, exist_ok=True)
            variables[name] = str(folder)
        variables["GIMP3_DIRECTORY"] = str(self.folder / "profile")
        variables.update(environment or {})
        command = chroot_command(self.root.folder, [*_COMMAND, script], variables, [self.folder])
        with log.open("wb") as output:
            code = ended_in_time(command, output, seconds)
        words = log.read_text(errors="replace")
        if code != 0:
            told = f"ended with {code}" if code is not None else f"still ran after {seconds:g} s"
            kept = log.rename(trace_folder() / log.name)
            raise BatchFailed(f"GIMP {told}:\n{words[-_SHOWN:]}\n\nKept: {kept}")
        return words


def lay_out(plugins: Path) -> None:
    shutil.rmtree(plugins / "velatura", ignore_errors=True)
    for name, data in bundle.gimp(this_checkout()).items():
        path = plugins / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (plugins / "velatura/velatura.py").chmod(0o755)
