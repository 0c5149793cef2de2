"""Lays a bundle out in an editor's folders, so that the editor sees the old one or the new."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from installer.bundle import MANIFEST, Contents

NAME = "velatura"
_PYKRITA, _ACTIONS = "pykrita", "actions"


@dataclass(frozen=True)
class Placed:
    """The plug-in in one of Krita's resource folders. It may be absent."""

    resources: Path

    @property
    def package(self) -> Path:
        return self.resources / _PYKRITA / NAME

    @property
    def folders(self) -> tuple[Path, ...]:
        return self.resources / _PYKRITA, self.resources / _ACTIONS

    @property
    def files(self) -> tuple[Path, ...]:
        """What lies beside the package."""
        scripts, actions = self.folders
        return scripts / f"{NAME}.desktop", actions / f"{NAME}.action"

    def digest(self) -> str | None:
        """The bundle it came from; empty for one without a manifest, None if there is none."""
        try:
            return str(json.loads((self.package / MANIFEST).read_bytes())["digest"])
        except (OSError, ValueError, KeyError, TypeError):
            return "" if self.package.exists() else None

    def version(self) -> str | None:
        """As :meth:`digest`, for people."""
        try:
            return str(json.loads((self.package / MANIFEST).read_bytes())["version"])
        except (OSError, ValueError, KeyError, TypeError):
            return "unknown" if self.package.exists() else None

    def put(self, contents: Contents) -> None:
        """Replace what is there, if anything is.

        The package last but the ``.desktop`` file: Krita loads what that one names, and finds it
        whole.
        """
        for folder in self.folders:
            folder.mkdir(parents=True, exist_ok=True)
        draft, old = self._draft, self._old
        for leftover in (draft, old):
            _discard(leftover)
        package = PurePosixPath(NAME)
        for path, data in contents.items():
            if path.is_relative_to(package):
                target = draft / path.relative_to(package)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        if os.path.lexists(self.package):
            self.package.rename(old)
        draft.rename(self.package)
        _discard(old)
        for file in reversed(self.files):
            _replace(file, contents[PurePosixPath(file.name)])

    def remove(self) -> None:
        """Also what an interrupted :meth:`put` left; the folders stay."""
        for file in self.files:
            file.unlink(missing_ok=True)
            _draft_of(file).unlink(missing_ok=True)
        for folder in (self.package, self._draft, self._old):
            _discard(folder)

    @property
    def _draft(self) -> Path:
        return self.package.with_name(f".{NAME}.new")

    @property
    def _old(self) -> Path:
        return self.package.with_name(f".{NAME}.old")


def _discard(folder: Path) -> None:
    if folder.is_symlink():  # a developer's: what it points to is not ours
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def _replace(path: Path, data: bytes) -> None:
    draft = _draft_of(path)
    draft.write_bytes(data)
    draft.replace(path)


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")
