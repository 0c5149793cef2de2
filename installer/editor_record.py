"""``editors.json`` in the data folder: what was put into editors' profiles, to be taken back.

Each entry is written before what it tells of is done: an installation that was interrupted anywhere
can be taken back as well as a whole one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from installer.kritarc import Change
from installer.plan import replace_file
from installer.trouble import Trouble

NAME = "editors.json"


@dataclass(frozen=True)
class Entry:
    """One profile. ``made``: folders that were not there; ``made_settings``: nor was that file.

    ``checkout`` is the clone that the plug-in comes from.
    """

    kind: str
    resources: str
    settings: str
    checkout: str
    made: tuple[str, ...] = ()
    made_settings: bool = False
    change: Change = field(default_factory=Change)

    @property
    def profile(self) -> tuple[str, str]:
        """Two Kritas may share one folder of resources: each has settings of its own."""
        return self.resources, self.settings


def read(data_folder: Path) -> tuple[Entry, ...]:
    """:raises Trouble: the file is not one of ours"""
    path = data_folder / NAME
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["krita"]
        return tuple(_entry(content) for content in entries)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble(
            f"{path} cannot be read: {error}",
            "Remove it; plug-ins that it told of are then to be removed by hand.",
        ) from error


def write(data_folder: Path, entries: tuple[Entry, ...]) -> None:
    """No entries, no file."""
    path = data_folder / NAME
    if not entries:
        path.unlink(missing_ok=True)
        return
    data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {"krita": [asdict(entry) for entry in entries]}
    replace_file(path, json.dumps(content, indent=2) + "\n")


def with_entry(entries: tuple[Entry, ...], new: Entry) -> tuple[Entry, ...]:
    """In the place of an earlier one for the same profile."""
    return (*(each for each in entries if each.profile != new.profile), new)


def _entry(content: dict[str, Any]) -> Entry:
    read = {**content, "made": tuple(content["made"]), "change": Change(**content["change"])}
    return Entry(**read)
