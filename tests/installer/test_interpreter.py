from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer import interpreter
from installer.locations import this_checkout

INSTALLER = this_checkout().root / "installer"


def stand_in(folder: Path, name: str, version: str) -> Path:
    """A program that answers the question for its version and says how it was called."""
    program = folder / name
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = -c ]; then echo {version}; else echo "$0" "$@"; fi\n'
    )
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("name", ["__main__.py", "interpreter.py", "__init__.py"])
def test_an_old_python_can_read_what_it_has_to(name: str) -> None:
    ast.parse((INSTALLER / name).read_text(), feature_version=(3, 6))


@pytest.mark.parametrize(
    ("version", "suitable"),
    [
        ((3, 10), False),
        ((3, 11), True),
        ((3, 14, 2), True),
        ((3, 15), False),
        ((2, 7), False),
        ((), False),
    ],
)
def test_which_versions_will_do(version: tuple[int, ...], suitable: bool) -> None:
    assert interpreter.is_suitable(version) is suitable


def test_the_version_of_a_python_that_runs() -> None:
    assert interpreter.version_of(sys.executable) == sys.version_info[:2]


def test_the_version_of_a_python_that_does_not(tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.12: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    assert interpreter.version_of(str(shim)) == ()
    assert interpreter.version_of(str(tmp_path / "none")) == ()


def test_the_newest_suitable_python_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, version in [("python3.12", "3 12"), ("python3.13", "3 9"), ("python3", "3 11")]:
        stand_in(tmp_path, name, version)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert interpreter.find_suitable() == str(tmp_path / "python3.12")


def test_a_suitable_python_goes_on() -> None:
    assert interpreter.hand_over(["status"]) == ""


OLD = (
    "import sys; sys.version_info = (3, 9, 1, 'final', 0); sys.argv = ['installer', 'status', '-h']"
)


def run_as_old(path: Path) -> subprocess.CompletedProcess[str]:
    """The real ``__main__`` in a process whose Python says that it is 3.9."""
    script = f"{OLD}\nimport runpy; runpy.run_path({str(INSTALLER)!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_hands_over_to_a_better_one(tmp_path: Path) -> None:
    better = stand_in(tmp_path, "python3.12", "3 12")
    assert run_as_old(tmp_path).stdout.split() == [str(better), str(INSTALLER), "status", "-h"]


def test_an_old_python_alone_says_what_to_do(tmp_path: Path) -> None:
    ended = run_as_old(tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert "needs Python 3.11 to 3.14; this is 3.9" in line
    assert interpreter.advice().split(",")[0] in line or "from your distribution" in line


@pytest.mark.parametrize("minor", [6, 7, 8, 9, 10])
def test_real_old_pythons(minor: int, tmp_path: Path) -> None:
    found = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"))
    old = str(found[0]) if found else shutil.which(f"python3.{minor}")
    if not old or interpreter.version_of(old) != (3, minor):
        pytest.skip(f"no Python 3.{minor} on this machine")
    ended = subprocess.run(
        [old, str(INSTALLER), "status"],
        env={**os.environ, "PATH": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert f"this is 3.{minor}" in ended.stderr
