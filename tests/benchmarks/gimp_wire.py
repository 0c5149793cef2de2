"""``python -m tests.benchmarks.gimp_wire``: which client of the WebSocket the plug-in is to have.

A job of 12 megapixels in 8 bit, 48 MB up and as much down again, by the plug-in's own client in
GIMP's Python to a real backend: through the folder that both sides see, and as chunks, by the
websockets that are vendored and by a client of the standard library alone, which is written for
this comparison.
"""

from __future__ import annotations

import os
import sys

from tests.benchmarks.gimp_host import run_inside
from tests.benchmarks.shared.server import serving
from tests.benchmarks.shared.tables import table
from tests.hosts.gimp.editor import Gimp
from tests.hosts.root.build import ensure_root
from tests.hosts.root.recipes import TRIXIE
from tests.hosts.root.scratch import scratch_folder


def main() -> None:
    root = ensure_root(TRIXIE, print)
    before = os.getloadavg()[0]
    with scratch_folder() as folder, serving(folder / "data"):
        gimp = Gimp(root, folder)
        data = {"VELATURA_DATA_DIR": str(folder / "data")}
        found = run_inside(gimp, "gimp_wire_inside", 600.0, data)
        version = gimp.version
    print(f"GIMP {version}, load average {before:.1f} before, {os.getloadavg()[0]:.1f} after\n")
    head = ["way", "up ms", "down ms", "whole job ms", "processor time of the plug-in ms"]
    rows = [[name, *(f"{each:.0f}" for each in row)] for name, row in found]
    print(table(head, rows))


if __name__ == "__main__":
    sys.exit(main())
