"""Parameters of errors as text, for templates."""

from __future__ import annotations

from collections.abc import Mapping

from ...i18n import Translations
from .numbers import decimal, whole

Params = Mapping[str, "str | int | float"]


def filled(template: str, params: Params, translations: Translations) -> str:
    """With ``params`` in their places, of which any may be missing, and none is a template."""
    return template.format_map(_Filled(params, translations))


class _Filled(dict[str, str]):
    """A missing parameter must not keep the sentence from being shown."""

    def __init__(self, params: Params, translations: Translations) -> None:
        super().__init__({name: _text(it, translations) for name, it in params.items()})
        self._missing = translations.gettext("unknown")

    def __missing__(self, name: str) -> str:
        return self._missing


def _text(value: str | int | float, translations: Translations) -> str:
    if isinstance(value, int):
        return whole(value, translations)
    return decimal(value, translations) if isinstance(value, float) else value
