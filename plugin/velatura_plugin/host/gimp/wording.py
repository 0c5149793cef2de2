# pyright: standard
"""What is said to the user, in GIMP's language."""

from __future__ import annotations

from velatura_protocol.errors import VelaturaError

from ...i18n import load_translations
from ...launcher.launcher import SANDBOXED, StartFailed
from ...ui.status import run_outside
from ...ui.wording.words import sentence
from .language import language


def line(error: VelaturaError) -> str:
    """One sentence: what happened, what was kept, what to do."""
    words = load_translations(language())
    if isinstance(error, StartFailed) and error.params.get("reason") == SANDBOXED:
        return f"{run_outside(words)} {error.detail}"
    return sentence(error, words)


def no_panel() -> str:
    """Where something is asked of what only the panel has."""
    _ = load_translations(language()).gettext
    return _("The panel is not open. Open it first: Filters ▸ Velatura ▸ Panel.")
