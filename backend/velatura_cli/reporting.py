"""What a command says while it works: events for scripts, a bar for people, nothing in a pipe."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from tqdm import tqdm

from velatura_plugin.i18n import Translations
from velatura_plugin.ui.wording.remark_words import remark_text
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Remark


@dataclass(frozen=True)
class WrittenFile:
    """``notes``: what its format made of the picture, as sentences without a full stop."""

    path: Path
    notes: tuple[str, ...] = ()


JsonValue = str | int | float | bool | None | Sequence["JsonValue"] | Mapping[str, "JsonValue"]


class Reporter(Protocol):
    """One job's story, for each picture from the top; ends in done, failed or cancelled."""

    def begin(self, image: str) -> None: ...

    def accepted(self, job: str, ahead: int) -> None: ...

    def progress(self, phase: Phase, fraction: float | None, variation: int) -> None: ...

    def preview(self, variation: int, region: Rect) -> None: ...

    def result(self, variation: int, seed: int, remarks: Sequence[Remark] = ()) -> None: ...

    def done(self, files: Sequence[WrittenFile]) -> None: ...

    def failed(self, code: str, message: str, files: Sequence[WrittenFile]) -> None:
        """``files``: good ones that were written all the same."""
        ...

    def cancelled(self, phase: str) -> None: ...


_ENGLISH = Translations()


def _remark_line(remark: Remark) -> str:
    """A newer backend may remark what this command has no words for."""
    return remark_text(remark, _ENGLISH) or " ".join(filter(None, (remark.id, remark.text)))


class _Remarks:
    """What was remarked on one picture: each once, though every variation repeats it."""

    def __init__(self, image: str = "") -> None:
        self._name = Path(image).name
        self._told: set[Remark] = set()

    def new(self, remarks: Sequence[Remark]) -> list[str]:
        """Lines for those that were not told yet."""
        fresh = [each for each in dict.fromkeys(remarks) if each not in self._told]
        self._told.update(fresh)
        before = f"{self._name}: " if self._name else ""
        return [" ".join((before + _remark_line(each)).split()) for each in fresh]


class SilentReporter:
    """Nothing but what the user should hear about results that came all the same."""

    def __init__(self) -> None:
        self._remarks = _Remarks()

    def begin(self, image: str) -> None:
        self._remarks = _Remarks(image)

    def accepted(self, job: str, ahead: int) -> None:
        pass

    def progress(self, phase: Phase, fraction: float | None, variation: int) -> None:
        pass

    def preview(self, variation: int, region: Rect) -> None:
        pass

    def result(self, variation: int, seed: int, remarks: Sequence[Remark] = ()) -> None:
        for line in self._remarks.new(remarks):
            write_error(line)

    def done(self, files: Sequence[WrittenFile]) -> None:
        pass

    def failed(self, code: str, message: str, files: Sequence[WrittenFile]) -> None:
        pass

    def cancelled(self, phase: str) -> None:
        pass


class JsonReporter:
    """One JSON object a line; every one has ``event``, ``image`` and ``job`` (empty before it is
    accepted)."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._image = ""
        self._job = ""

    def begin(self, image: str) -> None:
        self._image, self._job = image, ""

    def accepted(self, job: str, ahead: int) -> None:
        self._job = job
        self._write("accepted", {"ahead": ahead})

    def progress(self, phase: Phase, fraction: float | None, variation: int) -> None:
        rounded = None if fraction is None else round(fraction, 4)
        self._write(
            "progress", {"phase": phase.value, "fraction": rounded, "variation": variation + 1}
        )

    def preview(self, variation: int, region: Rect) -> None:
        box = (region.x, region.y, region.width, region.height)
        self._write("preview", {"variation": variation + 1, "region": box})

    def result(self, variation: int, seed: int, remarks: Sequence[Remark] = ()) -> None:
        told = [
            {"id": each.id, "text": each.text, "message": _remark_line(each)} for each in remarks
        ]
        self._write("result", {"variation": variation + 1, "seed": seed, "remarks": told})

    def done(self, files: Sequence[WrittenFile]) -> None:
        self._write("done", _described(files))

    def failed(self, code: str, message: str, files: Sequence[WrittenFile]) -> None:
        self._write("failed", {"code": code, "message": message, **_described(files)})

    def cancelled(self, phase: str) -> None:
        self._write("cancelled", {"phase": phase})

    def _write(self, event: str, fields: Mapping[str, JsonValue]) -> None:
        line = json.dumps({"event": event, "image": self._image, "job": self._job, **fields})
        write_line(self._stream, line)


def _described(files: Sequence[WrittenFile]) -> dict[str, JsonValue]:
    notes = dict.fromkeys(note for file in files for note in file.notes)
    return {"paths": [str(file.path) for file in files], "notes": list(notes)}


_PHASES = {
    Phase.UPLOADING: "sending",
    Phase.QUEUED: "waiting",
    Phase.LOADING: "loading",
    Phase.ENCODING: "preparing",
    Phase.STEPPING: "working",
}
"""What a person is told; the phases after these are all the end of it."""


class BarReporter:
    """A bar on the terminal, and the written files' names when it is over."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: tqdm[Any] | None = None
        self._remarks = _Remarks()

    def begin(self, image: str) -> None:
        self._close()
        self._remarks = _Remarks(image)
        self._bar = tqdm(
            total=1.0,
            desc=Path(image).name,
            file=self._stream,
            leave=False,
            bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}{postfix}",
        )

    def accepted(self, job: str, ahead: int) -> None:
        if ahead and self._bar is not None:
            self._bar.set_postfix_str(f"waiting for {ahead} before it")

    def progress(self, phase: Phase, fraction: float | None, variation: int) -> None:
        if self._bar is None:
            return
        self._bar.set_postfix_str(_PHASES.get(phase, "finishing"), refresh=False)
        if fraction is not None:
            self._bar.n = fraction
        self._bar.refresh()

    def preview(self, variation: int, region: Rect) -> None:
        pass

    def result(self, variation: int, seed: int, remarks: Sequence[Remark] = ()) -> None:
        for line in self._remarks.new(remarks):
            if self._bar is not None:
                self._bar.clear()  # or the line would be written behind the bar
            write_line(self._stream, f"velatura: {line}")

    def done(self, files: Sequence[WrittenFile]) -> None:
        self._close()
        for file in files:
            notes = "".join(f"; {note}" for note in file.notes)
            write_line(self._stream, f"{file.path}{notes}")

    def failed(self, code: str, message: str, files: Sequence[WrittenFile]) -> None:
        self.done(files)

    def cancelled(self, phase: str) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def make_reporter(*, json_events: bool) -> Reporter:
    if json_events:
        return JsonReporter(sys.stdout)
    return BarReporter(sys.stderr) if sys.stderr.isatty() else SilentReporter()


def write_line(stream: TextIO, line: str) -> None:
    """A reader that has gone away ends the telling, not the work."""
    try:
        stream.write(line + "\n")
        stream.flush()
    except BrokenPipeError:
        # The interpreter flushes again at exit and would complain there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_error(line: str) -> None:
    """The one line on standard error that says what happened and what to do."""
    write_line(sys.stderr, f"velatura: {line}")
