"""What ``velatura models`` says while it works, and of the models when it is done."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from tqdm import tqdm

from velatura_backend.models.records import InstalledModel, ModelKind
from velatura_backend.models.work import Step
from velatura_plugin.i18n import Translations
from velatura_plugin.ui.wording.numbers import byte_count
from velatura_protocol.errors import Cancelled

from .interruption import Interruption
from .reporting import JsonValue, write_line

_ENGLISH = Translations()
_STEP = 0.01
"""Of the whole: how often a script hears of progress."""


class Progress:
    """A bar on a terminal, events for scripts, nothing in a pipe. Its :meth:`report` stops the work
    when the user interrupts it."""

    def __init__(self, interruption: Interruption, *, json_events: bool) -> None:
        self._interruption = interruption
        self._json = json_events
        self._bar: tqdm[Any] | None = None
        self._told = -1.0

    def report(self, step: Step) -> None:
        if self._interruption.requested:
            raise Cancelled(phase="models")
        fraction = step.done / step.total if step.total else 1.0
        if self._json:
            self._tell(step, fraction)
        elif sys.stderr.isatty():
            self._draw(step)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._told = -1.0

    def _tell(self, step: Step, fraction: float) -> None:
        if fraction - self._told < _STEP and fraction < 1.0:
            return
        self._told = fraction
        fields = {"done": step.done, "total": step.total, "file": step.file}
        write_event(sys.stdout, "progress", fields)

    def _draw(self, step: Step) -> None:
        if self._bar is None:
            self._bar = tqdm(
                total=step.total, unit="B", unit_scale=True, file=sys.stderr, leave=False
            )
        self._bar.set_description_str(step.file.rpartition("/")[2][:40], refresh=False)
        self._bar.n = step.done
        self._bar.refresh()


def write_event(stream: TextIO, event: str, fields: Mapping[str, JsonValue]) -> None:
    write_line(stream, json.dumps({"event": event, **fields}, ensure_ascii=False))


def described(model: InstalledModel) -> dict[str, JsonValue]:
    """A model as JSON."""
    return {
        "id": model.id,
        "name": model.name,
        "kind": model.kind.value,
        "family": model.family.value,
        "variant": model.variant.value,
        "form": model.form.value,
        "distilled": model.distilled,
        "detail": model.detail,
        "bytes": model.bytes,
        "licence": model.licence,
        "commercial_use": model.commercial_use,
        "source": model.source,
        "location": str(model.location),
        "in_place": model.in_place,
        "is_there": model.location.exists(),
        "files": [
            {"path": each.path, "bytes": each.bytes, "sha256": each.sha256} for each in model.files
        ],
    }


def size_of(count: int) -> str:
    return byte_count(count, _ENGLISH)


def licence_words(licence: str, *, commercial_use: bool) -> str:
    """With what it means for whoever sells what they make."""
    if not licence:
        return "licence unknown: see where you have it from"
    use = "commercial use allowed" if commercial_use else "commercial use not said to be allowed"
    return f"{licence}, {use}"


def what_it_is(model: InstalledModel) -> str:
    """Family and kind as people read them: *sdxl inpaint checkpoint, distilled*."""
    family = "" if model.family.value == "none" else model.family.value
    variant = "" if model.variant.value == "base" else model.variant.value
    words = [family, variant, model.kind.value.replace("_", " ")]
    text = " ".join(each for each in words if each)
    # Of a VAE it is a number, of an embedding the word to write; only kinds of control are words.
    detail = model.detail if model.kind is ModelKind.CONTROL else ""
    extras: Sequence[str] = [*(["distilled"] if model.distilled else []), detail]
    return ", ".join([text, *(each for each in extras if each)])
