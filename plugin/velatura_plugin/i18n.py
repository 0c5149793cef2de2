"""The language of what the panel says: gettext catalogues beside the package."""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from pathlib import Path

DOMAIN = "velatura"
Translations = gettext.NullTranslations
"""``gettext``, ``ngettext`` and ``pgettext`` are all that is asked of it."""

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch", "fr": "Français"}
"""Those there is a catalogue for, each by its own name."""

PSEUDO = "en_XA"
"""The language of those who look for words that cannot be translated, or have no room."""


def load_translations(language: str = "", directory: Path | None = None) -> Translations:
    """The catalogue for ``language`` (``de``, ``pt_BR`` …), English where there is none."""
    if language.replace("-", "_") == PSEUDO:
        return PseudoTranslations()
    folder = directory or Path(__file__).with_name("locale")
    languages = [language.replace("-", "_")] if language else []
    return gettext.translation(DOMAIN, folder, languages=languages, fallback=True)


def language_of(translations: Translations) -> str:
    """The language that numbers are to be written in, too."""
    return translations.info().get("language", "en")


class PseudoTranslations(gettext.NullTranslations):
    """English that no English word is left of, and that takes 40 % more room."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """What has a context is a mark, not a word."""
        return message


_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MARKED = "áƀçđéƒğħíĵķłɱñóƥɋřšŧúṽŵẋýžÁƁÇĐÉƑĞĦÍĴĶŁṀÑÓƤɊŘŠŦÚṼŴẊÝŽ"
_ACCENTS = str.maketrans(_PLAIN, _MARKED)
_GROWTH = 0.4


def pseudo(message: str) -> str:
    """``[!!! Ŧéẋŧ ~~ !!!]``; placeholders stay as they are."""
    if not message:
        return ""
    parts = re.split(r"(\{[^{}]*\})", message)
    text = "".join(part if part.startswith("{") else part.translate(_ACCENTS) for part in parts)
    return f"[!!! {text} {'~' * round(len(message) * _GROWTH)} !!!]"
