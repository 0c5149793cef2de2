"""Reads the tables of ``docs/protocol.md``."""

from __future__ import annotations

import re

_HEADING = re.compile(r"^#{2,4}\s+`(?P<name>[A-Za-z_]+)`")
_ROW = re.compile(r"^\|\s*`(?P<field>\w+)`\s*\|(?P<kind>[^|]*(?:\\\|[^|]*)*)\|")


def documented(page: str) -> dict[str, dict[str, str]]:
    """Name of a message or part → its fields in the page's order, each with its type.

    Each has a heading with its name in backticks, then a table whose first column is the field's
    name in backticks and whose second is its type. A heading of any other kind ends it.
    """
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] | None = None
    for line in page.splitlines():
        if line.startswith("#"):
            heading = _HEADING.match(line)
            current = found.setdefault(heading["name"], {}) if heading else None
        elif current is not None and (row := _ROW.match(line)):
            current[row["field"]] = row["kind"].replace("\\|", "|").replace("`", "").strip()
    return found
