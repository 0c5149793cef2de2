# pyright: standard
"""What is said to the user, in GIMP's language."""

from __future__ import annotations

from velatura_protocol.errors import VelaturaError

from ...i18n import load_translations
from ...ui.words import sentence
from .gi_names import GLib


def line(error: VelaturaError) -> str:
    """One sentence: what happened, what was kept, what to do."""
    return sentence(error, load_translations(language()))


def language() -> str:
    """The one that GIMP was started in, and hands on to its plug-ins."""
    return GLib.get_language_names()[0].partition(".")[0]
