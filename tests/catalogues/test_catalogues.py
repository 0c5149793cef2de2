"""Catalogues are held to the sources: ``python -m tests.catalogues`` brings them up to date."""

from __future__ import annotations

import string

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.catalogues.__main__ import as_text, compiled, translations
from tests.catalogues.extraction import LOCALE, TEMPLATE, template
from velatura_plugin.i18n import DOMAIN, LANGUAGES, load_translations
from velatura_plugin.ui.wording.numbers import byte_count, decimal, whole
from velatura_plugin.ui.wording.words import sentence
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import ErrorInfo

TRANSLATED = sorted(set(LANGUAGES) - {"en"})
FILES = {each: LOCALE / each / "LC_MESSAGES" / f"{DOMAIN}.po" for each in TRANSLATED}
Key = tuple[str | None, object]


def keys(catalogue: Catalog) -> set[Key]:
    return {(each.context, each.id) for each in catalogue if each.id}


def texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def messages(language: str) -> list[Message]:
    return [each for each in translations(FILES[language]) if each.id]


def test_the_template_has_every_text_and_no_other() -> None:
    with TEMPLATE.open("rb") as file:
        assert keys(read_po(file)) == keys(template())
    assert TEMPLATE.read_bytes() == as_text(template())


def test_there_is_a_catalogue_for_each_language_on_offer() -> None:
    found = {each.parent.parent.name for each in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
    assert found == set(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_are_complete(language: str) -> None:
    assert {(each.context, each.id) for each in messages(language)} == keys(template())
    forms = translations(FILES[language]).num_plurals
    for message in messages(language):
        assert not message.fuzzy, message.id
        assert all(texts(message.string)), message.id
        if message.pluralizable:
            assert len(texts(message.string)) == forms, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_those_of_the_original(language: str) -> None:
    for message in messages(language):
        wanted = set().union(*(placeholders(each) for each in texts(message.id)))
        for text in texts(message.string):
            assert placeholders(text) == wanted, text


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_sentence_stays_a_sentence(language: str) -> None:
    for message in messages(language):
        original, text = texts(message.id)[0], texts(message.string)[0]
        if original.endswith(".") and len(original) > 1:
            assert text.endswith("."), text
        assert text.strip() == text or message.context


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_shipped_is_what_is_written(language: str) -> None:
    file = FILES[language].with_suffix(".mo")
    assert file.read_bytes() == compiled(translations(FILES[language]))


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_has_its_sentence(language: str, code: ErrorCode) -> None:
    words = load_translations(language)
    error = ErrorInfo(code)
    text = sentence(error, words)
    assert text != sentence(error)
    assert text.endswith(".")
    assert not set("{}\n") & set(text)


@pytest.mark.parametrize(
    ("language", "number", "large", "memory"),
    [
        ("en", "2.5", "12\u202f345", "6.2 GB"),
        ("de", "2,5", "12\u202f345", "6,2 GB"),
        ("fr", "2,5", "12\u202f345", "6,2 Go"),
        ("de_AT", "2,5", "12\u202f345", "6,2 GB"),
    ],
)
def test_numbers(language: str, number: str, large: str, memory: str) -> None:
    words = load_translations(language)
    assert decimal(2.5, words) == number
    assert whole(12345, words) == large
    assert byte_count(6.2e9, words) == memory


def test_plurals() -> None:
    one, many = "{count} variation ready.", "{count} variations ready."
    french = load_translations("fr")
    assert [french.ngettext(one, many, n) for n in (0, 1, 2)] == [
        "{count} variante prête.",
        "{count} variante prête.",
        "{count} variantes prêtes.",
    ]
