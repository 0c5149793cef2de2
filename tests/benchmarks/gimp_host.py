"""How long the host adapter takes inside the real GIMP 3, without windows.

``python -m tests.benchmarks.gimp_host`` prints a table: medians over some runs, in milliseconds. A
photograph of 12 megapixels with three further layers; GIMP's own work is in all figures, since
nobody else can do it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tests.hosts.gimp.editor import Gimp
from tests.hosts.root.build import ensure_root
from tests.hosts.root.recipes import TRIXIE
from tests.hosts.root.scratch import scratch_folder

_SCRIPT = """
import json, sys
sys.path.insert(0, {packages!r})
sys.path.insert(0, {tree!r})
from tests.benchmarks.gimp_inside import main
print("found", json.dumps(main()), flush=True)
"""


def main() -> None:
    root = ensure_root(TRIXIE, print)
    before = os.getloadavg()[0]
    with scratch_folder() as folder:
        inside = folder / "code"
        for name in ("__init__.py", "benchmarks/__init__.py"):
            (inside / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
            (inside / "tests" / name).touch()
        source = Path(__file__).with_name("gimp_inside.py").read_text()
        (inside / "tests/benchmarks/gimp_inside.py").write_text(source)
        gimp = Gimp(root, folder)
        gimp.install()
        packages = gimp.plugins / "velatura/packages"
        script = _SCRIPT.format(packages=str(packages), tree=str(inside))
        words = gimp.batch(script, 900.0)
        version = gimp.version
    (line,) = (each for each in words.splitlines() if each.startswith("found "))
    print(f"GIMP {version}, load average {before:.1f} before, {os.getloadavg()[0]:.1f} after\n")
    print("| 4000 x 3000, ms | u8 | u16 | f32 | target, u8 |")
    print("|---|---|---|---|---|")
    for name, target, row in json.loads(line.removeprefix("found ")):
        print(f"| {name} | " + " | ".join(f"{each:.0f}" for each in row) + f" | {target} |")


if __name__ == "__main__":
    sys.exit(main())
