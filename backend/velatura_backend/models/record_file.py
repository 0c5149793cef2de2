"""A model's record as JSON, and back. A record is ours, but its file lies where anybody may edit
it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import TypeVar, cast

from velatura_protocol.fields import is_identifier

from .records import Family, InstalledModel, ModelFile, ModelForm, ModelKind, Variant

VERSION = 1

_SHA256 = re.compile(r"[0-9a-f]{64}")
_Choice = TypeVar("_Choice", bound=Enum)


class BadRecord(Exception):
    """It is no record of a model; the text says in which point. Never leaves this package."""


def encode_record(model: InstalledModel, own: Path) -> bytes:
    """``own``: the folder of the store's own files; what lies there is named from there, so that
    the store may be moved."""
    location = model.location
    place = str(location if model.in_place else location.relative_to(own).as_posix())
    fields = {
        "version": VERSION,
        "id": model.id,
        "name": model.name,
        "kind": model.kind.value,
        "family": model.family.value,
        "variant": model.variant.value,
        "form": model.form.value,
        "distilled": model.distilled,
        "detail": model.detail,
        "location": place,
        "in_place": model.in_place,
        "licence": model.licence,
        "commercial_use": model.commercial_use,
        "source": model.source,
        "files": [
            {"path": each.path, "bytes": each.bytes, "sha256": each.sha256} for each in model.files
        ],
    }
    return json.dumps(fields, indent=1, ensure_ascii=False).encode()


def decode_record(content: bytes, own: Path) -> InstalledModel:
    """:raises BadRecord: it is none, or of a later version"""
    try:
        given: object = json.loads(content)
    except ValueError as error:
        raise BadRecord("no JSON") from error
    fields = _mapping(given)
    if fields.get("version") != VERSION:
        raise BadRecord("of another version")
    in_place = fields.get("in_place") is True
    place = _text(fields, "location")
    identity = _text(fields, "id")
    if not is_identifier(identity):
        raise BadRecord("id")
    return InstalledModel(
        id=identity,
        name=_text(fields, "name"),
        kind=_choice(ModelKind, fields, "kind"),
        family=_choice(Family, fields, "family"),
        location=Path(place) if in_place else own / safe_path(place),
        form=_choice(ModelForm, fields, "form"),
        files=tuple(_file(each) for each in _list(fields.get("files"))),
        variant=_choice(Variant, fields, "variant"),
        distilled=fields.get("distilled") is True,
        detail=_text(fields, "detail"),
        licence=_text(fields, "licence"),
        commercial_use=fields.get("commercial_use") is True,
        source=_text(fields, "source"),
        in_place=in_place,
    )


def safe_path(text: str) -> PurePosixPath:
    """A relative path that stays below where it is put, on every system.

    :raises BadRecord: it would not
    """
    path = PurePosixPath(text)
    parts = text.split("/")
    if path.is_absolute() or not text or any(part in ("", ".", "..") for part in parts):
        raise BadRecord("path")
    if any(_is_odd(part) for part in parts):
        raise BadRecord("path")
    return path


def _is_odd(part: str) -> bool:
    """Drives, streams and what Windows cuts off or keeps for devices."""
    stem = part.split(".")[0].upper()
    devices = {"CON", "PRN", "AUX", "NUL", *(f"{n}{i}" for n in ("COM", "LPT") for i in range(10))}
    return bool(re.search(r'[\\:*?"<>|\x00-\x1f]', part)) or part[-1] in " ." or stem in devices


def _file(given: object) -> ModelFile:
    fields = _mapping(given)
    path, size, sha256 = _text(fields, "path"), fields.get("bytes"), _text(fields, "sha256")
    if path:
        safe_path(path)
    if type(size) is not int or size < 0:
        raise BadRecord("bytes")
    if sha256 and not _SHA256.fullmatch(sha256):
        raise BadRecord("sha256")
    return ModelFile(path, size, sha256)


def _mapping(given: object) -> Mapping[str, object]:
    if not isinstance(given, dict):
        raise BadRecord("no record")
    return cast("Mapping[str, object]", given)


def _list(given: object) -> list[object]:
    if not isinstance(given, list):
        raise BadRecord("no list")
    return cast("list[object]", given)


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise BadRecord(name)
    return value


def _choice(kind: type[_Choice], fields: Mapping[str, object], name: str) -> _Choice:
    try:
        return kind(fields.get(name))
    except ValueError as error:
        raise BadRecord(name) from error
