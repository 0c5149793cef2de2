"""Every text that the plug-in can show, as a gettext template."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from velatura_backend.engines import registry
from velatura_backend.models.manifest import offers
from velatura_plugin.i18n import DOMAIN
from velatura_protocol.engines import EngineSpec

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "plugin" / "velatura_plugin"
LOCALE = SOURCES / "locale"
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "plural": (1, 2),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def template() -> Catalog:
    """The plug-in's own texts, then what the engines say of themselves: their words come over the
    wire and are looked up like the others."""
    catalogue = Catalog(project="Velatura", fuzzy=False)
    found = extract_from_dir(
        SOURCES, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",)
    )
    for path, _line, message, comments, context in sorted(found, key=lambda each: each[:2]):
        catalogue.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    for spec in registry.specs():
        if not spec.is_for_checks:  # those are not offered
            for text in _texts(spec):
                catalogue.add(text, locations=[("engines/" + spec.id, 0)])
    for offer in offers():
        catalogue.add(offer.gives, locations=[("models/" + offer.id, 0)])
    return catalogue


def _texts(spec: EngineSpec) -> Iterator[str]:
    yield spec.name
    yield spec.sentence
    for role in spec.roles:
        yield from filter(None, (role.label, role.help))
    for parameter in spec.parameters:
        yield from filter(None, (parameter.label, parameter.help, parameter.unit))
        yield from (choice.label for choice in parameter.choices)
