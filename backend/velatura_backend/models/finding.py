"""Which files and folders below a place are models, and which files belong to one.

Files are told by their first bytes. A folder is a model when the diffusers library would take it
for one; names of folders mean nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from velatura_protocol.errors import UnreadableFile

from .safetensors_header import FileSort, file_sort

PIPELINE = "model_index.json"
_COMPONENT = "config.json"
_SMALLEST = 64
_PICKLE_SUFFIXES = frozenset((".pt", ".pth", ".ckpt", ".bin", ".safetensors", ".sft", ".pkl"))
"""Many programs' files begin as a pickle or a zip does; only those that call themselves weights
are worth a word."""
_CONFIGURATION = frozenset((".json", ".txt", ".model", ".jinja"))
_WEIGHTS = frozenset((FileSort.SAFETENSORS, FileSort.GGUF))


@dataclass(frozen=True)
class Found:
    """``sort`` None: a folder of the diffusers library."""

    path: Path
    sort: FileSort | None = None


def find_models(root: Path, besides: Path | None = None) -> Iterator[Found]:
    """``root`` itself, if it is one, else what is below it, whatever links lead there, and not in
    the folder ``besides``. Weights that are pickles are found, too, to be told of."""
    if root.is_file():
        yield Found(root, file_sort(root))
        return
    seen = {os.path.realpath(besides)} if besides else set[str]()
    for folder, names, files in os.walk(root, followlinks=True):
        here = Path(folder)
        real = os.path.realpath(folder)
        if real in seen:
            names.clear()
            continue
        seen.add(real)
        if is_model_folder(here):
            names.clear()
            yield Found(here)
            continue
        names[:] = sorted(each for each in names if not each.startswith("."))
        yield from _found_files(here, sorted(files))


def is_model_folder(folder: Path) -> bool:
    """A whole pipeline, or one component of one."""
    if (folder / PIPELINE).is_file():
        return True
    try:
        given: object = json.loads((folder / _COMPONENT).read_bytes())
    except (OSError, ValueError):
        return False
    if not isinstance(given, dict):
        return False
    fields = cast("dict[str, object]", given)
    return "_class_name" in fields or "architectures" in fields


def files_of(location: Path) -> tuple[Path, ...]:
    """The files that a model consists of. Of a pipeline's folder not the weights at its top, which
    are the same once more in another layout."""
    if location.is_file():
        return (location,)
    is_pipeline = (location / PIPELINE).is_file()
    paths = sorted(each for each in location.rglob("*") if each.is_file())
    return tuple(
        path
        for path in paths
        if not any(part.startswith(".") for part in path.relative_to(location).parts)
        and _belongs(path, at_top=is_pipeline and path.parent == location)
    )


def _belongs(path: Path, *, at_top: bool) -> bool:
    if path.suffix in _CONFIGURATION:
        return True
    return not at_top and _sort_of(path) in _WEIGHTS


def _found_files(folder: Path, names: list[str]) -> Iterator[Found]:
    for name in names:
        path = folder / name
        sort = FileSort.OTHER if name.startswith(".") else _sort_of(path)
        if sort in _WEIGHTS or (sort is FileSort.PICKLE and path.suffix in _PICKLE_SUFFIXES):
            yield Found(path, sort)


def _sort_of(path: Path) -> FileSort:
    """What cannot be read is nothing that we know."""
    try:
        return FileSort.OTHER if path.stat().st_size < _SMALLEST else file_sort(path)
    except (OSError, UnreadableFile):
        return FileSort.OTHER
