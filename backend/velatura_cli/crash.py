"""A bug's traceback goes into a file, ready to be sent; the terminal gets one line."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from importlib.metadata import version


def crash_line(error: BaseException) -> str:
    """Writes the report; the line that says where it is."""
    return (
        f"this should not have happened ({type(error).__name__}); "
        f"please report it with the file {write_report(error)}"
    )


def write_report(error: BaseException) -> str:
    """The path of a file with versions and traceback; only this user can read it."""
    descriptor, path = tempfile.mkstemp(prefix="velatura-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        python = platform.python_version()
        file.write(f"velatura {version('velatura')}, Python {python}, {platform.platform()}\n\n")
        file.writelines(traceback.format_exception(error))
    return path
