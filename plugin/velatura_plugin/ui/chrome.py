"""The panel's own few words: those that no view model needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from ..i18n import Translations


@dataclass(frozen=True)
class Chrome:
    more: str
    details: str
    copy: str
    keep: str
    variations: str
    also: str

    @classmethod
    def of(cls, translations: Translations) -> Chrome:
        _ = translations.gettext
        return cls(
            more=_("More"),
            details=_("Details"),
            copy=_("Copy"),
            keep=_("Keep them"),
            variations=_("Variations"),
            also=_("More ways to begin"),
        )
