"""Which Python runs the installer, in the syntax of Python 3.6 (see ``__main__``)."""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 14)
"""The newest Python for which every pinned wheel exists."""

_REMEDY = (
    "Velatura needs Python {oldest} to {newest}; this is {current} and no other was found on PATH. "
    "Install one ({advice}) and run the command again."
)


def is_suitable(version: tuple) -> bool:
    return OLDEST <= tuple(version[:2]) <= NEWEST


def candidates() -> "list[str]":
    """Names to look for on PATH, newest first."""
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    return [*names, "python3", "python"]


def version_of(executable: str) -> "tuple[int, ...]":
    """``(major, minor)``, or ``()`` if it does not run: a pyenv shim exists without its Python."""
    question = "import sys; print('%d %d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [executable, "-c", question],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=30,
        )
        return tuple(int(part) for part in answer.stdout.split())
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return ()


def find_suitable() -> str:
    """The path of the newest suitable Python on PATH, ``""`` if there is none."""
    for name in candidates():
        path = shutil.which(name)
        if path and is_suitable(version_of(path)):
            return path
    return ""


def advice() -> str:
    if sys.platform == "darwin":
        return "brew install python@3.13"
    if sys.platform == "win32":
        return "winget install Python.Python.3.13"
    if shutil.which("apt-get"):
        return "sudo apt install python3 python3-venv, or pyenv install 3.13"
    return "from your distribution, or pyenv install 3.13"


def hand_over(arguments: "list[str]") -> str:
    """Replace this process by a suitable Python, if this one is not.

    Returns ``""`` where this Python will do, else the sentence that says what is missing.
    """
    if is_suitable(sys.version_info):
        return ""
    better = find_suitable()
    if not better:
        return _REMEDY.format(
            oldest="{}.{}".format(*OLDEST),
            newest="{}.{}".format(*NEWEST),
            current="{}.{}".format(*sys.version_info[:2]),
            advice=advice(),
        )
    folder = os.path.dirname(os.path.abspath(__file__))
    command = [better, folder, *arguments]
    sys.stdout.flush()
    if sys.platform == "win32":  # exec there returns to the shell before the child has ended
        sys.exit(subprocess.run(command).returncode)
    os.execv(better, command)
