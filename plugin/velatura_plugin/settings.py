"""What the user has set, in one JSON file of the data directory."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import cast

FILE_NAME = "plugin.json"


@dataclass(frozen=True)
class Settings:
    """``server_url`` and ``token_file``: a backend elsewhere, instead of the one on this machine.
    ``ca_file``: certificates in PEM by which it is trusted, empty for those of the system.

    ``client_id`` and ``client_secret`` stay the same for good: the backend knows this client's jobs
    by them. ``accept_automatically``: a job's first variation becomes part of the document as soon
    as it is there, the others wait in the strip. ``remembered`` keeps panel choices by name,
    ``prompts`` the latest ones, newest first. ``unknown`` holds what a newer version wrote, to be
    written back.
    """

    client_id: str = ""
    client_secret: str = ""
    server_url: str = ""
    token_file: str = ""
    ca_file: str = ""
    start_backend: bool = True
    variations: int = 3
    previews: bool = True
    previews_per_second: float = 4.0
    preview_side: int = 0
    canvas_previews: bool = True
    accept_automatically: bool = False
    language: str = ""
    remembered: dict[str, str] = field(default_factory=dict[str, str])
    prompts: list[str] = field(default_factory=list[str])
    unknown: dict[str, object] = field(default_factory=dict[str, object])

    @property
    def preview_rate(self) -> float:
        """Previews a second to ask for; 0 for none."""
        return self.previews_per_second if self.previews else 0.0

    def with_identity(self) -> Settings:
        """With a client id and secret; the same ones if it has them."""
        if self.client_id and self.client_secret:
            return self
        import secrets  # as tempfile below: 20 ms while an editor starts, for what is seldom done

        return replace(
            self, client_id=secrets.token_hex(16), client_secret=secrets.token_urlsafe(32)
        )


def data_directory() -> Path:
    """Where backend and plugins meet, whatever the sandbox says XDG is."""
    chosen = os.environ.get("VELATURA_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Velatura"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Velatura"
    return home / ".local" / "share" / "velatura"


@dataclass(frozen=True)
class OwnSettings:
    """Those that an editor has for itself, beside the others in the same file: what suits one may
    not suit another. ``defaults``: their names, and what they are until they are set."""

    editor: str = ""
    defaults: Mapping[str, bool] = field(default_factory=dict[str, bool])

    def key(self, name: str) -> str:
        return f"{self.editor}:{name}" if name in self.defaults else name


class SettingsStore:
    """Reads and writes :class:`Settings`. A file that cannot be read is moved aside, not lost.

    Two editors may be open, which share the file: each writes what it has changed since it read,
    and finds what the other has changed when it starts the next time. ``own``: those of this editor
    alone.
    """

    def __init__(self, directory: Path, own: OwnSettings | None = None) -> None:
        self._path = directory / FILE_NAME
        self._own = own or OwnSettings()
        self._before: Settings | None = None

    @property
    def path(self) -> Path:
        return self._path

    def load(self) -> Settings:
        """The settings in the file, defaults where it says nothing or something impossible."""
        self._before = self._read() or replace(Settings(), **self._own.defaults)
        return self._before

    def save(self, settings: Settings) -> None:
        """Atomic: whoever reads meanwhile sees the old file or the new one.

        :raises OSError: the folder cannot be written
        """
        there = self._read()
        merged = settings
        if there is not None and self._before is not None:
            merged = _merged(self._before, settings, there)
        self._write(merged)
        self._before = settings

    def _write(self, settings: Settings) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        import tempfile

        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{FILE_NAME}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(_to_json(settings, self._own), file, indent=2, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self._path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
            raise

    def load_with_identity(self) -> Settings:
        """The settings, with the identity made and saved the first time."""
        settings = self.load()
        identified = settings.with_identity()
        if identified is not settings:
            self.save(identified)
        return identified

    def _read(self) -> Settings | None:
        """None where there is nothing that can be read."""
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            return self._moved_aside()
        try:
            stored = json.loads(text)
        except json.JSONDecodeError:
            return self._moved_aside()
        if not isinstance(stored, dict):
            return self._moved_aside()
        return _from_json(cast("dict[str, object]", stored), self._own)

    def _moved_aside(self) -> None:
        os.replace(self._path, self._path.with_suffix(".broken.json"))


def _merged(before: Settings, after: Settings, there: Settings) -> Settings:
    """``there`` with what is different in ``after`` from ``before``."""
    changed = {
        each.name: getattr(after, each.name)
        for each in fields(Settings)
        if getattr(after, each.name) != getattr(before, each.name)
    }
    if "remembered" in changed:
        gone = before.remembered.keys() - after.remembered.keys()
        own = dict(after.remembered.items() - before.remembered.items())
        kept = {name: value for name, value in there.remembered.items() if name not in gone}
        changed["remembered"] = kept | own
    return replace(there, **changed)


def _from_json(stored: dict[str, object], own: OwnSettings) -> Settings:
    defaults = replace(Settings(), **own.defaults)
    known = {own.key(each.name): each.name for each in fields(Settings) if each.name != "unknown"}
    values = {
        name: stored[key]
        for key, name in known.items()
        if _fits(stored.get(key), getattr(defaults, name))
    }
    unknown = {key: value for key, value in stored.items() if key not in known}
    return replace(defaults, **values, unknown=unknown)


def _fits(value: object, default: object) -> bool:
    """Whether ``value`` has the default's type; a whole number may stand for a float."""
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, dict):
        texts = cast("dict[str, object]", value) if isinstance(value, dict) else None
        return texts is not None and all(isinstance(each, str) for each in texts.values())
    if isinstance(default, list):
        items = cast("list[object]", value) if isinstance(value, list) else None
        return items is not None and all(isinstance(each, str) for each in items)
    return isinstance(value, type(default))


def _to_json(settings: Settings, own: OwnSettings) -> dict[str, object]:
    stored = {own.key(name): value for name, value in asdict(settings).items()}
    unknown = stored.pop("unknown")
    return {**unknown, **stored}
