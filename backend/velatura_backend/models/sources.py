"""Where models are downloaded from: the hub, or a mirror and a proxy that the user has set."""

from __future__ import annotations

import json
import urllib.parse
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from velatura_protocol.errors import BadTask
from velatura_protocol.faults import TaskFault

from ..disk import disk_errors
from ..files import write_private
from .web import Web

HUB = "https://huggingface.co"
DEFAULT = "default"
_FILE = "source.json"


@dataclass(frozen=True)
class Source:
    """``mirror`` empty: the hub. ``proxy`` empty: as the system says; ``direct``: none."""

    mirror: str = ""
    proxy: str = ""

    def web(self, version: str) -> Web:
        return Web(self.mirror or HUB, self.proxy, user_agent=f"velatura/{version}")


def read_source(directory: Path) -> Source:
    """``directory``: the store's."""
    try:
        given: object = json.loads((directory / _FILE).read_bytes())
    except (OSError, ValueError):
        return Source()
    if not isinstance(given, dict):
        return Source()
    fields = cast("dict[str, object]", given)
    return Source(str(fields.get("mirror", "")), str(fields.get("proxy", "")))


def write_source(directory: Path, source: Source) -> None:
    """For this download and all to come.

    :raises BadTask: a mirror or a proxy that is none
    :raises DiskFull: the old settings stay
    """
    if source.mirror and not _is_url(source.mirror, ("http", "https")):
        raise BadTask(field="mirror", reason=TaskFault.MIRROR)
    if source.proxy not in ("", "direct") and not _is_url(source.proxy, ("http",)):
        raise BadTask(field="proxy", reason=TaskFault.PROXY)
    with disk_errors():
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(directory / _FILE, json.dumps(asdict(source)).encode())


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urllib.parse.urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
