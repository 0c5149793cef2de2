"""Styles: a model, its sampler, a prompt's template, what to avoid and LoRAs, as one JSON file.

Those that come with Velatura lie beside this module, the user's own in ``styles`` in the data
directory; a file there with the name of a shipped one takes its place. Standard library alone: the
server lists them.

The file has these fields, and only ``velatura_style`` and ``name`` must be there::

    {
      "velatura_style": 1,
      "name": "Ink",                          what panels show
      "description": "Brush and black ink.",  one sentence
      "families": ["sd15", "sdxl"],           left out: any
      "model": "",                            id or name of a checkpoint: for that one alone
      "prompt": "{prompt}, ink drawing",      {prompt} is what the artist writes
      "avoid": "colour",                      added to what the artist avoids
      "sampler": "euler_a",                   these three hold where the artist chose nothing
      "steps": 30,
      "guidance": 7.0,
      "loras": [{"model": "ink wash", "weight": 0.8}]
    }
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from velatura_protocol.errors import UnreadableFile, UnwritableFile

from ....files import write_private
from ....models.records import Family, InstalledModel
from .style_fields import StyleFields

_log = logging.getLogger("velatura.styles")

VERSION = 1
PLACE = "{prompt}"
_LARGEST = 256 * 1024
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class StyleLora:
    """``model``: id or name of an installed LoRA."""

    model: str
    weight: float = 1.0


@dataclass(frozen=True)
class Style:
    """``id``: the file's name without ``.json``. ``families`` empty: any. ``steps`` 0, ``guidance``
    below 0, ``sampler`` empty: the model's own."""

    id: str
    name: str
    description: str = ""
    families: tuple[Family, ...] = ()
    model: str = ""
    prompt: str = PLACE
    avoid: str = ""
    sampler: str = ""
    steps: int = 0
    guidance: float = -1.0
    loras: tuple[StyleLora, ...] = ()

    def suits(self, model: InstalledModel) -> bool:
        if self.model and self.model not in (model.id, model.name):
            return False
        return not self.families or model.family in self.families

    def worded(self, prompt: str) -> str:
        """The template with the prompt in its place; of an empty one no comma is left over."""
        text = self.prompt.replace(PLACE, prompt.strip())
        return text if prompt.strip() else text.strip(" ,")

    def avoided(self, avoid: str) -> str:
        return ", ".join(each for each in (avoid.strip(), self.avoid) if each)


@dataclass(frozen=True)
class StyleProblem:
    """``file``: its name. ``reason``: what is wrong, for people."""

    file: str
    reason: str


@dataclass(frozen=True)
class Styles:
    """``styles`` by name. ``problems``: files that are none."""

    styles: tuple[Style, ...] = ()
    problems: tuple[StyleProblem, ...] = ()

    def for_model(self, model: InstalledModel) -> tuple[Style, ...]:
        return tuple(each for each in self.styles if each.suits(model))

    def find(self, style_id: str) -> Style | None:
        return next((each for each in self.styles if each.id == style_id), None)


def read_styles(folder: Path | None) -> Styles:
    """The shipped ones and those in ``folder``, which need not be there. A file that is no style
    becomes a problem and keeps no other from being read."""
    shipped = files(__package__ or "").joinpath("shipped_styles")
    found = {
        each.name: style_from(each.read_bytes(), each.name.removesuffix(".json"))
        for each in shipped.iterdir()
        if each.name.endswith(".json")
    }
    problems: list[StyleProblem] = []
    for path in _json_files(folder):
        try:
            found[path.name] = read_style(path)
        except UnreadableFile as error:
            problems.append(StyleProblem(path.name, str(error.params["reason"])))
            _log.warning("a style is not used: %s", error.params["reason"])
    by_name = sorted(found.values(), key=lambda style: (style.name.casefold(), style.id))
    return Styles(tuple(by_name), tuple(problems))


def stamp_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Tells one state of the user's styles from another."""
    found: list[tuple[str, int, int]] = []
    for path in _json_files(folder):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append((path.name, status.st_mtime_ns, status.st_size))
    return tuple(found)


def read_style(path: Path) -> Style:
    """:raises UnreadableFile: not a style; ``reason`` names the field"""
    if not _ID.fullmatch(path.stem):
        raise UnreadableFile(reason="a style's file is named in small letters, digits, _ and -")
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableFile(reason="too long for a style")
        return style_from(path.read_bytes(), path.stem)
    except OSError as error:
        raise UnreadableFile(reason=error.strerror or "not readable") from error


def style_from(content: bytes, style_id: str) -> Style:
    """:raises UnreadableFile: not a style; ``reason`` names the field"""
    try:
        data: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(reason="not JSON") from error
    fields = StyleFields.of(data)
    version = fields.whole("velatura_style", 0, least=0)
    if version != VERSION:
        newer = version > VERSION
        reason = "made by a newer Velatura" if newer else '"velatura_style": 1 is missing'
        raise UnreadableFile(reason=reason)
    style = Style(
        id=style_id,
        name=fields.text("name", "", longest=64),
        description=fields.text("description", ""),
        families=tuple(
            fields.choice("families", each, Family) for each in fields.texts("families")
        ),
        model=fields.text("model", ""),
        prompt=fields.text("prompt", PLACE),
        avoid=fields.text("avoid", ""),
        sampler=fields.text("sampler", ""),
        steps=fields.whole("steps", 0, least=0, most=1000),
        guidance=fields.number("guidance", -1.0, least=-1.0, most=100.0),
        loras=tuple(_loras(fields)),
    )
    fields.nothing_left()
    _check(style)
    return style


def style_content(style: Style) -> bytes:
    """The file of a style: what :func:`style_from` reads; defaults are left out."""
    plain: dict[str, object] = {
        "velatura_style": VERSION,
        "name": style.name,
        "description": style.description,
        "families": [family.value for family in style.families],
        "model": style.model,
        "prompt": style.prompt,
        "avoid": style.avoid,
        "sampler": style.sampler,
        "steps": style.steps or None,
        "guidance": style.guidance if style.guidance >= 0.0 else None,
        "loras": [{"model": each.model, "weight": each.weight} for each in style.loras],
    }
    kept = {name: value for name, value in plain.items() if value not in ("", None, [])}
    return (json.dumps(kept, indent=2, ensure_ascii=False) + "\n").encode()


def write_style(folder: Path, style: Style) -> Path:
    """Writes ``folder/ID.json`` in one step, making the folder.

    :raises UnreadableFile: it would not be read again
    :raises UnwritableFile: the disk refuses
    """
    path = folder / f"{style.id}.json"
    content = style_content(style)
    if not _ID.fullmatch(style.id):
        raise UnreadableFile(reason="a style's file is named in small letters, digits, _ and -")
    style_from(content, style.id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_private(path, content)
    except OSError as error:
        raise UnwritableFile(reason=error.strerror or "not writable") from error
    return path


def _json_files(folder: Path | None) -> Iterable[Path]:
    try:
        return sorted(folder.glob("*.json")) if folder is not None and folder.is_dir() else ()
    except OSError:
        return ()


def _loras(fields: StyleFields) -> Iterator[StyleLora]:
    for each in fields.parts("loras"):
        yield StyleLora(each.text("model", ""), each.number("weight", 1.0, least=-10.0, most=10.0))
        each.nothing_left()


def _check(style: Style) -> None:
    if not style.name.strip():
        raise UnreadableFile(reason="name is missing")
    if PLACE not in style.prompt:
        raise UnreadableFile(reason="prompt has no {prompt} where the artist's words go")
    if any(not each.model for each in style.loras):
        raise UnreadableFile(reason="a LoRA's model is missing")
