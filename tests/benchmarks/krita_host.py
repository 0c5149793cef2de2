"""``python -m tests.benchmarks.krita_host``: what the plug-in costs whoever works in Krita.

Everything is measured inside of the real Krita, by scripts in ``krita_inside`` that its driver
runs, with a real backend: starts of Krita, removals at 1024², 4096² and 24 megapixels of 16 bit in
ten layers, captures. How slices of the GUI thread are told apart from Krita's own calls is in
``krita_inside/slices.py``, what a freeze is in ``krita_inside/heartbeat.py``. A sleep of 100 ms is
put among the plug-in's work first: the run fails if it is not found.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.shared.server import serving
from tests.benchmarks.shared.tables import table, verdict
from tests.hosts.krita.editor import TREE, Editor
from tests.hosts.krita.profile import Profile, warm_profile
from tests.hosts.root.build import ensure_root
from tests.hosts.root.recipes import EXPERIMENTAL, TRIXIE
from tests.hosts.root.scratch import scratch_folder
from tests.hosts.root.session import session

_INSIDE = "tests.benchmarks.krita_inside"
_STARTS = 4
_INJECTED = 0.1
_SLICE, _FREEZE_CHECK = 0.016, 0.09
_SECONDS = 600.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--krita", choices=("5", "6"), default="5")
    recipe = {"5": TRIXIE, "6": EXPERIMENTAL}[parser.parse_args().krita]
    with scratch_folder() as shared:
        scratch = shared / "krita"
        scratch.mkdir()
        with session(ensure_root(recipe, print), [TREE, shared], scratch) as display:
            profile = warm_profile(display, scratch / "profile")
            profile.install()
            editor = Editor(display, profile.folder)
            load = os.getloadavg()[0]
            date = time.strftime("%Y-%m-%d %H:%M")
            print(f"Krita {editor.version}, {date}, {os.cpu_count()} cores, load {load:.1f}\n")
            notes = _jobs(editor, shared / "data")
            _check(notes["injected"])
            for each in _tables(notes, _starts(editor, profile)):
                print(each + "\n", flush=True)
            print(f"load at the end {os.getloadavg()[0]:.1f}")


def _jobs(editor: Editor, data: Path) -> dict[str, Any]:
    with serving(data):
        return editor.drive(
            f"{_INSIDE}.jobs",
            {"VELATURA_DATA_DIR": str(data)},
            path=editor.paths(),
            seconds=_SECONDS,
        ).notes


def _starts(editor: Editor, profile: Profile) -> list[dict[str, Any]]:
    """The first has everything to compile, as after an installation."""
    with _timed_bootstrap(profile):
        return [
            editor.drive(
                f"{_INSIDE}.start", {"PYTHONDONTWRITEBYTECODE": ""}, path=editor.paths()
            ).notes
            for _ in range(_STARTS)
        ]


@contextmanager
def _timed_bootstrap(profile: Profile) -> Iterator[None]:
    plugin = profile.scripts / "velatura"
    own = (plugin / "__init__.py").rename(plugin / "own_bootstrap.py")
    timed = Path(__file__).parent / "krita_inside/bootstrap.py"
    (plugin / "__init__.py").write_text(timed.read_text())
    yield
    own.rename(plugin / "__init__.py")


def _check(injected: dict[str, Any]) -> None:
    """:raises SystemExit: the watchdog did not find what it must find"""
    found = max((seconds for _, seconds, _ in injected["own"]), default=0.0)
    if found < _INJECTED or injected["freeze"] < _FREEZE_CHECK:
        raise SystemExit(f"the watchdog missed a sleep of {_INJECTED} s: {injected}")


def _tables(notes: dict[str, Any], starts: list[dict[str, Any]]) -> Iterator[str]:
    yield _slice_table(notes)
    yield _preview_table(notes)
    yield _capture_table(notes["captures"])
    yield _small_table(notes["small"])
    yield _freeze_table(notes)
    yield _start_table(starts)
    yield _memory_table(notes, starts)
    yield _call_table(notes)
    yield _rubbish_table(notes)
    yield _heavy_table(notes)


def _slice_table(notes: dict[str, Any]) -> str:
    rows: list[list[str]] = []
    for name, title in (("large", "4096², 8 bit"), ("huge", "24 MP, 16 bit, ten layers")):
        seen = notes[name]
        own, whole, cpu = (seen[each][0][1] for each in ("own", "whole", "cpu"))
        three = ", ".join(_ms(seconds) for _, seconds, _ in seen["own"][:3])
        rows.append(
            [
                title,
                f"{seen['seconds']:.1f}",
                str(seen["slices"]),
                three,
                _ms(cpu),
                _ms(whole),
                "16",
                verdict(own, _SLICE),
            ]
        )
    return table(
        [
            "a remove, slices of the GUI thread, ms",
            "job s",
            "slices",
            "our three longest",
            "our longest, CPU",
            "longest with Krita's calls",
            "target, ours",
            "",
        ],
        rows,
    )


def _preview_table(notes: dict[str, Any]) -> str:
    rows: list[list[str]] = []
    for name, title in (("large", "4096²"), ("huge", "24 MP")):
        seen = notes[name]
        close = 1 / seen["least apart"] if seen["least apart"] > 0 else 0.0
        rows.append(
            [
                title,
                str(seen["previews"]),
                _ms(seen["preview cost"]),
                _ms(seen["worst preview"]),
                f"{close:.1f}",
                verdict(close, 4.0),
                f"{seen['preview share']:.0%}",
                verdict(seen["preview share"], 0.25),
                f"{seen['first']:.2f}",
            ]
        )
    return table(
        [
            "previews on the canvas",
            "shown",
            "cost ms, median",
            "worst",
            "a second, at most",
            "target 4",
            "share of UI time",
            "target 25 %",
            "first after s",
        ],
        rows,
    )


def _capture_table(captures: dict[str, Any]) -> str:
    rows: list[list[str]] = []
    for name, title in (("plain", "nothing staged"), ("staged", "a variation staged")):
        for source, seen in captures[name].items():
            target = ["50", verdict(seen["median"], 0.05)] if source == "layer" else ["", ""]
            times = [_ms(seen["median"]), _ms(seen["worst"])]
            rows.append([f"{source}, {title}", *times, *target])
    return table(["capture of 1024² in 4096², 3 layers, ms", "median", "worst", "target", ""], rows)


def _small_table(small: dict[str, Any]) -> str:
    rows = [
        [
            "submit → first picture on the canvas, median",
            _ms(small["first"]),
            "500",
            verdict(small["first"], 0.5),
        ],
        ["of that: captured and handed to the client", _ms(small["heard"]["asked"]), "", ""],
        ["of that: the backend has accepted it", _ms(small["heard"]["Accepted"]), "", ""],
        ["of that: a worker has begun", _ms(small["heard"]["Started"]), "", ""],
        ["the same, worst", _ms(small["worst"]), "", ""],
        ["the same, worker just started", _ms(small["cold"]), "", ""],
        ["submit → last variation on the canvas", _ms(small["whole"]), "", ""],
        ["accept", _ms(small["accept"]), "", ""],
    ]
    return table(["1024², a hole of 360², ms", "", "target", ""], rows)


def _freeze_table(notes: dict[str, Any]) -> str:
    huge, large = notes["huge"], notes["large"]
    rows = [
        ["idle, 4096²", _ms(notes["idle"]["freeze"]), f"{notes['idle']['busy']:.0%}"],
        ["a remove, 4096²", _ms(large["freeze"]), f"{large['busy']:.0%}"],
        ["its accept", _ms(large["accept"]), ""],
        ["24 MP: Krita's refresh alone", _ms(huge["refresh alone"]), ""],
        ["24 MP: a remove", _ms(huge["job freeze"]), f"{huge['busy']:.0%}"],
        ["24 MP: its accept", _ms(huge["accept freeze"]), ""],
    ]
    head = ["freezes, Krita's own work included", "worst ms", "event loop busy"]
    return table(head, rows)


def _start_table(starts: list[dict[str, Any]]) -> str:
    """What waits for the preparation is in the steps that wait, by the clock."""
    apart = starts[0]["apart"]
    names = list(dict.fromkeys(name for name, *_ in starts[0]["steps"] if name != apart))
    rows = [_start_row(name, starts, (name,)) for name in names]
    whole = _start_row("all of the GUI thread", starts, names)
    later = statistics.median(_cpu_of(each, names) for each in starts[1:])
    rows += [[*whole[:-2], "300", verdict(later, 0.3)], _start_row(apart, starts, (apart,))]
    head = ["start, ms", "CPU, first after installing", "by the clock"]
    return table([*head, "CPU, later, median", "by the clock", "target, CPU", ""], rows)


def _start_row(title: str, starts: list[dict[str, Any]], names: Sequence[str]) -> list[str]:
    first, *later = ((_cpu_of(each, names), _clock_of(each, names)) for each in starts)
    cpu, clock = (statistics.median(times) for times in zip(*later, strict=True))
    return [title, *map(_ms, (*first, cpu, clock)), "", ""]


def _cpu_of(start: dict[str, Any], names: Sequence[str]) -> float:
    return sum(cpu for name, cpu, *_ in start["steps"] if name in names)


def _clock_of(start: dict[str, Any], names: Sequence[str]) -> float:
    return sum(end - begin for name, _, begin, end in start["steps"] if name in names)


def _memory_table(notes: dict[str, Any], starts: list[dict[str, Any]]) -> str:
    grown = [each["memory"][-1] - each["memory"][0] for each in starts[1:]]
    rows = [["by the plug-in's start (and what Krita loads meanwhile)", _mib(min(grown))]]
    for name, title in (("large", "a remove in 4096²"), ("huge", "a remove in 24 MP, 16 bit")):
        before, after = notes[name]["memory before"]["now"], notes[name]["memory"]["now"]
        rows.append([title, _mib(after - before)])
    return table(["Krita's memory grows, MiB", ""], rows)


def _call_table(notes: dict[str, Any]) -> str:
    rows = [
        [title, name, str(count), _ms(seconds), _ms(worst)]
        for key, title in (("large", "4096²"), ("huge", "24 MP"))
        for name, count, seconds, worst in notes[key]["calls"][:5]
    ]
    return table(["Krita's longest calls", "", "times", "ms in all", "worst"], rows)


def _rubbish_table(notes: dict[str, Any]) -> str:
    """Of the interpreter that all of Krita's plug-ins share."""
    rows = [
        [title, str(generation), str(round(count)), _ms(longest)]
        for key, title in (("large", "4096²"), ("huge", "24 MP"))
        for generation, (count, longest) in sorted(notes[key]["rubbish"].items())
    ]
    return table(["garbage collected during a remove", "generation", "times", "longest, ms"], rows)


def _heavy_table(notes: dict[str, Any]) -> str:
    """Only of slices that miss their target."""
    rows = [
        [title, _ms(own), " < ".join(f"{name} {_ms(seconds)}" for name, seconds in heavy)]
        for key, title in (("large", "4096²"), ("huge", "24 MP"))
        for _, own, heavy in notes[key]["own"]
        if own > _SLICE
    ]
    return table(["our slices above 16 ms", "ms", "in"], rows)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}" if seconds >= 0.01 else f"{seconds * 1000:.1f}"


def _mib(count: float) -> str:
    return f"{count / 2**20:.0f}"


if __name__ == "__main__":
    main()
