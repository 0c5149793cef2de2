"""Runs the tests of this folder with the root's own Python and GTK; ``counts.json`` comes out."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.hosts.inner import run_checks


def main(counts: Path, arguments: list[str]) -> int:
    return run_checks(Path(__file__).parent, "tests.hosts.gtk.inside.desk", counts, arguments)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
