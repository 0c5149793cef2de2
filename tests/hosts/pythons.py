"""``python -m tests.hosts.pythons [3.10 3.13 …]``: the bundle on the Pythons that editors embed.

Runs the tests of ``protocol`` and ``plugin`` against a freshly made bundle, its own msgpack and
websockets included, with every Python from 3.10 to 3.14 that is found: first those of the roots,
which are their Kritas', then those of the machine. Without arguments, all of them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from installer import bundle
from installer.locations import this_checkout
from tests.hosts.root.build import cache_folder, found_root, may_enter
from tests.hosts.root.enter import chroot_command
from tests.hosts.root.recipes import RECIPES
from tests.hosts.root.scratch import scratch_folder

TREE = Path(__file__).resolve().parents[2]
VERSIONS = tuple(f"3.{minor}" for minor in range(10, 15))
SUITES = ("tests/protocol", "tests/plugin")
_TOOLS = ("pytest", "pytest-asyncio", "pytest-timeout", "hypothesis", "psutil", "pygments")
# pip asks the running Python which of these are needed, not the one that they are for.
_TOOLS_OF_3_10 = ("exceptiongroup", "tomli", "backports-asyncio-runner", "typing_extensions")
_ASK = "import sys; print('%d.%d' % sys.version_info[:2])"


@dataclass(frozen=True)
class Python:
    """``root``: the folder of the root that it belongs to, None for the machine's own."""

    version: str
    program: str
    root: Path | None = None

    def command(self, arguments: list[str], environment: dict[str, str]) -> list[str]:
        """In the checkout's folder, with exactly ``environment``."""
        inside = ["sh", "-c", 'cd "$0" && exec "$@"', str(TREE), self.program, "-s", *arguments]
        if self.root is None:
            return [
                "env",
                "-i",
                *(f"{name}={value}" for name, value in environment.items()),
                *inside,
            ]
        return chroot_command(self.root, inside, environment, [TREE, cache_folder()])


def main(arguments: list[str]) -> int:
    wanted = arguments or VERSIONS
    pythons = {python.version: python for python in reversed(list(_found()))}
    failed = [version for version in wanted if arguments and version not in pythons]
    for version in failed:
        _say(f"{version}: not found")
    with scratch_folder() as scratch:
        packages = _unpacked(scratch / "packages")
        for version in wanted:
            if version in pythons and not _passes(pythons[version], packages, scratch / version):
                failed.append(version)
    return 1 if failed else 0


def _found() -> Iterator[Python]:
    """The preferred ones of a version first."""
    for recipe in RECIPES.values():
        root = found_root(recipe) if may_enter() else None
        if root is not None:
            yield from _asked("/usr/bin/python3", root.folder)
    for version in VERSIONS:
        yield from _asked(shutil.which(f"python{version}") or "")
        for program in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")):
            yield from _asked(str(program))


def _asked(program: str, root: Path | None = None) -> Iterator[Python]:
    python = Python("", program, root)
    asked = python.command(["-c", _ASK], {"PATH": "/usr/bin:/bin"})
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    version = told.stdout.strip()
    if program and told.returncode == 0 and version in VERSIONS:
        yield Python(version, program, root)


def _unpacked(folder: Path) -> Path:
    for path, data in bundle.packages(this_checkout()).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def _passes(python: Python, packages: Path, home: Path) -> bool:
    home.mkdir()
    # Panels are tested with the engines' real specs, which import nothing of the backend.
    path = [packages, _tools(python.version), TREE / "backend"]
    environment = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(map(str, path)),
    }
    imports = python.command(["-W", "error", "tests/installer/bundled.py"], environment)
    suites = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", *SUITES]
    started = time.monotonic()
    _say(f"{python.version}: {python.program}" + (f" in {python.root}" if python.root else ""))
    passed = all(
        subprocess.run(command, check=False, stdout=output).returncode == 0
        for command, output in (
            (imports, subprocess.DEVNULL),
            (python.command(suites, environment), None),
        )
    )
    word = "passed" if passed else "FAILED"
    _say(f"{python.version}: {word} in {time.monotonic() - started:.0f} s")
    return passed


def _tools(version: str) -> Path:
    """What the tests import, for that Python; fetched once."""
    ours = [f"{each.name}=={bundle.pinned(this_checkout(), each.name)}" for each in bundle.VENDORED]
    wanted = [*_TOOLS, *ours, *(_TOOLS_OF_3_10 if version == "3.10" else ())]
    digest = hashlib.blake2b(" ".join(wanted).encode(), digest_size=6).hexdigest()
    folder = cache_folder() / "tools" / f"{version}-{digest}"
    if folder.exists():
        return folder
    partial = folder.with_name(f"{folder.name}.{os.getpid()}")
    target = ["--target", str(partial), "--python-version", version, "--implementation", "cp"]
    command = [sys.executable, "-m", "pip", "install", "-q", "--only-binary", ":all:", *target]
    subprocess.run([*command, *wanted], check=True)
    partial.rename(folder)
    return folder


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
