"""How long the host adapter takes inside the real GIMP 3, without windows.

``python -m tests.benchmarks.gimp_host`` prints a table: medians over some runs, in milliseconds. A
photograph of 12 megapixels with three further layers; GIMP's own work is in all figures, since
nobody else can do it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.shared.tables import table
from tests.hosts.gimp.editor import Gimp
from tests.hosts.root.build import ensure_root
from tests.hosts.root.recipes import TRIXIE
from tests.hosts.root.scratch import scratch_folder

_SCRIPT = """
import json, sys
sys.path.insert(0, {packages!r})
sys.path.insert(0, {tree!r})
from tests.benchmarks.{module} import main
print("found", json.dumps(main()), flush=True)
"""


def main() -> None:
    root = ensure_root(TRIXIE, print)
    before = os.getloadavg()[0]
    with scratch_folder() as folder:
        gimp = Gimp(root, folder)
        found = run_inside(gimp, "gimp_inside", 900.0)
        version = gimp.version
    print(f"GIMP {version}, load average {before:.1f} before, {os.getloadavg()[0]:.1f} after\n")
    head = ["4000 x 3000, ms", "u8", "u16", "f32", "ours, CPU, u8", "all CPU, u8", "target, u8"]
    rows = [
        [name, *(f"{each:.0f}" for each in whole), f"{own[0]:.1f}", f"{busy[0]:.0f}", target]
        for name, target, whole, own, busy in found
    ]
    print(table(head, rows))


def run_inside(
    gimp: Gimp, module: str, seconds: float, environment: Mapping[str, str] | None = None
) -> Any:
    """What ``main`` of that module here returns in GIMP's own Python, with an installed plug-in and
    nothing else of this checkout."""
    inside = gimp.folder / "code"
    for name in ("__init__.py", "benchmarks/__init__.py"):
        (inside / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        (inside / "tests" / name).touch()
    source = Path(__file__).with_name(f"{module}.py").read_text()
    (inside / f"tests/benchmarks/{module}.py").write_text(source)
    gimp.install()
    packages = gimp.plugins / "velatura/packages"
    script = _SCRIPT.format(packages=str(packages), tree=str(inside), module=module)
    words = gimp.batch(script, seconds, environment=environment)
    (line,) = (each for each in words.splitlines() if each.startswith("found "))
    return json.loads(line.removeprefix("found "))


if __name__ == "__main__":
    sys.exit(main())
