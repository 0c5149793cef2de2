"""The models that can be installed by name: ``manifest.json`` beside this page.

An entry names a commit of a repository. Where its ``files`` have sizes and hashes, those were known
when Velatura was made, and nothing else is let in. An entry with ``take`` has patterns instead: its
files, sizes and hashes are those which the repository lists for the commit at the first download;
what came is recorded then, shown, and held to from then on. A revision that is no commit stands
only beside hashes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from velatura_protocol.errors import NotFound

from .record_file import BadRecord, safe_path
from .records import Family, ModelForm, ModelKind, Variant

_PATH = Path(__file__).with_name("manifest.json")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")

MEMORY_CLASSES = (4, 8, 12, 24)
"""Gigabytes of a graphics card's memory, by which models are recommended."""


@dataclass(frozen=True)
class OfferedFile:
    """``path`` in the repository; ``local`` below the model's folder here."""

    path: str
    local: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Offer:
    """A model that can be installed. ``gives``: what it is good for, in plain words.
    ``conditions``: its licence asks more than to keep a notice, so it has to be agreed to.
    ``vram_gb``: graphics memory beside which it runs without moving parts out of the way, an
    estimate from the size of its parts. ``classes``: those of :data:`MEMORY_CLASSES` that it is
    recommended for. ``needs``: ids of other entries without which it is of no use. ``files`` empty:
    they are taken from the commit's own list, by the patterns ``take``, about ``about_bytes``.
    """

    id: str
    name: str
    gives: str
    kind: ModelKind
    family: Family
    variant: Variant
    form: ModelForm
    distilled: bool
    detail: str
    repo: str
    revision: str
    licence: str
    licence_url: str
    conditions: bool
    commercial_use: bool
    vram_gb: float
    classes: tuple[int, ...]
    needs: tuple[str, ...]
    files: tuple[OfferedFile, ...]
    take: tuple[str, ...]
    about_bytes: int

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.files) or self.about_bytes

    @property
    def is_confirmed(self) -> bool:
        """Whether its hashes were known before the first download."""
        return bool(self.files)

    @property
    def source(self) -> str:
        """For people."""
        return f"{self.repo}@{self.revision[:12]}"


class BadManifest(Exception):
    """The file is not what this version understands; the text says where."""


@lru_cache(maxsize=1)
def offers() -> tuple[Offer, ...]:
    """All of them, the smallest useful one first."""
    return parse_manifest(_PATH.read_bytes())


def offer(offer_id: str) -> Offer:
    """:raises NotFound: no such model"""
    found = next((each for each in offers() if each.id == offer_id), None)
    if found is None:
        raise NotFound(what="model", id=offer_id)
    return found


def recommended(gigabytes: float) -> tuple[Offer, ...]:
    """For a graphics card of that size: those of the largest class that fits, the smallest useful
    one first; for less than the smallest class, that one's, which the processor can run."""
    fitting = [each for each in MEMORY_CLASSES if each <= gigabytes * 1.1]
    wanted = fitting[-1] if fitting else MEMORY_CLASSES[0]
    return tuple(each for each in offers() if wanted in each.classes)


def parse_manifest(content: bytes) -> tuple[Offer, ...]:
    """:raises BadManifest: also for names that lead elsewhere than below the model's folder"""
    given = json.loads(content)
    if given.get("version") != 1:
        raise BadManifest("version")
    parsed = tuple(_offer(each) for each in given["models"])
    ids = {each.id for each in parsed}
    for each in parsed:
        if not ids.issuperset(each.needs):
            raise BadManifest(f"{each.id}: needs")
    if len(ids) != len(parsed):
        raise BadManifest("an id occurs twice")
    return parsed


def _offer(fields: Mapping[str, Any]) -> Offer:
    name = str(fields.get("id"))
    try:
        parsed = _parsed(fields)
        _check(parsed)
    except (BadRecord, KeyError, TypeError, ValueError) as error:
        raise BadManifest(f"{name}: {error}") from error
    return parsed


def _parsed(fields: Mapping[str, Any]) -> Offer:
    return Offer(
        id=str(safe_path(fields["id"])),
        name=fields["name"],
        gives=fields["gives"],
        kind=ModelKind(fields["kind"]),
        family=Family(fields["family"]),
        variant=Variant(fields["variant"]),
        form=ModelForm(fields["form"]),
        distilled=bool(fields.get("distilled", False)),
        detail=fields.get("detail", ""),
        repo=fields["repo"],
        revision=fields["revision"],
        licence=fields["licence"],
        licence_url=fields["licence_url"],
        conditions=bool(fields["conditions"]),
        commercial_use=bool(fields["commercial_use"]),
        vram_gb=float(fields["vram_gb"]),
        classes=tuple(fields["classes"]),
        needs=tuple(fields.get("needs", ())),
        files=tuple(_file(each) for each in fields.get("files", ())),
        take=tuple(fields.get("take", ())),
        about_bytes=int(fields.get("about_bytes", 0)),
    )


def _file(given: object) -> OfferedFile:
    fields = cast("Mapping[str, Any]", given)
    path = str(safe_path(fields["path"]))
    local = str(safe_path(fields.get("as", path)))
    if not _SHA256.fullmatch(fields["sha256"]) or fields["bytes"] <= 0:
        raise ValueError("hash or size")
    return OfferedFile(path, local, fields["bytes"], fields["sha256"])


def _check(offer: Offer) -> None:
    if not _REPOSITORY.fullmatch(offer.repo):
        raise ValueError("repo")
    is_commit = _COMMIT.fullmatch(offer.revision) is not None
    if bool(offer.files) == bool(offer.take) or (offer.take and not is_commit):
        raise ValueError("files")
    if offer.take and not offer.about_bytes:
        raise ValueError("size")
    if not set(offer.classes) <= set(MEMORY_CLASSES):
        raise ValueError("classes")
    if offer.form is ModelForm.FILE and len(offer.files) != 1:
        raise ValueError("a file is one file")
