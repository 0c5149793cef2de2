"""``install.json`` in the data folder: where an editor's plugin finds the backend."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from installer.locations import Checkout
from installer.plan import replace_file

NAME = "install.json"


def write(checkout: Checkout, data_folder: Path) -> Path:
    """Name this checkout's backend as the one to start."""
    data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_folder / NAME
    content = {
        "command": [str(checkout.program("velatura")), "serve"],
        "version": version(checkout),
        "checkout": str(checkout.root),
    }
    replace_file(path, json.dumps(content, indent=2) + "\n")
    return path


def remove(checkout: Checkout, data_folder: Path) -> bool:
    """Remove the record if it names this checkout; another checkout's is left alone."""
    path = data_folder / NAME
    if recorded(data_folder) != str(checkout.root):
        return False
    path.unlink()
    return True


def recorded(data_folder: Path) -> str | None:
    """The checkout that the record names, None where there is no readable record."""
    try:
        return json.loads((data_folder / NAME).read_text())["checkout"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def version(checkout: Checkout) -> str:
    with (checkout.root / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]["version"]
