# pyright: standard
"""Which language GIMP speaks."""

from __future__ import annotations

from .gi_names import GLib


def language() -> str:
    """The one that GIMP was started in, and hands on to its plug-ins."""
    return GLib.get_language_names()[0].partition(".")[0]
