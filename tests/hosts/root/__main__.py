"""``python -m tests.hosts.root``: the roots that real editors run in.

``build [trixie] [experimental]`` builds or completes them and tells what each step took;
``run NAME -- COMMAND…`` runs a command in one, with the checkout under its own path;
``remove NAME…`` takes them away again.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.hosts.root.build import BuildFailed, cache_folder, ensure_root
from tests.hosts.root.enter import chroot_command
from tests.hosts.root.recipes import RECIPES, TRIXIE
from tests.hosts.root.session import PLAIN

TREE = Path(__file__).resolve().parents[3]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hosts.root", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("build", "remove"):
        verbs.add_parser(verb).add_argument("names", nargs="*", choices=RECIPES, default=[])
    run = verbs.add_parser("run")
    run.add_argument("name", choices=RECIPES)
    run.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    try:
        return _VERBS[options.verb](options)
    except BuildFailed as failure:
        print(failure, file=sys.stderr)  # noqa: T201
        return 1


def _build(options: argparse.Namespace) -> int:
    for name in options.names or [TRIXIE.name]:
        started = time.monotonic()
        root = ensure_root(RECIPES[name], _say)
        editors = (each for each in ("krita", "gimp") if each in root.versions)
        told = ", ".join(f"{each} {root.version(each)}" for each in editors)
        _say(f"{root.folder}: {told}; {time.monotonic() - started:.1f} s")
    return 0


def _run(options: argparse.Namespace) -> int:
    root = ensure_root(RECIPES[options.name], _say)
    command = [each for each in options.command if each != "--"]
    return subprocess.run(chroot_command(root.folder, command, PLAIN, [TREE])).returncode


def _remove(options: argparse.Namespace) -> int:
    for name in options.names:
        # Nothing can be mounted here: mounts are those of the commands that run in the root.
        shutil.rmtree(cache_folder() / name)
    return 0


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


_VERBS = {"build": _build, "run": _run, "remove": _remove}

if __name__ == "__main__":
    sys.exit(main())
