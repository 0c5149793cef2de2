"""The language of what the panel says: gettext catalogues beside the package."""

from __future__ import annotations

import gettext
from pathlib import Path

DOMAIN = "velatura"
Translations = gettext.NullTranslations
"""``gettext`` and ``ngettext`` are all that is asked of it."""


def load_translations(language: str = "", directory: Path | None = None) -> Translations:
    """The catalogue for ``language`` (``de``, ``pt_BR`` …), English where there is none."""
    folder = directory or Path(__file__).with_name("locale")
    languages = [language] if language else []
    return gettext.translation(DOMAIN, folder, languages=languages, fallback=True)
