from __future__ import annotations

from velatura_plugin.i18n import Translations, load_translations
from velatura_plugin.ui.wording.filling import filled


def test_numbers_are_written_as_the_language_does() -> None:
    params = {"part": 2.5, "all": 12000}
    assert filled("{part} of {all}", params, Translations()) == "2.5 of 12\u202f000"
    assert filled("{part}", params, load_translations("de")) == "2,5"


def test_what_is_missing_keeps_nothing_from_being_said() -> None:
    assert filled("{one} and {two}", {"one": "a"}, Translations()) == "a and unknown"
    assert filled("{one}", {}, load_translations("de")) == "unbekannt"


def test_what_is_put_in_is_no_template() -> None:
    assert filled("{one}", {"one": "{two.__class__}", "two": "x"}, Translations()) == (
        "{two.__class__}"
    )
