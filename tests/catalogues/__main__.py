"""``python -m tests.catalogues``: the template from the sources, translations brought up to date
with it and compiled. What is still to be translated is printed."""

from __future__ import annotations

import io
import sys
from datetime import datetime, timezone
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.catalogues.extraction import LOCALE, TEMPLATE, template
from velatura_plugin.i18n import DOMAIN

NO_DATE = datetime(2000, 1, 1, tzinfo=timezone.utc)
_KEPT = ("Language:", "Plural-Forms:", "MIME-Version:", "Content-")
"""Of the header: dates and names would change with every run."""


def as_text(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalogue, width=100, include_lineno=False, ignore_obsolete=True)
    head, _, body = out.getvalue().decode().partition("\n\n")
    lines = [each for each in head.splitlines() if not each.startswith("#")]
    kept = [each for each in lines if each.startswith(("msg", *(f'"{name}' for name in _KEPT)))]
    return ("\n".join(kept) + "\n\n" + body.rstrip("\n") + "\n").encode()


def translations(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain=DOMAIN)


def compiled(catalogue: Catalog) -> bytes:
    """The same bytes for the same translations, whenever it is done."""
    catalogue.project, catalogue.creation_date = "Velatura", NO_DATE
    catalogue.msgid_bugs_address, catalogue.last_translator = "", ""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> int:
    found = template()
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(as_text(found))
    missing = 0
    for path in sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        catalogue = translations(path)
        catalogue.update(found, no_fuzzy_matching=True)
        path.write_bytes(as_text(catalogue))
        catalogue = translations(path)
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        for message in catalogue:
            if message.id and not all(_strings(message.string)):
                missing += 1
                sys.stdout.write(f"{catalogue.locale}: {message.id!r}\n")
    return 1 if missing else 0


def _strings(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
