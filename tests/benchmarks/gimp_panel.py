"""How fast the panel opens in the real GIMP with windows, what it holds, and how long it keeps its
own main thread: ``python -m tests.benchmarks.gimp_panel`` prints a table.

A photograph of 12 megapixels, the built-in engine in its usual worker, previews on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

from tests.hosts.gimp.panels import panels
from tests.hosts.krita.errand import errands
from tests.hosts.root.build import ensure_root
from tests.hosts.root.recipes import TRIXIE
from tests.hosts.root.scratch import scratch_folder

INSIDE = "tests.benchmarks.gimp_panel_inside"
_SECONDS = 400.0


def main() -> None:
    root = ensure_root(TRIXIE, print)
    before = os.getloadavg()[0]
    with (
        scratch_folder() as shared,
        panels(root, shared, shared / "panel") as gimp,
        errands(shared / "work") as backend,
    ):
        (backend.orders / "start").touch()
        shots = shared / "pictures"
        shots.mkdir()
        gimp.walk(INSIDE, backend.environment(shots), shots, _SECONDS)  # the first start compiles
        notes = gimp.walk(INSIDE, backend.environment(shots), shots, _SECONDS)
        version = gimp.version
    print(f"GIMP {version}, load average {before:.1f} before, {os.getloadavg()[0]:.1f} after\n")
    print("| panel | measured | target |")
    print("|---|---|---|")
    for row in _rows(notes):
        print("| " + " | ".join(row) + " |")


def _rows(notes: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    opened, memory = notes["open"], notes["memory"]
    yield "from the key to a drawn panel, s", f"{opened['wall']:.2f}", "1"
    yield "of that processor time of its process, s", f"{opened['cpu']:.2f}", "-"
    yield "memory once it is open, MB", f"{opened['memory']:.0f}", "200"
    allowed = 200 + 2 * memory["job"]
    yield "most memory with a job, MB", f"{memory['peak']:.0f}", f"{allowed:.0f}"
    for name, label in (
        ("looks", "longest look at the document"),
        ("events", "longest turn with news of the backend"),
    ):
        found = notes[name]
        yield f"{label}, own work, ms", f"{found['own']:.1f}", "16"
        yield f"{label}, with GIMP's answers, ms", f"{found['wall']:.1f}", "-"
    capture = notes["capture"]
    yield "first press of the button, own work, ms", f"{capture['own']:.1f}", "16"
    yield "and of it reading the pixels, ms", f"{capture['host']:.1f}", "-"
    yield "the same, with GIMP's answers, ms", f"{capture['wall']:.1f}", "-"


if __name__ == "__main__":
    sys.exit(main())
