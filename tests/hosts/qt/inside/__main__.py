"""Runs the tests of this folder with the root's own Python and Qt; ``counts.json`` comes out."""

from __future__ import annotations

import sys
import types
from pathlib import Path

from tests.hosts.inner import run_checks


def _pretend_krita() -> None:
    """Its module that says which Qt it is built with: here, the one that this root has."""
    module = types.ModuleType("pykrita")
    try:
        import PyQt6  # noqa: F401

        major = 6
    except ImportError:
        major = 5
    module.qt_major_version = lambda: major  # type: ignore[attr-defined]
    sys.modules["pykrita"] = module


def main(counts: Path, arguments: list[str]) -> int:
    _pretend_krita()
    return run_checks(Path(__file__).parent, "tests.hosts.qt.inside.desk", counts, arguments)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
